using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace SlackOAuth;

/// <summary>
/// Removes what is no longer needed: expired states, workspaces that nobody uses, and old history. A hosted service calls it; an app that has a schedule of its own may call it too. Every removal can be done
/// twice, so any number of processes may sweep at once.
/// </summary>
public sealed class SlackRetention
{
    private const string TooManyUnused = "too_many_unused";
    private const string NoListing = "no_listing";
    private const string NoTrimming = "no_trimming";
    private const string Unreadable = "unreadable";

    private readonly SlackRetentionOptions _options;
    private readonly IInstallationStore _installations;
    private readonly IOAuthStateStore _states;
    private readonly IWorkspaceActivity? _activity;
    private readonly TimeProvider _time;
    private readonly RetentionTelemetry _telemetry;
    private readonly ILogger<SlackRetention> _logger;

    internal SlackRetention(
        IOptions<SlackRetentionOptions> options,
        IInstallationStore installations,
        IOAuthStateStore states,
        IWorkspaceActivity? activity,
        TimeProvider time,
        RetentionTelemetry telemetry,
        ILogger<SlackRetention> logger)
    {
        (_options, _installations, _states, _activity, _time, _telemetry, _logger) = (options.Value, installations, states, activity, time, telemetry, logger);
    }

    /// <summary>Sweeps once. What fails is logged and left to the next sweep.</summary>
    /// <param name="cancellationToken">Ends the sweep; what was removed until then stays removed.</param>
    public async Task<RetentionResult> SweepAsync(CancellationToken cancellationToken = default)
    {
        var (states, workspaces, records) = (0, 0, 0);
        var isIncomplete = false;
        if (_options.ExpiredStatesEnabled && _states.GetCapability<IExpiredStatePurging>() is { } purging)
        {
            isIncomplete |= !await RunAsync(
                RetentionTelemetry.States,
                async () =>
                {
                    states = await purging.PurgeExpiredAsync(cancellationToken).ConfigureAwait(false);
                    _telemetry.CountRemoved(RetentionTelemetry.States, states);
                    return null;
                },
                cancellationToken).ConfigureAwait(false);
        }

        if (_options.UnusedAfter is { } unusedAfter && _activity is { } activity)
        {
            isIncomplete |= !await RunAsync(
                RetentionTelemetry.Workspaces,
                () => RemoveUnusedAsync(
                    activity,
                    unusedAfter,
                    () =>
                    {
                        workspaces++;
                        _telemetry.CountRemoved(RetentionTelemetry.Workspaces, 1);
                    },
                    cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }

        // After the workspaces, of which fewer are left then.
        if (_options.HistoryOlderThan is { } historyOlderThan)
        {
            isIncomplete |= !await RunAsync(
                RetentionTelemetry.History,
                () => TrimHistoryAsync(
                    historyOlderThan,
                    count =>
                    {
                        records += count;
                        _telemetry.CountRemoved(RetentionTelemetry.History, count);
                    },
                    cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }

        Log.RetentionSwept(_logger, states, workspaces, records);
        return new RetentionResult { ExpiredStates = states, Workspaces = workspaces, HistoryRecords = records, IsIncomplete = isIncomplete };
    }

    /// <returns>Why nothing was removed; null where there was no reason not to.</returns>
    private async Task<string?> RemoveUnusedAsync(IWorkspaceActivity activity, TimeSpan unusedAfter, Action removed, CancellationToken cancellationToken)
    {
        if (_installations.GetCapability<IInstallationListing>() is not { } listing)
        {
            Log.CannotListWorkspaces(_logger, nameof(SlackRetentionOptions.UnusedAfter));
            return NoListing;
        }

        var unreadable = new UnreadableRecords();
        var (all, unused) = await FindUnusedAsync(listing, activity, _time.GetUtcNow() - unusedAfter, unreadable, cancellationToken).ConfigureAwait(false);
        if (unused.Count > Math.Ceiling(all * _options.MaxUnusedShare))
        {
            Log.TooManyUnused(_logger, unused.Count, all);
            return TooManyUnused;
        }

        await InBatchesAsync(
            unused,
            workspace => unreadable.PassOverAsync(async () =>
            {
                if (await RemoveAsync(workspace, activity, _time.GetUtcNow() - unusedAfter, cancellationToken).ConfigureAwait(false))
                {
                    removed();
                }
            }),
            cancellationToken).ConfigureAwait(false);
        return TellOf(unreadable);
    }

    /// <returns>Why the history of all workspaces, or of some, was left; null where there was no reason to.</returns>
    private async Task<string?> TrimHistoryAsync(TimeSpan olderThan, Action<int> removed, CancellationToken cancellationToken)
    {
        if (_installations.GetCapability<IHistoryTrimming>() is not { } trimming)
        {
            Log.CannotTrimHistory(_logger);
            return NoTrimming;
        }

        if (_installations.GetCapability<IInstallationListing>() is not { } listing)
        {
            Log.CannotListWorkspaces(_logger, nameof(SlackRetentionOptions.HistoryOlderThan));
            return NoListing;
        }

        // To trim a history, none of its records has to be read.
        var unreadable = new UnreadableRecords(countsNamed: false);
        var readable = await ListWorkspacesAsync(listing, unreadable, cancellationToken).ConfigureAwait(false);
        await InBatchesAsync(
            readable.Keys.Union(unreadable.Workspaces),
            workspace => unreadable.PassOverAsync(
                async () => removed(await trimming.TrimHistoryAsync(workspace, _time.GetUtcNow() - olderThan, cancellationToken).ConfigureAwait(false))),
            cancellationToken).ConfigureAwait(false);
        return TellOf(unreadable);
    }

    /// <summary>Why a part is not complete that passed over what could not be read; null where all could.</summary>
    private string? TellOf(UnreadableRecords unreadable)
    {
        if (unreadable.First is not { } first)
        {
            return null;
        }

        Log.RecordsKept(_logger, unreadable.Count, Log.Cause(first));
        return Unreadable;
    }

    /// <summary>Those that were neither installed nor used since a time, and how many there are at all. One with a record that cannot be read may have been installed since.</summary>
    private async Task<(int All, List<WorkspaceId> Unused)> FindUnusedAsync(
        IInstallationListing listing, IWorkspaceActivity activity, DateTimeOffset since, UnreadableRecords unreadable, CancellationToken cancellationToken)
    {
        var installedAt = await ListWorkspacesAsync(listing, unreadable, cancellationToken).ConfigureAwait(false);
        var unused = new List<WorkspaceId>();
        await InBatchesAsync(
            installedAt.Where(workspace => workspace.Value < since && !unreadable.Workspaces.Contains(workspace.Key)).Select(workspace => workspace.Key),
            async workspace =>
            {
                if (await activity.FindLastUseAsync(workspace, cancellationToken).ConfigureAwait(false) is { } lastUse)
                {
                    if (lastUse < since)
                    {
                        unused.Add(workspace);
                    }
                }
                else if (await IsInstalledAsync(workspace, unreadable, cancellationToken).ConfigureAwait(false))
                {
                    // Another process may have removed it since it was listed; that is not to be noted again.
                    await activity.RecordUseAsync(workspace, cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
        return (installedAt.Count, unused);
    }

    /// <summary>Every workspace, and when it was last installed.</summary>
    private static async Task<Dictionary<WorkspaceId, DateTimeOffset>> ListWorkspacesAsync(IInstallationListing listing, UnreadableRecords unreadable, CancellationToken cancellationToken)
    {
        var installedAt = new Dictionary<WorkspaceId, DateTimeOffset>();
        await foreach (var bot in unreadable.PassOver(listing.ListBotsAsync(cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            Note(new WorkspaceId(bot.EnterpriseId, bot.TeamId, bot.IsEnterpriseInstall), bot.InstalledAt);
        }

        await foreach (var installation in unreadable.PassOver(listing.ListInstallationsAsync(cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            Note(new WorkspaceId(installation.EnterpriseId, installation.TeamId, installation.IsEnterpriseInstall), installation.InstalledAt);
        }

        return installedAt;

        void Note(WorkspaceId workspace, DateTimeOffset at)
        {
            if (!installedAt.TryGetValue(workspace, out var latest) || latest < at)
            {
                installedAt[workspace] = at;
            }
        }
    }

    /// <summary>Removes a workspace that is still unused now: since it was listed, batches and pauses ago, it may have come back.</summary>
    private async Task<bool> RemoveAsync(WorkspaceId workspace, IWorkspaceActivity activity, DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (!await IsUnusedAsync(workspace, activity, since, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        // The hook may revoke the token, so it is not asked about what is used; and it may take its time, in which somebody may come back.
        if (_options.BeforeRemoval is { } ask
            && !(await ask(workspace, cancellationToken).ConfigureAwait(false) && await IsUnusedAsync(workspace, activity, since, cancellationToken).ConfigureAwait(false)))
        {
            return false;
        }

        await _installations.DeleteAllAsync(workspace, cancellationToken).ConfigureAwait(false);
        await activity.ForgetAsync(workspace, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <remarks>Compared so that what is not known any more, because another process has removed it, is not removed here.</remarks>
    private async ValueTask<bool> IsUnusedAsync(WorkspaceId workspace, IWorkspaceActivity activity, DateTimeOffset since, CancellationToken cancellationToken) =>
        await activity.FindLastUseAsync(workspace, cancellationToken).ConfigureAwait(false) < since
        && await ReadInstalledAtAsync(workspace, cancellationToken).ConfigureAwait(false) < since;

    private async ValueTask<bool> IsInstalledAsync(WorkspaceId workspace, UnreadableRecords unreadable, CancellationToken cancellationToken)
    {
        try
        {
            return await FindInstalledAtAsync(workspace, cancellationToken).ConfigureAwait(false) is not null;
        }
        catch (SlackOAuthStoreException exception) when (exception.IsUnreadableRecord)
        {
            unreadable.Note(exception);
            return true;
        }
    }

    /// <summary>The same as <see cref="FindInstalledAtAsync"/>, past a cache, which may not know yet what another process has saved.</summary>
    private async ValueTask<DateTimeOffset?> ReadInstalledAtAsync(WorkspaceId workspace, CancellationToken cancellationToken)
    {
        if (_installations.GetCapability<IInstallationHistory>() is not { } records)
        {
            return await FindInstalledAtAsync(workspace, cancellationToken).ConfigureAwait(false);
        }

        // Newest first. With history off they list the current records.
        var installation = await records.ListInstallationHistoryAsync(workspace, userId: null, cancellationToken).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        var bot = await records.ListBotHistoryAsync(workspace, cancellationToken).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        return LaterOf(installation, bot);
    }

    /// <summary>When a workspace was last installed; null where it is not.</summary>
    private async ValueTask<DateTimeOffset?> FindInstalledAtAsync(WorkspaceId workspace, CancellationToken cancellationToken)
    {
        var installation = await _installations.FindInstallationAsync(workspace, cancellationToken: cancellationToken).ConfigureAwait(false);
        var bot = await _installations.FindBotAsync(workspace, cancellationToken).ConfigureAwait(false);
        return LaterOf(installation, bot);
    }

    private static DateTimeOffset? LaterOf(Installation? installation, Bot? bot) =>
        bot is null || installation?.InstalledAt > bot.InstalledAt ? installation?.InstalledAt : bot.InstalledAt;

    private async Task InBatchesAsync(IEnumerable<WorkspaceId> workspaces, Func<WorkspaceId, Task> act, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var workspace in workspaces)
        {
            if (count > 0 && count % _options.BatchSize == 0 && _options.BatchPause > TimeSpan.Zero)
            {
                await Task.Delay(_options.BatchPause, _time, cancellationToken).ConfigureAwait(false);
            }

            count++;
            await act(workspace).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a part, which says why it did not finish. What it throws, an app's hook or activity included, ends this part alone.</summary>
    private async Task<bool> RunAsync(string part, Func<Task<string?>> run, CancellationToken cancellationToken)
    {
        var error = await _telemetry.ObserveAsync(
            part,
            async () =>
            {
                try
                {
                    return await run().ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
                {
                    Log.RetentionFailed(_logger, part, Log.Cause(exception));
                    return exception.GetType().FullName;
                }
            }).ConfigureAwait(false);
        return error is null;
    }
}
