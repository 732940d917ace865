namespace SlackOAuth.Soak;

/// <summary>What is known of a workspace: one change of it at a time is made, and a lookup is judged where none came in between.</summary>
internal sealed class SoakedWorkspace
{
    internal const int Users = 2;

    // A lookup that takes longer than the checker's requests may is none.
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, DateTimeOffset> _users = new(StringComparer.Ordinal);
    private readonly List<(string UserId, DateTimeOffset At)> _killed = [];
    private readonly HashSet<string> _lost = new(StringComparer.Ordinal);
    private readonly List<Moment> _moments = [];
    private readonly LookupTimes[] _lookups;
    private readonly Dictionary<(int Process, string? UserId), DateTimeOffset> _missedUntil = [];
    private readonly bool _isCached;
    private bool _isInstalled;
    private int _version;

    /// <summary>Creates what is known of a workspace: that the app is not installed.</summary>
    /// <param name="teamId">The workspace.</param>
    /// <param name="processes">How many processes look it up.</param>
    /// <param name="cached">How long they cache what they find; nothing where they do not.</param>
    internal SoakedWorkspace(string teamId, int processes, TimeSpan cached)
    {
        (TeamId, _isCached) = (teamId, cached > TimeSpan.Zero);
        _lookups = [.. Enumerable.Range(0, processes).Select(_ => new LookupTimes(cached))];
        _moments.Add(new(DateTimeOffset.MinValue, Know(), []));
    }

    internal string TeamId { get; }

    /// <summary>The organization that its requests name; null until it has joined one.</summary>
    internal string? EnterpriseId { get; private set; }

    /// <summary>Held by whoever changes the workspace.</summary>
    internal SemaphoreSlim Changing { get; } = new(1);

    /// <summary>Whether the answer to the last change was lost, so that it may have happened or not.</summary>
    internal bool IsUnknown { get; private set; }

    /// <summary>Whether it is known to be lost, and has to be installed again.</summary>
    internal bool NeedsInstall { get; set; }

    internal string User(int number) => $"U{number}{TeamId}";

    /// <summary>What a lookup may be judged by; to be compared with that of after the lookup.</summary>
    internal Knowledge Know()
    {
        lock (_users)
        {
            return new(_version, IsUnknown || _version % 2 == 1, _isInstalled, _users.Values.DefaultIfEmpty().Max(), _users.Keys.ToHashSet(StringComparer.Ordinal));
        }
    }

    /// <summary>When the workspace was looked up in a process.</summary>
    internal LookupTimes LookupsIn(int process) => _lookups[process];

    /// <summary>All that was so since a time, the last of it now; but nothing of before the last change that the process has made itself, which it sees at once.</summary>
    internal IReadOnlyList<Knowledge> Recall(int process, DateTimeOffset since)
    {
        lock (_users)
        {
            var first = _moments.FindLastIndex(moment => moment.Since <= since || moment.Makers.Contains(process));
            return [.. _moments.Skip(first).Select(moment => moment.Known)];
        }
    }

    /// <summary>
    /// Whether a process may miss what was moved to the key of a Grid: it has looked under the new key just before the move, caches that nothing was there, and finds nothing under the old one any more. Once, and for as
    /// long as it caches that.
    /// </summary>
    /// <param name="process">The process.</param>
    /// <param name="userId">The user whose installation was missed; null for the bot.</param>
    /// <param name="began">When the lookup began.</param>
    /// <param name="answered">When it was answered.</param>
    internal bool MayMissMoved(int process, string? userId, DateTimeOffset began, DateTimeOffset answered)
    {
        lock (_users)
        {
            return _isCached && EnterpriseId is not null
                && (_missedUntil.TryAdd((process, userId), answered + SoakApp.NegativeCacheExpiration) || began <= _missedUntil[(process, userId)]);
        }
    }

    /// <summary>
    /// Notes that a process was killed while it looked this user up: it may have spent a refresh token, the bot's or this user's, and not have lived to save its result. Nobody can, over this protocol.
    /// </summary>
    internal void Killed(string userId, DateTimeOffset at)
    {
        lock (_users)
        {
            _killed.Add((userId, at));
        }
    }

    /// <summary>Whether this token may have gone with a process that was killed while it looked it up: it was due then, so that its rotation may have been under way. A later token was not there yet.</summary>
    /// <param name="userId">The user; null for the bot.</param>
    /// <param name="dueAt">Since when the token has been due.</param>
    internal bool MayHaveLost(string? userId, DateTimeOffset? dueAt)
    {
        lock (_users)
        {
            return _killed.Any(killed => (userId is null || killed.UserId == userId) && dueAt <= killed.At);
        }
    }

    /// <summary>Notes that a token is lost, and the workspace has to be installed again.</summary>
    /// <returns>Whether that is news.</returns>
    internal bool Lost(string token)
    {
        lock (_users)
        {
            NeedsInstall = true;
            return _lost.Add(token);
        }
    }

    internal bool IsLost(string token)
    {
        lock (_users)
        {
            return _lost.Contains(token);
        }
    }

    internal void Begin()
    {
        lock (_users)
        {
            _version++;
        }
    }

    /// <param name="userId">The user who has installed.</param>
    /// <param name="since">When that began.</param>
    /// <param name="maker">The process that has saved it. Of a workspace in a Grid it has changed the new key, and may answer what it knows of the old one.</param>
    internal void Installed(string userId, DateTimeOffset since, int maker) => End(EnterpriseId is null ? [maker] : [], () =>
    {
        _users[userId] = since;
        (_isInstalled, IsUnknown) = (true, false);
    });

    internal void Uninstalled(IReadOnlyCollection<int> makers) => End(makers, () =>
    {
        _users.Clear();
        (_isInstalled, IsUnknown) = (false, false);
    });

    internal void Revoked(string userId, IReadOnlyCollection<int> makers) => End(makers, () => _users.Remove(userId));

    /// <summary>Notes that it has joined an organization: all that was so stays so, and the next request moves what is stored.</summary>
    internal void Joined(string enterpriseId) => End([], () => EnterpriseId = enterpriseId);

    internal void Unchanged() => End([], () => { });

    internal void Unknown() => End([], () => IsUnknown = true);

    private void End(IReadOnlyCollection<int> makers, Action change)
    {
        lock (_users)
        {
            change();
            _version++;
            var now = DateTimeOffset.UtcNow;
            _moments.Add(new(now, Know(), makers));
            _moments.RemoveRange(0, Math.Max(0, _moments.FindLastIndex(moment => moment.Since < now - Remembered)));
        }
    }

    /// <summary>What came to be so.</summary>
    /// <param name="Since">When the change was over that made it so.</param>
    /// <param name="Known">What is so.</param>
    /// <param name="Makers">The processes in which the change was made.</param>
    private sealed record Moment(DateTimeOffset Since, Knowledge Known, IReadOnlyCollection<int> Makers);

    /// <summary>What was known at one time.</summary>
    /// <param name="Version">Odd while a change is made.</param>
    /// <param name="IsUncertain">Whether a change is being made, or the last one's answer was lost.</param>
    /// <param name="IsInstalled">Whether the last install was acknowledged, and no uninstall has come since.</param>
    /// <param name="InstalledSince">When the last install began of those whose user's token was not revoked: what is found is of then or later. The least value where there is none.</param>
    /// <param name="Users">The users who have installed, and whose tokens were not revoked.</param>
    internal sealed record Knowledge(int Version, bool IsUncertain, bool IsInstalled, DateTimeOffset InstalledSince, IReadOnlySet<string> Users);
}
