using System.Globalization;

namespace SlackOAuth.Stores.Benchmarks;

/// <summary>The workspaces of every benchmark: a thousand, with tokens and scopes of ordinary length. The one in the middle is asked for.</summary>
internal static class Sample
{
    internal const int Workspaces = 1000;
    internal const string UserId = "U0001";

    internal static readonly DateTimeOffset InstalledAt = DateTimeOffset.FromUnixTimeSeconds(1_772_368_245);

    internal static SlackOAuthStoresOptions Options { get; } = new() { ClientId = "111.222" };

    internal static WorkspaceId Workspace { get; } = WorkspaceId.ForTeam(TeamId(Workspaces / 2));

    internal static string TeamId(int number) => "T" + number.ToString("0000", CultureInfo.InvariantCulture);

    internal static Installation Installation(int number) => new()
    {
        AppId = "A0123456789",
        TeamId = TeamId(number),
        TeamName = "An ordinary workspace",
        BotToken = "xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx",
        BotId = "B0123456789",
        BotUserId = "U0123456789",
        BotScopes = ["app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "im:history", "team:read", "users:read"],
        UserId = UserId,
        UserToken = "xoxp-123456789012-1234567890123-1234567890123-0123456789abcdef0123456789abcdef",
        UserScopes = ["search:read", "users.profile:read"],
        TokenType = "bot",
        InstalledAt = InstalledAt,
    };

    internal static void Require(object? found)
    {
        if (found is null)
        {
            throw new InvalidOperationException("The call that is measured did not find what it has to.");
        }
    }
}
