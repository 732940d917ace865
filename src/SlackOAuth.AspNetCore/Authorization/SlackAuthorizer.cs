using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>The token lookup of the protocol over an installation store.</summary>
internal sealed class SlackAuthorizer(IOptions<SlackOAuthOptions> options, IInstallationStore store, TokenRotator rotator, TimeProvider time, WorkspaceUse use, ILogger<SlackAuthorizer> logger) : ISlackAuthorizer
{
    private readonly GridUpgrade _upgrade = new(store, time);
    private readonly bool _hasGridFallback = options.Value.GridFallbackEnabled;
    private readonly bool _hasBot = options.Value.Scopes.Count > 0;
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
        if (IsIncomplete(found) && BeforeUpgrade(workspace) is { } before)
        {
            found = await FindElsewhereAsync(found, workspace, before, request.IsEnterpriseUncertain, cancellationToken).ConfigureAwait(false);
        }

        var (authorization, isGone) = found is null ? default : await CompleteAsync(found, request, cancellationToken).ConfigureAwait(false);
        if (isGone && found!.BotWorkspace != workspace && await FindAsync(workspace, cancellationToken).ConfigureAwait(false) is { } moved)
        {
            // Another request has re-keyed it while this one waited for its rotation.
            found = moved;
            (authorization, _) = await CompleteAsync(moved, request, cancellationToken).ConfigureAwait(false);
        }

        if (authorization is not null)
        {
            await use.NoteAsync(found!.Workspace, cancellationToken).ConfigureAwait(false);
            if (found.BotWorkspace != found.Workspace)
            {
                await use.NoteAsync(found.BotWorkspace, cancellationToken).ConfigureAwait(false);
            }
        }

        return authorization;
    }

    /// <summary>Whether there is more to look for: the app itself or, where only users' installations are there, the bot that an app with bot scopes has.</summary>
    private bool IsIncomplete([NotNullWhen(false)] Found? found) => found is null || (found.Bot is null && _hasBot);

    /// <summary>Looks under the key of before the upgrade, then under the organization's.</summary>
    private async ValueTask<Found?> FindElsewhereAsync(Found? found, WorkspaceId workspace, WorkspaceId before, bool isEnterpriseUncertain, CancellationToken cancellationToken)
    {
        if (isEnterpriseUncertain)
        {
            // Where the organization may be another's, its tokens are not the workspace's; and re-keyed under it, the workspace's own requests would find nothing.
            return Join(found, await FindAsync(before, cancellationToken).ConfigureAwait(false));
        }

        found = Join(found, await FindBeforeUpgradeAsync(workspace, before, cancellationToken).ConfigureAwait(false));
        if (IsIncomplete(found))
        {
            found = Join(found, await FindAsync(WorkspaceId.ForEnterprise(workspace.EnterpriseId!), cancellationToken).ConfigureAwait(false));
        }

        return found ?? await FindMovedAsync(workspace, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What was found first, with the bot of what was found next where it has none.</summary>
    private static Found? Join(Found? first, Found? next) =>
        first is null || next?.Workspace == first.Workspace ? next
        : next?.Bot is not { } bot ? first
        : first with { Bot = bot, Installation = first.Installation?.WithBot(bot), BotWorkspace = next.Workspace };

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

            // That an actor's other workspace belongs to the actor's organization is put together from several ids: enough to read by, not to move everybody.
            if (user is not null && workspace == found.Workspace && await TryRekeyAsync(before, workspace, cancellationToken).ConfigureAwait(false))
            {
                // Under its old key there is nothing to rotate any more.
                user = await store.FindInstallationAsync(workspace, userId, cancellationToken).ConfigureAwait(false) ?? user;
            }
        }

        return user is null && OrganizationOf(workspace, found) is { } organization
            ? await store.FindInstallationAsync(organization, userId, cancellationToken).ConfigureAwait(false)
            : user;
    }

    /// <summary>Where else a user may have installed the app: org-wide, for an actor of another workspace, and where the app's bot is installed so; null where nobody can have.</summary>
    private WorkspaceId? OrganizationOf(WorkspaceId workspace, Found found) =>
        _hasGridFallback && workspace is { EnterpriseId: { } enterpriseId, TeamId: not null } && WorkspaceId.ForEnterprise(enterpriseId) is var organization
            && (workspace != found.Workspace || organization == found.BotWorkspace)
                ? organization
                : null;

    /// <summary>An actor who belongs to where the request is from is looked for where the app was found, which may be the organization.</summary>
    private static WorkspaceId? ActorWorkspace(Found found, SlackRequestContext request) =>
        request.ActorEnterpriseId == request.EnterpriseId && request.ActorTeamId == request.TeamId ? found.Workspace : request.ActorWorkspace;

    private static Installation? WithoutUserToken(Installation? installation) =>
        installation is null ? null : installation with { UserToken = null, UserRefreshToken = null, UserTokenExpiresAt = null, UserScopes = [] };

    /// <param name="Workspace">The key under which the app was found.</param>
    /// <param name="Bot">The bot.</param>
    /// <param name="Installation">The latest installation.</param>
    private sealed record Found(WorkspaceId Workspace, Bot? Bot, Installation? Installation)
    {
        /// <summary>The key under which the bot was, where the workspace's own had users alone.</summary>
        internal WorkspaceId BotWorkspace { get; init; } = Workspace;
    }
}
