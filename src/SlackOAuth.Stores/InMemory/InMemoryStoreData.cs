using System.Collections.Immutable;

namespace SlackOAuth.Stores;

/// <summary>What in-memory stores hold. Stores that are given the same data are instances over one engine, as two processes over one database are.</summary>
/// <remarks>Safe for concurrent use. It lives as long as it is referenced, and is gone with the process.</remarks>
public sealed class InMemoryStoreData
{
    internal Lock Gate { get; } = new();

    internal Dictionary<(string ClientId, WorkspaceId Workspace), WorkspaceRecord> Workspaces { get; } = [];

    internal Dictionary<string, StoredOAuthState> States { get; } = [];

    /// <summary>The keys of each client id's states, the next to expire first; those of consumed ones among them until then.</summary>
    internal Dictionary<string, PriorityQueue<string, DateTimeOffset>> StateExpiries { get; } = new(StringComparer.Ordinal);
}

/// <summary>One workspace. Histories are newest first and hold the current records; installations are kept without bot fields.</summary>
internal sealed record WorkspaceRecord
{
    internal static WorkspaceRecord Empty { get; } = new();

    internal Bot? Bot { get; init; }

    internal ImmutableDictionary<string, Installation> Installations { get; init; } = ImmutableDictionary.Create<string, Installation>(StringComparer.Ordinal);

    /// <summary>The newest of <see cref="Installations"/>, so that a lookup without a user costs the same however many there are.</summary>
    internal Installation? Latest { get; init; }

    internal LeaseRecord? BotLease { get; init; }

    /// <summary>The leases of installations, by the user.</summary>
    internal ImmutableDictionary<string, LeaseRecord> Leases { get; init; } = ImmutableDictionary.Create<string, LeaseRecord>(StringComparer.Ordinal);

    internal ImmutableList<Bot> BotHistory { get; init; } = [];

    internal ImmutableList<Installation> InstallationHistory { get; init; } = [];

    internal bool IsEmpty => Bot is null && Installations.IsEmpty;
}

/// <summary>What is known of the leases of one credential: the last one's token and end, and the token of the last that saved.</summary>
internal sealed record LeaseRecord(long FencingToken, DateTimeOffset EndsAt, long SavedToken)
{
    internal static LeaseRecord None { get; } = new(0, DateTimeOffset.MinValue, 0);
}
