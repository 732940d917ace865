using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Copying;

/// <summary>Copies one credential to a store that an app may be using.</summary>
/// <remarks>
/// A record of a newer installed-at wins, which the store itself sees to [6]; but for one whose token expires earlier than the one there: an importer may have inferred its installed-at, and the
/// destination may have rotated since. Nothing tells then. A rotation keeps the installed-at: of two records with the same one, the token that expires later is the newer
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

    /// <summary>Of the destination's stores of a client id the one without its keys, where it has keys; null where it has none.</summary>
    internal Func<string, IInstallationStore>? Bare { get; init; }

    /// <summary>Whether older records are copied too.</summary>
    internal bool CopiesHistory { get; init; }

    internal async ValueTask<CopyOutcome> CopyAsync(Credential source, IInstallationStore destination, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        while (true)
        {
            var (outcome, stored) = await LookAsync(source, destination, cancellationToken).ConfigureAwait(false);
            if (isDryRun || !IsWrite(outcome))
            {
                return outcome;
            }

            if (stored?.InstalledAt != source.InstalledAt || destination.GetCapability<IRotationLeasing>() is not { } leasing)
            {
                await source.SaveAsync(destination, cancellationToken).ConfigureAwait(false);
                if (outcome == CopyOutcome.Mended)
                {
                    // A store may go by an installed-at that it keeps beside the damaged record: what it still cannot read is refused.
                    await source.FindAsync(destination, cancellationToken).ConfigureAwait(false);
                }

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
            var (outcome, stored) = await LookAsync(source, destination, cancellationToken).ConfigureAwait(false);
            return stored?.InstalledAt == source.InstalledAt
                && IsWrite(outcome)
                && await source.TrySaveAsync(leasing, lease, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await leasing.ReleaseLeaseAsync(lease, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static bool IsWrite(CopyOutcome outcome) => outcome is CopyOutcome.Written or CopyOutcome.Updated or CopyOutcome.Mended or CopyOutcome.Encrypted;

    /// <summary>What is to become of the record, by what the destination has; that is null where there is none, or none that can be read.</summary>
    private async ValueTask<(CopyOutcome Outcome, Credential? Stored)> LookAsync(Credential source, IInstallationStore destination, CancellationToken cancellationToken)
    {
        Credential? stored;
        try
        {
            stored = await source.FindAsync(destination, cancellationToken).ConfigureAwait(false);
        }
        catch (SlackOAuthStoreException exception) when (DamagedRecord.Is(exception))
        {
            // Of an installation it may be the bot that is damaged, which is found with it: that is mended as the bot comes, and the installation may hold a rotated token.
            if (source.UserId is not null)
            {
                await destination.FindBotAsync(source.Workspace, cancellationToken).ConfigureAwait(false);
            }

            return (CopyOutcome.Mended, null);
        }

        var outcome = Judge(source, stored);
        if (outcome == CopyOutcome.Same && Bare is { } bare)
        {
            var bytes = await source.FindAsync(bare(source.ClientId), cancellationToken).ConfigureAwait(false);
            outcome = bytes?.HasPlainSecret == true ? CopyOutcome.Encrypted : outcome;
        }
        else if (outcome == CopyOutcome.NewerThere && CopiesHistory && source.InstalledAt < stored!.InstalledAt
            && destination.GetCapability<IInstallationHistory>() is { } history && !await source.IsInHistoryAsync(history, cancellationToken).ConfigureAwait(false))
        {
            outcome = CopyOutcome.TooLate;
        }

        return (outcome, stored);
    }

    private CopyOutcome Judge(Credential source, Credential? stored) =>
        stored is null ? CopyOutcome.Written
        : stored.InstalledAt > source.InstalledAt ? CopyOutcome.NewerThere
        : stored.InstalledAt < source.InstalledAt ? (source.ExpiresAt < stored.ExpiresAt && !overwrites ? CopyOutcome.Differs : CopyOutcome.Updated)
        : source.HasContentOf(stored) ? CopyOutcome.Same
        : Nullable.Compare(source.ExpiresAt, stored.ExpiresAt) switch
        {
            > 0 => CopyOutcome.Updated,
            < 0 => CopyOutcome.NewerThere,
            _ => overwrites ? CopyOutcome.Updated : CopyOutcome.Differs,
        };
}
