using System.Globalization;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>Installations of one workspace in a row: the number is in all that a torn record would show, and a greater one is newer.</summary>
public static class Numbered
{
    private const long Start = 1_700_000_000;

    /// <summary>The workspace.</summary>
    public static WorkspaceId Workspace { get; } = WorkspaceId.ForTeam("T1");

    /// <summary>The installation of a number.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="number">The number.</param>
    public static Installation Installation(string userId, int number) => new()
    {
        TeamId = Workspace.TeamId,
        UserId = userId,
        UserToken = string.Create(CultureInfo.InvariantCulture, $"xoxp-{number}"),
        BotToken = string.Create(CultureInfo.InvariantCulture, $"xoxb-{number}"),
        InstalledAt = DateTimeOffset.FromUnixTimeSeconds(Start + number),
    };

    /// <summary>The number of an installation.</summary>
    /// <param name="installation">The installation.</param>
    public static int NumberOf(Installation installation)
    {
        ArgumentNullException.ThrowIfNull(installation);
        return (int)(installation.InstalledAt.ToUnixTimeSeconds() - Start);
    }
}
