using System.Text.Json;
using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Tests.Copying;

/// <summary>Records with every field set; what is secret in them holds the word.</summary>
internal static class Records
{
    internal const string SecretWord = "very-secret";
    internal const string App = "1.1";

    private static readonly DateTimeOffset Start = new DateTimeOffset(2026, 3, 29, 1, 59, 59, TimeSpan.Zero).AddMicroseconds(123_456);

    internal static DateTimeOffset At(int minutes) => Start.AddMinutes(minutes);

    internal static Bot Bot(string team, int at, string tag = "a", int? expires = 720) => Installation(team, "U", at, tag, expires).ToBot()!;

    internal static Installation Installation(string team, string user, int at, string tag = "a", int? expires = 720) => new()
    {
        AppId = "A1",
        EnterpriseId = "E1",
        EnterpriseName = "Enterprise 株式会社",
        EnterpriseUrl = "https://e.enterprise.example/",
        TeamId = team,
        TeamName = "Team " + team,
        BotToken = $"xoxb-{SecretWord}-{team}-{tag}",
        BotId = "B1",
        BotUserId = "UB",
        BotScopes = ["commands", "chat:write"],
        BotRefreshToken = $"xoxe-{SecretWord}-bot-{team}-{tag}",
        BotTokenExpiresAt = expires is { } minutes ? At(minutes) : null,
        UserId = user,
        UserToken = $"xoxp-{SecretWord}-{team}-{user}-{tag}",
        UserScopes = ["search:read"],
        UserRefreshToken = $"xoxe-{SecretWord}-user-{team}-{user}-{tag}",
        UserTokenExpiresAt = expires is { } until ? At(until) : null,
        IncomingWebhookUrl = $"https://hooks.example/{SecretWord}-{tag}",
        IncomingWebhookChannel = "#general",
        IncomingWebhookChannelId = "C1",
        IncomingWebhookConfigurationUrl = $"https://example.com/{SecretWord}",
        TokenType = "bot",
        InstalledAt = At(at),
        CustomValues = JsonElement.Parse("""{"plan":"pro","seats":[1,2.50,1e3],"nested":{"b":null,"a":true} }"""),
    };

    internal static InMemoryInstallationStore Store(InMemoryStoreData? data = null, bool keepsHistory = false, string app = App) =>
        new(new SlackOAuthStoresOptions { ClientId = app, HistoryEnabled = keepsHistory }, data);

    internal static WorkspaceId Workspace(string team) => WorkspaceId.ForTeam(team, "E1");
}
