using System.Collections.Concurrent;
using SlackOAuth.Stores;

namespace SlackOAuth;

/// <summary>
/// Keeps when workspaces were last used in an installation store of its own, so that every provider can: one record without a token for each workspace, whose installed-at is the last use. The contract's
/// rule that an older record does not replace a newer one makes it right from any number of processes.
/// </summary>
/// <remarks>
/// It owns the store of the times, and disposes it. Each process writes at most once a day for each workspace.
/// </remarks>
public sealed class WorkspaceActivityStore : IWorkspaceActivity, IAsyncDisposable, IDisposable
{
    private const string UserId = "last-use";
    private const string NotApart = "the workspaces' activity would be kept among the app's installations";
    private const string Remedy = "Give it a store that is bound to another client id, such as the app's with \".activity\" behind it.";

    // About 10 MB. Beyond it the memory begins anew, at the price of one more write for each workspace.
    private const int MaxRemembered = 100_000;

    private static readonly TimeSpan Precision = TimeSpan.FromDays(1);
    private static readonly WorkspaceId Probe = WorkspaceId.ForTeam("slackoauth-activity-probe");

    private readonly IInstallationStore _activity;
    private readonly IInstallationStore _installations;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<WorkspaceId, DateTimeOffset> _noted = new();
    private volatile bool _isApart;

    /// <summary>Creates the tracker.</summary>
    /// <param name="activity">Where to keep the times: a store that is bound to a client id that no app has, such as the app's with <c>.activity</c> behind it.</param>
    /// <param name="installations">The app's own store, which must not be the same. It is looked at once, to make sure.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">Both stores are one.</exception>
    public WorkspaceActivityStore(IInstallationStore activity, IInstallationStore installations, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(activity);
        ArgumentNullException.ThrowIfNull(installations);
        if (ReferenceEquals(activity, installations))
        {
            throw new ArgumentException($"{NotApart}. {Remedy}", nameof(activity));
        }

        (_activity, _installations, _time) = (activity, installations, timeProvider ?? TimeProvider.System);
    }

    /// <inheritdoc />
    public ValueTask RecordUseAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        var now = _time.GetUtcNow();
        return _noted.TryGetValue(workspace, out var noted) && now - noted < Precision ? ValueTask.CompletedTask : NoteAsync(workspace, now, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<DateTimeOffset?> FindLastUseAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        return (await _activity.FindInstallationAsync(workspace, UserId, cancellationToken).ConfigureAwait(false))?.InstalledAt;
    }

    /// <inheritdoc />
    public ValueTask ForgetAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        _noted.TryRemove(workspace, out _);
        return _activity.DeleteAllAsync(workspace, cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => (_activity as IDisposable)?.Dispose();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_activity is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            Dispose();
        }
    }

    private static Installation Record(WorkspaceId workspace, DateTimeOffset usedAt) => new()
    {
        EnterpriseId = workspace.EnterpriseId,
        TeamId = workspace.TeamId,
        IsEnterpriseInstall = workspace.IsEnterpriseInstall,
        UserId = UserId,
        InstalledAt = usedAt,
    };

    private async ValueTask NoteAsync(WorkspaceId workspace, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await EnsureApartAsync(now, cancellationToken).ConfigureAwait(false);
        await _activity.SaveAsync(Record(workspace, now), cancellationToken).ConfigureAwait(false);
        if (_noted.Count >= MaxRemembered)
        {
            _noted.Clear();
        }

        _noted[workspace] = now;
    }

    /// <summary>A record without a token among the app's installations would hide a real one. So before the first is written, one of a workspace that does not exist is, and looked for.</summary>
    private async ValueTask EnsureApartAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_isApart)
        {
            return;
        }

        await _activity.SaveAsync(Record(Probe, now), cancellationToken).ConfigureAwait(false);
        var strayed = await _installations.FindInstallationAsync(Probe, UserId, cancellationToken).ConfigureAwait(false);
        await _activity.DeleteAllAsync(Probe, cancellationToken).ConfigureAwait(false);
        if (strayed is not null)
        {
            throw new SlackOAuthStoreException(nameof(WorkspaceActivityStore), nameof(RecordUseAsync), NotApart, isTransient: false, Remedy);
        }

        _isApart = true;
    }
}
