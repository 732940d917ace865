namespace SlackOAuth;

/// <summary>What a sweep removed.</summary>
public sealed record RetentionResult
{
    /// <summary>How many expired states were removed.</summary>
    public int ExpiredStates { get; init; }

    /// <summary>How many unused workspaces were removed.</summary>
    public int Workspaces { get; init; }

    /// <summary>How many records of history were removed: bots and installations that were superseded.</summary>
    public int HistoryRecords { get; init; }

    /// <summary>Whether a part of the sweep failed, or removed nothing because too much looked unused. The log says why; the next sweep tries again.</summary>
    public bool IsIncomplete { get; init; }
}
