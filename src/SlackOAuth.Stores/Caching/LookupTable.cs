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
internal sealed class LookupSlot(Question question, string key, CachedWorkspace workspace)
{
    internal Question Question { get; } = question;

    internal string? UserId { get; } = question.UserId;

    internal string Key { get; } = key;

    internal CachedWorkspace Workspace { get; } = workspace;

    /// <summary>When the store was last asked, in UTC ticks.</summary>
    internal long ReadAt { get; set; }
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

    /// <summary>By the team's id, or the organization's. A text is what .NET finds fastest: a hit takes 60 to 120 ns, and a key of several texts half as long again.</summary>
    private readonly ConcurrentDictionary<string, CachedWorkspace> _workspaces = new();
    private readonly Lock _gate = new();

    /// <summary>Tells whose keys they are where others see them. In memory nobody does, and a longer key takes longer.</summary>
    private readonly string _keyPrefix = options.UseDistributedCache ? "slackoauth:" : "";
    private long _sweptAt;
    private long _changedAt;
    private int _workspaceCount;
    private int _count;

    internal LookupSlot? Find(WorkspaceId workspace, string? userId, bool isBot) => Find(workspace)?.Find(userId, isBot);

    /// <summary>The slot of a question; null where the table is full.</summary>
    internal LookupSlot? FindOrAdd(Question question)
    {
        lock (_gate)
        {
            if (Find(question.Workspace, question.UserId, question.IsBot) is { } slot)
            {
                return slot;
            }

            if (_count >= options.MaximumEntries && !Sweep())
            {
                return null;
            }

            slot = new LookupSlot(question, KeyOf(question), FindOrAdd(question.Workspace)) { ReadAt = clock.GetUtcNow().UtcTicks };
            slot.Workspace.Add(slot);
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
            if (Find(workspace) is { } known)
            {
                known.ChangedAt = now;
                known.Change();
            }
            else if (options.UseDistributedCache && (_workspaceCount < options.MaximumEntries || Sweep()))
            {
                FindOrAdd(workspace).ChangedAt = now;
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
            return Find(workspace) is { } known ? [.. known.Slots.Select(slot => slot.Key)] : [];
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

            found.Version = slot.Workspace.Version;
            return true;
        }
    }

    /// <summary>The whole question, hashed: a key of one length and of plain characters, whatever the ids are, which shows none of them to who reads the cache or its logs.</summary>
    internal string KeyOf(Question question)
    {
        var context = new TokenProtectionContext { ClientId = clientId, Workspace = question.Workspace, UserId = question.UserId, Field = question.IsBot ? "bot" : "installation" };
        return _keyPrefix + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(context.ToPurpose())).AsSpan(0, 16));
    }

    private static string NameOf(WorkspaceId workspace) => workspace.TeamId ?? workspace.EnterpriseId!;

    private CachedWorkspace? Find(WorkspaceId workspace)
    {
        _workspaces.TryGetValue(NameOf(workspace), out var known);
        while (known is not null && !known.Is(workspace))
        {
            known = known.Next;
        }

        return known;
    }

    private CachedWorkspace FindOrAdd(WorkspaceId workspace)
    {
        if (Find(workspace) is { } known)
        {
            return known;
        }

        var name = NameOf(workspace);
        _workspaceCount++;
        return _workspaces[name] = new CachedWorkspace(workspace) { Next = _workspaces.GetValueOrDefault(name) };
    }

    private void Remove(CachedWorkspace workspace)
    {
        var name = NameOf(workspace.Id);
        if (_workspaces[name] is var first && first != workspace)
        {
            while (first.Next != workspace)
            {
                first = first.Next!;
            }

            first.Next = workspace.Next;
        }
        else if (workspace.Next is { } next)
        {
            _workspaces[name] = next;
        }
        else
        {
            _workspaces.TryRemove(name, out _);
        }

        _workspaceCount--;
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
        foreach (var (_, first) in _workspaces)
        {
            for (var workspace = first; workspace is not null; workspace = workspace.Next)
            {
                _count -= workspace.RemoveReadBefore(expired);
                if (workspace.IsEmpty && workspace.ChangedAt < expired - ClockTolerance.Ticks)
                {
                    Remove(workspace);
                }
            }
        }

        return _count < options.MaximumEntries;
    }
}
