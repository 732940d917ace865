namespace SlackOAuth.Soak;

/// <summary>What is known of a workspace: one change of it at a time is made, and a lookup is judged where none came in between.</summary>
internal sealed class SoakedWorkspace(string teamId)
{
    internal const int Users = 2;

    private readonly Dictionary<string, DateTimeOffset> _users = new(StringComparer.Ordinal);
    private readonly List<(string UserId, DateTimeOffset At)> _killed = [];
    private readonly HashSet<string> _lost = new(StringComparer.Ordinal);
    private bool _isInstalled;
    private int _version;

    internal string TeamId { get; } = teamId;

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

    internal void Installed(string userId, DateTimeOffset since) => End(() =>
    {
        _users[userId] = since;
        (_isInstalled, IsUnknown) = (true, false);
    });

    internal void Uninstalled() => End(() =>
    {
        _users.Clear();
        (_isInstalled, IsUnknown) = (false, false);
    });

    internal void Revoked(string userId) => End(() => _users.Remove(userId));

    internal void Unchanged() => End(() => { });

    internal void Unknown() => End(() => IsUnknown = true);

    private void End(Action change)
    {
        lock (_users)
        {
            change();
            _version++;
        }
    }

    /// <summary>What was known at one time.</summary>
    /// <param name="Version">Odd while a change is made.</param>
    /// <param name="IsUncertain">Whether a change is being made, or the last one's answer was lost.</param>
    /// <param name="IsInstalled">Whether the last install was acknowledged, and no uninstall has come since.</param>
    /// <param name="InstalledSince">When the last install began of those whose user's token was not revoked: what is found is of then or later. The least value where there is none.</param>
    /// <param name="Users">The users who have installed, and whose tokens were not revoked.</param>
    internal sealed record Knowledge(int Version, bool IsUncertain, bool IsInstalled, DateTimeOffset InstalledSince, IReadOnlySet<string> Users);
}
