using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>Forgets what Slack says is gone. Both events are idempotent, and come in any order.</summary>
internal sealed class UninstallEvents(IOptions<SlackOAuthOptions> options, IInstallationStore store, WorkspaceUse use, FlowTelemetry telemetry, ILogger<UninstallEvents> logger)
{
    internal const string AppUninstalled = "app_uninstalled";
    internal const string TokensRevoked = "tokens_revoked";

    private readonly bool _hasGridFallback = options.Value.GridFallbackEnabled;

    /// <summary>Deletes what the event says. Does nothing for other events, and for a payload that names no workspace.</summary>
    internal async Task HandleAsync(SlackRequestContext request, CancellationToken cancellationToken)
    {
        if (request.Workspace is not { } workspace)
        {
            return;
        }

        switch (request.EventType)
        {
            case AppUninstalled:
                foreach (var key in Keys(workspace))
                {
                    await store.DeleteAllAsync(key, cancellationToken).ConfigureAwait(false);
                    await use.ForgetAsync(key, cancellationToken).ConfigureAwait(false);
                }

                telemetry.CountUninstall(AppUninstalled);
                Log.Uninstalled(logger);
                break;
            case TokensRevoked:
                foreach (var key in Keys(workspace))
                {
                    await RevokeAsync(key, request, cancellationToken).ConfigureAwait(false);
                }

                telemetry.CountUninstall(TokensRevoked);
                Log.TokensRevoked(logger, request.RevokedUserIds.Count, request.RevokedBotUserIds.Count > 0);
                break;
        }
    }

    private async Task RevokeAsync(WorkspaceId workspace, SlackRequestContext request, CancellationToken cancellationToken)
    {
        foreach (var userId in request.RevokedUserIds)
        {
            await store.DeleteInstallationAsync(workspace, userId, cancellationToken).ConfigureAwait(false);
        }

        if (request.RevokedBotUserIds.Count > 0)
        {
            await store.DeleteBotAsync(workspace, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The key of before a Grid upgrade, from where a lookup would bring the dead tokens back, and the key. In this order: a re-keying that runs meanwhile finds nothing any more, or
    /// what it moves is deleted where it moves it to. The other way round it could carry it past both deletions.
    /// </summary>
    private IEnumerable<WorkspaceId> Keys(WorkspaceId workspace) =>
        _hasGridFallback && workspace is { EnterpriseId: not null, TeamId: { } teamId } ? [WorkspaceId.ForTeam(teamId), workspace] : [workspace];
}
