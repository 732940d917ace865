using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>Forgets what Slack says is gone. Both events are idempotent, and come in any order.</summary>
/// <remarks>
/// An event may come late: Slack repeats what was not answered, after a minute and after five. What was installed since it happened is alive, and stays. Between the look and the deletion a new install may
/// still be saved, and is then deleted too: a store has no call that does both at once.
/// </remarks>
internal sealed class UninstallEvents(IOptions<SlackOAuthOptions> options, IInstallationStore store, WorkspaceUse use, FlowTelemetry telemetry, ILogger<UninstallEvents> logger)
{
    internal const string AppUninstalled = "app_uninstalled";
    internal const string TokensRevoked = "tokens_revoked";

    // Installs are dated by this machine's clock, events by Slack's and in whole seconds. What was installed this long after an event still counts as before it, so that an uninstall right after an
    // install deletes though this clock is a little ahead. Nobody uninstalls, installs anew and has the event repeated within it.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    private readonly bool _hasGridFallback = options.Value.GridFallbackEnabled;

    // Goes past a cache, which may not know yet what another process has saved. With history off it lists the current records, and those are all that is asked for.
    private readonly IInstallationHistory? _records = store.GetCapability<IInstallationHistory>();

    /// <summary>Deletes what the event says. Does nothing for other events, and for a payload that names no workspace.</summary>
    internal async Task HandleAsync(SlackRequestContext request, CancellationToken cancellationToken)
    {
        if (request.Workspace is not { } workspace)
        {
            return;
        }

        var isAllDeleted = true;
        switch (request.EventType)
        {
            case AppUninstalled:
                foreach (var key in Keys(workspace))
                {
                    isAllDeleted &= await UninstallAsync(key, request.EventTime, cancellationToken).ConfigureAwait(false);
                }

                telemetry.CountUninstall(AppUninstalled);
                Log.Uninstalled(logger);
                break;
            case TokensRevoked:
                foreach (var key in Keys(workspace))
                {
                    isAllDeleted &= await RevokeAsync(key, request, cancellationToken).ConfigureAwait(false);
                }

                telemetry.CountUninstall(TokensRevoked);
                Log.TokensRevoked(logger, request.RevokedUserIds.Count, request.RevokedBotUserIds.Count > 0);
                break;
        }

        if (!isAllDeleted)
        {
            Log.NewerInstallKept(logger);
        }
    }

    /// <returns>Whether everything is deleted: false where something was installed after the event, and stays.</returns>
    private async Task<bool> UninstallAsync(WorkspaceId workspace, DateTimeOffset? eventTime, CancellationToken cancellationToken)
    {
        var isBotNewer = await IsBotNewerAsync(workspace, eventTime, cancellationToken).ConfigureAwait(false);
        var users = await ReadUsersAsync(workspace, userId: null, eventTime, cancellationToken).ConfigureAwait(false);
        if (!isBotNewer && !users.ContainsValue(true))
        {
            await store.DeleteAllAsync(workspace, cancellationToken).ConfigureAwait(false);
            await use.ForgetAsync(workspace, cancellationToken).ConfigureAwait(false);
            return true;
        }

        if (!isBotNewer)
        {
            await store.DeleteBotAsync(workspace, cancellationToken).ConfigureAwait(false);
        }

        foreach (var userId in users.Where(user => !user.Value).Select(user => user.Key))
        {
            await store.DeleteInstallationAsync(workspace, userId, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    /// <returns>Whether all that the event names is deleted: false where some of it was installed after the event, and stays.</returns>
    private async Task<bool> RevokeAsync(WorkspaceId workspace, SlackRequestContext request, CancellationToken cancellationToken)
    {
        var isAllDeleted = true;
        foreach (var userId in request.RevokedUserIds)
        {
            var isNewer = (await ReadUsersAsync(workspace, userId, request.EventTime, cancellationToken).ConfigureAwait(false)).ContainsValue(true);
            if (!isNewer)
            {
                await store.DeleteInstallationAsync(workspace, userId, cancellationToken).ConfigureAwait(false);
            }

            isAllDeleted &= !isNewer;
        }

        if (request.RevokedBotUserIds.Count > 0)
        {
            var isNewer = await IsBotNewerAsync(workspace, request.EventTime, cancellationToken).ConfigureAwait(false);
            if (!isNewer)
            {
                await store.DeleteBotAsync(workspace, cancellationToken).ConfigureAwait(false);
            }

            isAllDeleted &= !isNewer;
        }

        return isAllDeleted;
    }

    private async ValueTask<bool> IsBotNewerAsync(WorkspaceId workspace, DateTimeOffset? eventTime, CancellationToken cancellationToken)
    {
        if (eventTime is not { } happened)
        {
            return false;
        }

        try
        {
            var bot = _records is null
                ? await store.FindBotAsync(workspace, cancellationToken).ConfigureAwait(false)
                : await _records.ListBotHistoryAsync(workspace, cancellationToken).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
            return bot?.InstalledAt > happened + ClockTolerance;
        }
        catch (SlackOAuthStoreException exception) when (!exception.IsTransient)
        {
            // A record that cannot be read serves nobody: it is deleted, as it was before events were compared with anything.
            return false;
        }
    }

    /// <summary>The users who have an installation, each with whether it is newer than the event; one that cannot be read is not.</summary>
    private async ValueTask<Dictionary<string, bool>> ReadUsersAsync(WorkspaceId workspace, string? userId, DateTimeOffset? eventTime, CancellationToken cancellationToken)
    {
        var users = new Dictionary<string, bool>(StringComparer.Ordinal);
        if (eventTime is not { } happened)
        {
            return users;
        }

        try
        {
            if (_records is null)
            {
                // One at most: the dead tokens of other users stay where the latest installation is new, and Slack refuses them.
                Note(await store.FindInstallationAsync(workspace, userId, cancellationToken).ConfigureAwait(false));
            }
            else
            {
                await foreach (var (installation, failure) in _records.ListInstallationHistoryAsync(workspace, userId, cancellationToken).WithUnreadableAsync(cancellationToken).ConfigureAwait(false))
                {
                    Note(installation, failure);
                }
            }
        }
        catch (SlackOAuthStoreException exception) when (!exception.IsTransient)
        {
            // As for the bot.
            Note(null, exception);
        }

        return users;

        void Note(Installation? installation, SlackOAuthStoreException? failure = null)
        {
            if ((installation?.UserId ?? failure?.UserId) is { } user)
            {
                users[user] = users.GetValueOrDefault(user) || installation?.InstalledAt > happened + ClockTolerance;
            }
        }
    }

    /// <summary>
    /// The key of before a Grid upgrade, from where a lookup would bring the dead tokens back, and the key. In this order: a re-keying that runs meanwhile finds nothing any more, or
    /// what it moves is deleted where it moves it to. The other way round it could carry it past both deletions.
    /// </summary>
    private IEnumerable<WorkspaceId> Keys(WorkspaceId workspace) =>
        _hasGridFallback && workspace is { EnterpriseId: not null, TeamId: { } teamId } ? [WorkspaceId.ForTeam(teamId), workspace] : [workspace];
}
