using System.Text.Json;

namespace SlackOAuth.Stores.Seed;

/// <summary>Fills a folder in the layout of the file store, two users a workspace: so many installations, and half as many bots.</summary>
public static class SeedFiles
{
    /// <summary>What stands in every secret.</summary>
    public const string SecretWord = "very-secret";

    /// <summary>Writes the files directly: the store would flush each of them to the disk.</summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="clientId">The app.</param>
    /// <param name="installations">How many.</param>
    public static void Write(string folder, string clientId, int installations) => Parallel.For(0, (installations + 1) / 2, n =>
    {
        var workspace = Directory.CreateDirectory(Path.Combine(folder, clientId, $"none-T{n:D8}")).FullName;
        var users = Enumerable.Range(0, Math.Min(2, installations - (n * 2))).Select(user => Make(n, user)).ToArray();
        File.WriteAllBytes(Path.Combine(workspace, "bot-latest"), StoreJson.Serialize(users[^1].ToBot()!));
        File.WriteAllBytes(Path.Combine(workspace, "installer-latest"), StoreJson.Serialize(users[^1].WithBot(null)));
        foreach (var user in users)
        {
            File.WriteAllBytes(Path.Combine(workspace, $"installer-{user.UserId}-latest"), StoreJson.Serialize(user.WithBot(null)));
        }
    });

    // About what an app of Slack's directory has: rotated tokens, two dozen scopes, some values of its own.
    private static Installation Make(int workspace, int user)
    {
        var installedAt = DateTimeOffset.FromUnixTimeSeconds(1_750_000_000).AddSeconds(workspace).AddMinutes(user).AddMicroseconds(workspace % 1_000_000);
        var secret = $"{SecretWord}-{workspace:D10}-{user:D10}-{new string('s', 130)}";
        return new Installation
        {
            AppId = "A0123456789",
            TeamId = $"T{workspace:D8}",
            TeamName = $"Workspace {workspace} 株式会社",
            BotToken = "xoxe.xoxb-1-" + secret,
            BotId = $"B{workspace:D8}",
            BotUserId = $"UB{workspace:D8}",
            BotScopes = [.. Enumerable.Range(0, 24).Select(n => $"scope{n}:read")],
            BotRefreshToken = "xoxe-1-" + secret,
            BotTokenExpiresAt = installedAt.AddHours(12),
            UserId = $"U{workspace:D8}{user}",
            UserToken = "xoxe.xoxp-1-" + secret,
            UserScopes = ["search:read", "users:read"],
            UserRefreshToken = "xoxe-1-" + secret,
            UserTokenExpiresAt = installedAt.AddHours(12),
            TokenType = "bot",
            InstalledAt = installedAt,
            CustomValues = JsonElement.Parse($$"""{"plan":"pro","seats":{{workspace % 1000}},"features":["search","digest"]}"""),
        };
    }
}
