namespace SlackOAuth.Stores.FileSystem.Worker;

/// <summary>What the worker writes, for the tests to tell what it must have written.</summary>
public static class WorkerRecords
{
    /// <summary>An installation all of whose fields tell its number, so that a mixture of two is seen.</summary>
    public static Installation Installation(string teamId, string userId, int number) => new()
    {
        TeamId = teamId,
        TeamName = new string('n', 2000) + number,
        UserId = userId,
        UserToken = $"xoxp-{userId}-{number}",
        BotToken = $"xoxb-{userId}-{number}",
        BotScopes = [.. Enumerable.Repeat($"scope:{number}", 100)],
        InstalledAt = DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000 + number),
    };
}
