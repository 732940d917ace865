using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>Moves what is stored of a workspace to the key that it has since it joined an Enterprise Grid.</summary>
/// <remarks>
/// Where the store leases rotations, each credential is moved under its lease: one process at a time moves it, none while another spends its refresh token, and what an uninstall deletes
/// meanwhile is not brought back. A store without them has only the order of the calls: nothing is lost, but an uninstall in the same instant may leave a dead token under the new key.
/// </remarks>
internal sealed class GridUpgrade(IInstallationStore store, TimeProvider time)
{
    // A workspace has as many installations as users who installed. The bound is against a store that forgets nothing; the next request goes on.
    private const int MaxInstallations = 10_000;

    // A few calls to the store. A holder that broke off keeps others from moving, and from rotating, no longer than this.
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(30);

    // A save under the new key is not fenced, for there is no lease on what is not there yet. So none begins late: it would have to be under way for this long to come after another holder's.
    private static readonly TimeSpan LongestSave = LeaseDuration / 2;

    private readonly IRotationLeasing? _leasing = store.GetCapability<IRotationLeasing>();

    /// <summary>Moves the bot, then each installation. Each is saved before the old one is deleted, so that a break in between loses nothing, and a later call goes on.</summary>
    /// <returns>How many installations were moved, those left out that another process holds; null where it holds the bot, and nothing was moved. A later call goes on.</returns>
    internal async ValueTask<int?> RekeyAsync(WorkspaceId before, WorkspaceId after, CancellationToken cancellationToken)
    {
        if (!await TryMoveBotAsync(before, after, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var count = 0;
        while (count < MaxInstallations
            && await store.FindInstallationAsync(before, cancellationToken: cancellationToken).ConfigureAwait(false) is { } installation
            && await TryMoveAsync(before, after, installation.UserId, cancellationToken).ConfigureAwait(false))
        {
            count++;
        }

        return count;
    }

    /// <summary>Makes the next lookups of a workspace find what is stored, not what is cached: who asks for a lease does. Most often nothing is there, and none is given.</summary>
    internal async ValueTask ForgetCachedAsync(WorkspaceId workspace, CancellationToken cancellationToken)
    {
        if (await TryLeaseAsync(workspace, null, cancellationToken).ConfigureAwait(false) is { } lease)
        {
            await _leasing!.ReleaseLeaseAsync(lease, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Moves the bot. False where another process holds it.</summary>
    private async ValueTask<bool> TryMoveBotAsync(WorkspaceId before, WorkspaceId after, CancellationToken cancellationToken)
    {
        var lease = await TryLeaseAsync(before, null, cancellationToken).ConfigureAwait(false);

        // Looked up under the lease: nobody rotates it from here on.
        if (await store.FindBotAsync(before, cancellationToken).ConfigureAwait(false) is not { } bot)
        {
            return true;
        }

        if (IsHeldByAnother(lease))
        {
            return false;
        }

        var there = await store.FindBotAsync(after, cancellationToken).ConfigureAwait(false);
        var isNewer = IsNewer(bot.InstalledAt, bot.BotTokenExpiresAt, there?.InstalledAt, there?.BotTokenExpiresAt);
        if (isNewer)
        {
            if (!IsCurrent(lease, LongestSave))
            {
                return false;
            }

            await store.SaveBotAsync(bot with { EnterpriseId = after.EnterpriseId }, cancellationToken).ConfigureAwait(false);
        }

        // At once, and before the users: while both are there, either may be taken for the one to rotate, and the other has a spent refresh token then.
        if (lease is null || await _leasing!.TrySaveBotAsync(lease, bot, cancellationToken).ConfigureAwait(false))
        {
            await store.DeleteBotAsync(before, cancellationToken).ConfigureAwait(false);
        }
        else if (isNewer && IsCurrent(lease) && (await store.FindBotAsync(after, cancellationToken).ConfigureAwait(false))?.InstalledAt == bot.InstalledAt)
        {
            await store.DeleteBotAsync(after, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Moves one user's installation. False where another process holds it.</summary>
    private async ValueTask<bool> TryMoveAsync(WorkspaceId before, WorkspaceId after, string userId, CancellationToken cancellationToken)
    {
        var lease = await TryLeaseAsync(before, userId, cancellationToken).ConfigureAwait(false);
        if (await store.FindInstallationAsync(before, userId, cancellationToken).ConfigureAwait(false) is not { } installation)
        {
            return true;
        }

        if (IsHeldByAnother(lease))
        {
            return false;
        }

        var there = await store.FindInstallationAsync(after, userId, cancellationToken).ConfigureAwait(false);
        var isNewer = IsNewer(installation.InstalledAt, installation.UserTokenExpiresAt, there?.InstalledAt, there?.UserTokenExpiresAt);
        if (isNewer)
        {
            if (!IsCurrent(lease, LongestSave))
            {
                return false;
            }

            // Without the bot fields: they are the bot record's, which has been moved.
            await store.SaveAsync(installation.WithBot(null) with { EnterpriseId = after.EnterpriseId }, cancellationToken).ConfigureAwait(false);
        }

        if (lease is null || await _leasing!.TrySaveInstallationAsync(lease, installation, cancellationToken).ConfigureAwait(false))
        {
            await store.DeleteInstallationAsync(before, userId, cancellationToken).ConfigureAwait(false);
        }
        else if (isNewer && IsCurrent(lease)
            && (await store.FindInstallationAsync(after, userId, cancellationToken).ConfigureAwait(false))?.InstalledAt == installation.InstalledAt)
        {
            await store.DeleteInstallationAsync(after, userId, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>
    /// Whether what stands under the old key is newer than what stands under the new one, if anything does: of a later install; or of the same one, which a re-keying that broke off has left in both
    /// places, and rotated there since. A rotation keeps the installed-at, and its token expires later.
    /// </summary>
    private static bool IsNewer(DateTimeOffset installedAt, DateTimeOffset? expiresAt, DateTimeOffset? installedAtThere, DateTimeOffset? expiresAtThere) =>
        installedAtThere is null || installedAtThere < installedAt || (installedAtThere == installedAt && expiresAtThere < expiresAt);

    /// <summary>Null where the store has no leases, nothing is stored there, or another process holds it.</summary>
    private async ValueTask<RotationLease?> TryLeaseAsync(WorkspaceId workspace, string? userId, CancellationToken cancellationToken) =>
        _leasing is null ? null : await _leasing.TryAcquireLeaseAsync(workspace, userId, LeaseDuration, cancellationToken).ConfigureAwait(false);

    private bool IsHeldByAnother(RotationLease? lease) => _leasing is not null && lease is null;

    /// <summary>While a lease lasts, nobody else has moved or rotated its credential: gone, it was deleted by an uninstall. Of what is under the new key then, a later install stays.</summary>
    private bool IsCurrent(RotationLease? lease, TimeSpan needed = default) => lease is null || time.GetUtcNow() + needed < lease.ExpiresAt;
}
