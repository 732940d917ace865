using System.Globalization;

namespace SlackOAuth.Stores.MongoDB.Tests;

internal static class Samples
{
    internal static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T1");

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal static SlackOAuthStoresOptions Options(Action<SlackOAuthStoresOptions>? configure = null)
    {
        var options = new SlackOAuthStoresOptions { ClientId = "1.2" };
        configure?.Invoke(options);
        return options;
    }

    /// <summary>The installation of a number: the number is in all that a torn record would show.</summary>
    internal static Installation Installation(int number, string teamId = "T1", string userId = "U1") => new()
    {
        TeamId = teamId,
        UserId = userId,
        UserToken = "xoxp-secret-" + Text(number),
        BotToken = "xoxb-secret-" + Text(number),
        BotScopes = ScopeList.Parse("chat:write"),
        InstalledAt = Start.AddSeconds(number),
    };

    internal static int Number(Installation installation) => (int)(installation.InstalledAt - Start).TotalSeconds;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
