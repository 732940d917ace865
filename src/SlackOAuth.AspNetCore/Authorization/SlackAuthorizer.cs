using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>The token lookup of the protocol over an installation store.</summary>
internal sealed class SlackAuthorizer(IOptions<SlackOAuthOptions> options, IInstallationStore store, TokenRotator rotator, TimeProvider time, WorkspaceUse use, ILogger<SlackAuthorizer> logger) : ISlackAuthorizer
{
    private readonly GridUpgrade _upgrade = new(store, time);
    private readonly bool _hasGridFallback = options.Value.GridFallbackEnabled;
    private readonly UserTokenResolution _resolution = options.Value switch
    {
        { UserTokenResolution: not UserTokenResolution.Automatic and var chosen } => chosen,
        { UserScopes.Count: > 0 } => UserTokenResolution.RequestingUser,
        _ => UserTokenResolution.None,
    };

    public async ValueTask<SlackAuthorization?> AuthorizeAsync(SlackRequestContext request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Workspace is not { } workspace)
        {
            return null;
        }

        var found = await FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        if (found is null && BeforeUpgrade(workspace) is { } before)
        {
            // Where the organization may be another's, its tokens are not the workspace's; and re-keyed under it, the workspace's own requests would find nothing.
            found = request.IsEnterpriseUncertain
                ? await FindAsync(before, cancellationToken).ConfigureAwait(false)
                : await FindBeforeUpgradeAsync(workspace, before, cancellationToken).ConfigureAwait(false)
                    ?? await FindAsync(WorkspaceId.ForEnterprise(workspace.EnterpriseId!), cancellationToken).ConfigureAwait(false)
                    ?? await FindMovedAsync(workspace, cancellationToken).ConfigureAwait(false);
        }

        var (authorization, isGone) = found is null ? default : await CompleteAsync(found, request, cancellationToken).ConfigureAwait(false);
        if (isGone && found!.Workspace != workspace && await FindAsync(workspace, cancellationToken).ConfigureAwait(false) is { } moved)
        {
            // Another request has re-keyed it while this one waited for its rotation.
            (authorization, _) = await CompleteAsync(moved, request, cancellationToken).ConfigureAwait(false);
        }

        if (authorization is not null)
        {
            await use.NoteAsync(authorization.Workspace, cancellationToken).ConfigureAwait(false);
        }

        return authorization;
    }

    /// <summary>The key that a workspace of an organization had before it joined; null where it has always had its own.</summary>
    private WorkspaceId? BeforeUpgrade(WorkspaceId workspace) =>
        _hasGridFallback && workspace is { EnterpriseId: not null, TeamId: { } teamId } ? WorkspaceId.ForTeam(teamId) : null;

    /// <summary>Looks once more: another request may have re-keyed the workspace between the first two looks. In another process it may have, of which a cache in this one does not know.</summary>
    private async ValueTask<Found?> FindMovedAsync(WorkspaceId workspace, CancellationToken cancellationToken)
    {
        await _upgrade.ForgetCachedAsync(workspace, cancellationToken).ConfigureAwait(false);
        return await FindAsync(workspace, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Found?> FindAsync(WorkspaceId workspace, CancellationToken cancellationToken)
    {
        if (_resolution != UserTokenResolution.None
            && await store.FindInstallationAsync(workspace, cancellationToken: cancellationToken).ConfigureAwait(false) is { } installation)
        {
            return new(workspace, installation.ToBot(), installation);
        }

        // The bot outlives the installations: a user's token may be revoked and the bot's not.
        return await store.FindBotAsync(workspace, cancellationToken).ConfigureAwait(false) is { } bot ? new(workspace, bot, null) : null;
    }

    private async ValueTask<Found?> FindBeforeUpgradeAsync(WorkspaceId workspace, WorkspaceId before, CancellationToken cancellationToken)
    {
        if (await FindAsync(before, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return null;
        }

        // Looked up again: what was found shows the old ids; and no bot where another process has just moved that.
        return await TryRekeyAsync(before, workspace, cancellationToken).ConfigureAwait(false) || found.Bot is null
            ? await FindAsync(workspace, cancellationToken).ConfigureAwait(false) ?? found
            : found;
    }

    private async ValueTask<bool> TryRekeyAsync(WorkspaceId before, WorkspaceId workspace, CancellationToken cancellationToken)
    {
        try
        {
            var moved = await _upgrade.RekeyAsync(before, workspace, cancellationToken).ConfigureAwait(false);
            if (moved is { } installations)
            {
                Log.Rekeyed(logger, installations);
                await use.TryForgetAsync(before, cancellationToken).ConfigureAwait(false);
            }

            return moved is not null;
        }
        catch (SlackOAuthStoreException exception)
        {
            Log.RekeyFailed(logger, Log.Cause(exception));
            return false;
        }
    }

    /// <returns>What the request is given, and whether something that was found was gone when its turn to be rotated came.</returns>
    private async ValueTask<(SlackAuthorization? Authorization, bool IsGone)> CompleteAsync(Found found, SlackRequestContext request, CancellationToken cancellationToken)
    {
        var user = await FindUserAsync(found, request, cancellationToken).ConfigureAwait(false);

        // By reference: the id alone may be another workspace's user.
        var isInstaller = user is not null && ReferenceEquals(user, found.Installation);
        var (bot, rotated) = await RotateIfDueAsync(found.Bot, user, cancellationToken).ConfigureAwait(false);
        var isGone = (bot is null && found.Bot is not null) || (rotated is null && user is not null);
        user = rotated;
        if (bot is null && user?.UserToken is null)
        {
            return (null, isGone);
        }

        var now = time.GetUtcNow();
        var installation = isInstaller ? user : WithoutUserToken(found.Installation);
        var authorization = new SlackAuthorization
        {
            Workspace = found.Workspace,
            Bot = bot,
            IsBotTokenExpired = bot?.BotTokenExpiresAt <= now,
            Installation = ReferenceEquals(bot, found.Bot) ? installation : installation?.WithBot(bot),
            UserId = user?.UserToken is null ? null : user.UserId,
            UserToken = user?.UserToken,
            UserScopes = user?.UserScopes ?? [],
            UserTokenExpiresAt = user?.UserTokenExpiresAt,
            IsUserTokenExpired = user?.UserTokenExpiresAt <= now,
        };
        return (authorization, isGone);
    }

    /// <summary>Rotates the two tokens that the request is given, at once and each by itself; an installer's who is not the requesting user is left alone.</summary>
    private async ValueTask<(Bot? Bot, Installation? User)> RotateIfDueAsync(Bot? bot, Installation? user, CancellationToken cancellationToken)
    {
        var rotatingBot = bot is null ? default : rotator.RotateBotIfDueAsync(bot, cancellationToken);
        var rotatingUser = user is null ? default : rotator.RotateUserIfDueAsync(user, cancellationToken);
        if (rotatingBot.IsCompletedSuccessfully && rotatingUser.IsCompletedSuccessfully)
        {
            return (rotatingBot.Result, rotatingUser.Result);
        }

        var (botTask, userTask) = (rotatingBot.AsTask(), rotatingUser.AsTask());
        await Task.WhenAll(botTask, userTask).ConfigureAwait(false);
        return (await botTask.ConfigureAwait(false), await userTask.ConfigureAwait(false));
    }

    /// <summary>The installation of the user who asks, and never another's. Where no installation is left under a key, that user's is not there either.</summary>
    private async ValueTask<Installation?> FindUserAsync(Found found, SlackRequestContext request, CancellationToken cancellationToken)
    {
        var (workspace, userId) = _resolution switch
        {
            UserTokenResolution.RequestingUser => (found.Workspace, request.UserId),
            UserTokenResolution.Actor => (ActorWorkspace(found, request), request.ActorUserId),
            _ => (null, null),
        };
        if (workspace is null || string.IsNullOrEmpty(userId))
        {
            return null;
        }

        if (workspace == found.Workspace && found.Installation?.UserId == userId)
        {
            return found.Installation;
        }

        var hasNobody = workspace == found.Workspace && found.Installation is null;
        var user = hasNobody ? null : await store.FindInstallationAsync(workspace, userId, cancellationToken).ConfigureAwait(false);
        if (user is null && BeforeUpgrade(workspace) is { } before)
        {
            // The workspace may have been installed anew since its upgrade, or its re-keying broken off: this user's token is still under the old key.
            user = await store.FindInstallationAsync(before, userId, cancellationToken).ConfigureAwait(false);
            if (user is not null && await TryRekeyAsync(before, workspace, cancellationToken).ConfigureAwait(false))
            {
                // Under its old key there is nothing to rotate any more.
                user = await store.FindInstallationAsync(workspace, userId, cancellationToken).ConfigureAwait(false) ?? user;
            }
        }

        return user;
    }

    /// <summary>An actor who belongs to where the request is from is looked for where the app was found, which may be the organization.</summary>
    private static WorkspaceId? ActorWorkspace(Found found, SlackRequestContext request) =>
        request.ActorEnterpriseId == request.EnterpriseId && request.ActorTeamId == request.TeamId ? found.Workspace : request.ActorWorkspace;

    private static Installation? WithoutUserToken(Installation? installation) =>
        installation is null ? null : installation with { UserToken = null, UserRefreshToken = null, UserTokenExpiresAt = null, UserScopes = [] };

    private sealed record Found(WorkspaceId Workspace, Bot? Bot, Installation? Installation);
}
