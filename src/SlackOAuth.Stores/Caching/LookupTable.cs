using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace SlackOAuth.Stores.Caching;

/// <summary>What is looked up. The client id is the same for all questions of a store.</summary>
/// <param name="Workspace">The workspace or organization.</param>
/// <param name="UserId">The user; null for the latest installation, and for the bot.</param>
/// <param name="IsBot">Whether the bot is asked for.</param>
internal readonly record struct Question(WorkspaceId Workspace, string? UserId, bool IsBot);

/// <summary>A question that was asked, with its key in the cache.</summary>
internal sealed class LookupSlot(Question question, string key, WorkspaceVersion workspace)
{
    internal Question Question => question;

    internal string Key => key;

    internal WorkspaceVersion Workspace => workspace;

    /// <summary>When the store was last asked, in UTC ticks.</summary>
    internal long ReadAt { get; set; }
}

/// <summary>The version of what this process knows of a workspace: another one with each change. No two workspaces, and no two changes, ever have the same.</summary>
internal sealed class WorkspaceVersion
{
    private static long _last = CachedLookup.Unknown;

    private long _number = Interlocked.Increment(ref _last);

    internal long Number => Volatile.Read(ref _number);

    /// <summary>When this process last changed the workspace, in UTC ticks.</summary>
    internal long ChangedAt { get; set; }

    internal HashSet<LookupSlot> Slots { get; } = [];

    internal void Change() => Volatile.Write(ref _number, Interlocked.Increment(ref _last));
}

/// <summary>The questions whose answers may be in the cache, and the versions of their workspaces: what makes an answer current or not.</summary>
/// <remarks>
/// A cache alone cannot tell. A lookup that began before a save may put its answer there after the save has removed it. So a lookup takes down the version with which it
/// began, a change makes another one, and an answer of an earlier version is none, whenever it arrives.
/// </remarks>
internal sealed class LookupTable(string clientId, LookupCacheOptions options, TimeProvider clock)
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    /// <summary>How far the clocks of two processes may be apart.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Question, LookupSlot> _slots = new(QuestionComparer.Instance);
    private readonly Dictionary<WorkspaceId, WorkspaceVersion> _workspaces = [];
    private readonly Lock _gate = new();
    private long _sweptAt;
    private long _changedAt;
    private int _count;

    internal LookupSlot? Find(Question question) => _slots.TryGetValue(question, out var slot) ? slot : null;

    /// <summary>The slot of a question; null where the table is full.</summary>
    internal LookupSlot? FindOrAdd(Question question)
    {
        lock (_gate)
        {
            if (Find(question) is { } slot)
            {
                return slot;
            }

            if (_count >= options.MaximumEntries && !Sweep())
            {
                return null;
            }

            slot = new LookupSlot(question, KeyOf(question), Of(question.Workspace)) { ReadAt = clock.GetUtcNow().UtcTicks };
            slot.Workspace.Slots.Add(slot);
            _slots[question] = slot;
            _count++;
            return slot;
        }
    }

    /// <summary>Makes every answer about a workspace an earlier one. Called after a change and before it is acknowledged.</summary>
    internal void Change(WorkspaceId workspace)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow().UtcTicks;
            if (_workspaces.TryGetValue(workspace, out var version))
            {
                version.ChangedAt = now;
                version.Change();
            }
            else if (options.UseDistributedCache && (_workspaces.Count < options.MaximumEntries || Sweep()))
            {
                Of(workspace).ChangedAt = now;
            }
            else
            {
                // Nobody here has asked. Where the table is full, what the distributed cache has of any workspace counts as older.
                _changedAt = now;
            }
        }
    }

    /// <summary>The keys under which this process may have put answers about a workspace.</summary>
    internal string[] KeysOf(WorkspaceId workspace)
    {
        lock (_gate)
        {
            return _workspaces.TryGetValue(workspace, out var version) ? [.. version.Slots.Select(slot => slot.Key)] : [];
        }
    }

    /// <summary>Accepts an answer that came from the distributed cache, where it is certain that it is of this question, not too old, and not older than a change that this process made.</summary>
    internal bool TryAdopt(CachedLookup found, LookupSlot slot)
    {
        lock (_gate)
        {
            if (found.Version != CachedLookup.Unknown
                || found.Key != slot.Key
                || clock.GetUtcNow() - found.ReadAt >= options.Expiration
                || found.ReadAt.UtcTicks <= Math.Max(slot.Workspace.ChangedAt, _changedAt) + ClockTolerance.Ticks)
            {
                return false;
            }

            found.Version = slot.Workspace.Number;
            return true;
        }
    }

    /// <summary>The whole question, hashed: a key of one length and of plain characters, whatever the ids are, which shows none of them to who reads the cache or its logs.</summary>
    internal string KeyOf(Question question)
    {
        var context = new TokenProtectionContext { ClientId = clientId, Workspace = question.Workspace, UserId = question.UserId, Field = question.IsBot ? "bot" : "installation" };
        return $"slackoauth:{Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(context.ToPurpose())).AsSpan(0, 16))}";
    }

    private WorkspaceVersion Of(WorkspaceId workspace)
    {
        if (!_workspaces.TryGetValue(workspace, out var version))
        {
            _workspaces.Add(workspace, version = new WorkspaceVersion());
        }

        return version;
    }

    /// <summary>Removes the questions whose answers have expired. Gone through once a second at most, so that a full table costs next to nothing.</summary>
    /// <returns>Whether there is room.</returns>
    private bool Sweep()
    {
        var now = clock.GetUtcNow().UtcTicks;
        if (now - _sweptAt < SweepEvery.Ticks)
        {
            return false;
        }

        _sweptAt = now;
        var expired = now - options.Expiration.Ticks;
        foreach (var (question, slot) in _slots)
        {
            if (slot.ReadAt < expired)
            {
                _slots.TryRemove(question, out _);
                slot.Workspace.Slots.Remove(slot);
                _count--;
            }
        }

        foreach (var (workspace, version) in _workspaces)
        {
            if (version.Slots.Count == 0 && version.ChangedAt < expired - ClockTolerance.Ticks)
            {
                _workspaces.Remove(workspace);
            }
        }

        return _count < options.MaximumEntries;
    }

    /// <summary>Compares ids as they are. A hit takes 60 to 120 ns, and .NET's own hashes of two or three strings half as long again.</summary>
    private sealed class QuestionComparer : IEqualityComparer<Question>
    {
        internal static QuestionComparer Instance { get; } = new();

        public bool Equals(Question x, Question y) =>
            x.IsBot == y.IsBot && x.Workspace.TeamId == y.Workspace.TeamId && x.Workspace.EnterpriseId == y.Workspace.EnterpriseId && x.UserId == y.UserId;

        public int GetHashCode(Question question) => HashCode.Combine(question.Workspace.TeamId, question.Workspace.EnterpriseId, question.UserId, question.IsBot);
    }
}
