using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Copying;

/// <summary>Copies one credential to a store that an app may be using.</summary>
/// <remarks>
/// A record of a newer installed-at wins, which the store itself sees to [6]. A rotation keeps the installed-at: of two records with the same one, the token that expires later is the newer
/// one, and one that expires is newer than one that does not, for Slack lets no app turn rotation off. Such a record is replaced under the destination's lease alone, after another look:
/// an app that rotates there meanwhile has spent the refresh token that the source still holds.
/// </remarks>
/// <param name="overwrites">Whether the source wins where nothing tells which of two records is the newer one.</param>
/// <param name="isDryRun">Whether nothing is written.</param>
/// <param name="timeProvider">The clock of the waits.</param>
internal sealed class CredentialCopier(bool overwrites, bool isDryRun, TimeProvider timeProvider)
{
    // Longer than a look and a save can take; a rotation that waits for it meanwhile goes on with what it finds then.
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(30);

    // A rotation takes a call to Slack. Whoever died under its lease holds it until it ends.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    internal async ValueTask<CopyOutcome> CopyAsync(Credential source, IInstallationStore destination, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        while (true)
        {
            var stored = await source.FindAsync(destination, cancellationToken).ConfigureAwait(false);
            var outcome = Judge(source, stored);
            if (isDryRun || outcome is not (CopyOutcome.Written or CopyOutcome.Updated))
            {
                return outcome;
            }

            if (stored?.InstalledAt != source.InstalledAt || destination.GetCapability<IRotationLeasing>() is not { } leasing)
            {
                await source.SaveAsync(destination, cancellationToken).ConfigureAwait(false);
                return outcome;
            }

            if (await TryReplaceAsync(source, destination, leasing, cancellationToken).ConfigureAwait(false))
            {
                return outcome;
            }

            if (timeProvider.GetElapsedTime(started) > LongestWait)
            {
                return CopyOutcome.Leased;
            }

            await Task.Delay(Pause, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>False where another has the lease, or has changed the record: it is to be looked at again.</returns>
    private async ValueTask<bool> TryReplaceAsync(Credential source, IInstallationStore destination, IRotationLeasing leasing, CancellationToken cancellationToken)
    {
        if (await leasing.TryAcquireLeaseAsync(source.Workspace, source.UserId, LeaseDuration, cancellationToken).ConfigureAwait(false) is not { } lease)
        {
            return false;
        }

        try
        {
            var stored = await source.FindAsync(destination, cancellationToken).ConfigureAwait(false);
            return stored?.InstalledAt == source.InstalledAt
                && Judge(source, stored) == CopyOutcome.Updated
                && await source.TrySaveAsync(leasing, lease, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await leasing.ReleaseLeaseAsync(lease, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private CopyOutcome Judge(Credential source, Credential? stored) =>
        stored is null ? CopyOutcome.Written
        : stored.InstalledAt != source.InstalledAt ? (stored.InstalledAt < source.InstalledAt ? CopyOutcome.Updated : CopyOutcome.NewerThere)
        : source.HasContentOf(stored) ? CopyOutcome.Same
        : Nullable.Compare(source.ExpiresAt, stored.ExpiresAt) switch
        {
            > 0 => CopyOutcome.Updated,
            < 0 => CopyOutcome.NewerThere,
            _ => overwrites ? CopyOutcome.Updated : CopyOutcome.Differs,
        };
}
