using SlackOAuth.Stores;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Copying;

/// <summary>Copies a source: streaming, with many records in flight, and each bot's and each user's in their order.</summary>
/// <param name="destination">The destination's store of a client id.</param>
/// <param name="copier">Copies one record.</param>
/// <param name="timeProvider">The clock of the waits between retries.</param>
/// <param name="encrypts">Whether the destination encrypts what it is given.</param>
internal sealed class CopyRun(Func<string, IInstallationStore> destination, CredentialCopier copier, TimeProvider timeProvider, bool encrypts = false)
{
    /// <summary>Records in flight: enough that an engine has work while answers travel, and few enough for its connections.</summary>
    internal const int DefaultConcurrency = 64;

    private readonly StoreCalls _destination = new(destination, timeProvider);

    /// <summary>Copies everything there is.</summary>
    /// <param name="source">What to copy.</param>
    /// <param name="tally">Counts what is done.</param>
    /// <param name="concurrency">How many records are in flight at once.</param>
    /// <param name="cancellationToken">Ends the run; what is copied stays.</param>
    /// <exception cref="SlackOAuthStoreException">The source failed; or the destination did, and retries did not help.</exception>
    internal Task RunAsync(IRecordSource source, CopyTally tally, int concurrency, CancellationToken cancellationToken) =>
        Lanes.RunAsync(
            Credential.ReadAsync(source.ReadAsync(cancellationToken), tally.Source, cancellationToken),
            concurrency,
            static credential => credential.KeyHash,
            (credential, token) => CopyAsync(credential, tally, token),
            cancellationToken);

    private async ValueTask CopyAsync(Credential credential, CopyTally tally, CancellationToken cancellationToken)
    {
        if (encrypts && credential.IsEncrypted)
        {
            tally.Source.Add(new Refusal(credential.Name, "its tokens are encrypted already, and encrypted once more by --to-keys no app could read them. Name the keys of the source by --from-keys."));
            return;
        }

        var outcome = await _destination.CallAsync<CopyOutcome?>(
            credential,
            async (record, store, token) => await copier.CopyAsync(record, store, token).ConfigureAwait(false),
            reason =>
            {
                tally.Source.Add(new Refusal(credential.Name, reason));
                return null;
            },
            cancellationToken).ConfigureAwait(false);
        if (outcome == CopyOutcome.Leased)
        {
            tally.Source.Add(new Refusal(credential.Name, "another process held the destination's rotation lease of it for two minutes. Run the copy again."));
        }
        else if (outcome is { } known)
        {
            tally.Add(known);
        }
    }
}
