using System.Collections.Concurrent;

namespace SlackOAuth.Stores.Caching;

/// <summary>What was asked about a workspace, and the version of what this process knows of it: another one with each change. No two workspaces, and no two changes, ever have the same.</summary>
/// <remarks>It is read without a lock, and written under that of the <see cref="LookupTable"/>.</remarks>
internal sealed class CachedWorkspace(WorkspaceId id)
{
    private const int Few = 8;

    private static long _lastVersion = CachedLookup.Unknown;

    private readonly bool _isOrganization = id.IsEnterpriseInstall;
    private readonly string? _enterpriseId = id.EnterpriseId;
    private long _version = Interlocked.Increment(ref _lastVersion);
    private volatile CachedWorkspace? _next;
    private volatile LookupSlot? _bot;
    private volatile LookupSlot? _latest;

    // Most workspaces have a few users: to go through them is faster than a table of texts. The array is never changed, but replaced.
    private volatile LookupSlot[] _few = [];
    private volatile ConcurrentDictionary<string, LookupSlot>? _users;

    internal WorkspaceId Id => id;

    internal long Version => Volatile.Read(ref _version);

    /// <summary>When this process last changed the workspace, in UTC ticks.</summary>
    internal long ChangedAt { get; set; }

    /// <summary>Another one with the same first id: in another enterprise, or an organization.</summary>
    internal CachedWorkspace? Next
    {
        get => _next;
        set => _next = value;
    }

    internal bool IsEmpty => _bot is null && _latest is null && _few.Length == 0 && _users is null;

    internal IEnumerable<LookupSlot> Slots => new[] { _bot, _latest }.OfType<LookupSlot>().Concat(_few).Concat(_users?.Values ?? []);

    /// <summary>Whether this is the one that is meant, of those with the same first id.</summary>
    internal bool Is(WorkspaceId other) => _isOrganization == other.IsEnterpriseInstall && _enterpriseId == other.EnterpriseId;

    internal LookupSlot? Find(string? userId, bool isBot)
    {
        if (userId is null)
        {
            return isBot ? _bot : _latest;
        }

        foreach (var user in _few)
        {
            if (user.UserId == userId)
            {
                return user;
            }
        }

        return _users is { } users && users.TryGetValue(userId, out var slot) ? slot : null;
    }

    internal void Add(LookupSlot slot)
    {
        switch (slot.Question)
        {
            case { IsBot: true }:
                _bot = slot;
                break;
            case { UserId: null }:
                _latest = slot;
                break;
            case { UserId: { } } when _few.Length < Few:
                _few = [.. _few, slot];
                break;
            case { UserId: { } userId }:
                (_users ??= new(concurrencyLevel: 1, capacity: 3))[userId] = slot;
                break;
        }
    }

    internal void Change() => Volatile.Write(ref _version, Interlocked.Increment(ref _lastVersion));

    /// <summary>Removes the questions that the store was last asked before a time, in UTC ticks.</summary>
    /// <returns>How many.</returns>
    internal int RemoveReadBefore(long time)
    {
        var removed = 0;
        if (_bot?.ReadAt < time)
        {
            _bot = null;
            removed++;
        }

        if (_latest?.ReadAt < time)
        {
            _latest = null;
            removed++;
        }

        var few = _few;
        _few = [.. few.Where(user => user.ReadAt >= time)];
        removed += few.Length - _few.Length;
        if (_users is { } users)
        {
            removed += users.Count(user => user.Value.ReadAt < time && users.TryRemove(user));
            _users = users.IsEmpty ? null : users;
        }

        return removed;
    }
}
