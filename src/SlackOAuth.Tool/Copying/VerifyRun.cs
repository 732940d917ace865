using SlackOAuth.Stores;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Copying;

/// <summary>Compares two sides: every record of the source with what the destination finds, then what the destination lists with what the source has.</summary>
/// <remarks>Nothing is held but the records in flight and, of a source that cannot be asked for one, the hashes of its keys.</remarks>
/// <param name="source">The one side.</param>
/// <param name="destination">The other side, as what lists it.</param>
/// <param name="stores">The other side's store of a client id.</param>
/// <param name="timeProvider">The clock of the waits between retries.</param>
internal sealed class VerifyRun(IRecordSource source, IRecordSource destination, Func<string, IInstallationStore> stores, TimeProvider timeProvider)
{
    private readonly StoreCalls _destination = new(stores, timeProvider);
    private readonly IRecordLookup? _lookup = source as IRecordLookup;
    private readonly SeenKeys _seen = new();

    /// <summary>Compares everything there is.</summary>
    /// <param name="tally">Counts what is found.</param>
    /// <param name="concurrency">How many records are in flight at once.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="SlackOAuthStoreException">A side failed, and retries did not help.</exception>
    internal async Task RunAsync(VerifyTally tally, int concurrency, CancellationToken cancellationToken)
    {
        await RunAsync(source, tally.Source, (credential, token) => CompareAsync(credential, tally, token)).ConfigureAwait(false);
        await RunAsync(destination, tally.Destination, (credential, token) => LookBackAsync(credential, tally, token)).ConfigureAwait(false);

        Task RunAsync(IRecordSource side, ReadTally read, Func<Credential, CancellationToken, ValueTask> handle) =>
            Lanes.RunAsync(Credential.ReadAsync(side, read, cancellationToken), concurrency, static credential => credential.KeyHash, handle, cancellationToken);
    }

    private async ValueTask CompareAsync(Credential credential, VerifyTally tally, CancellationToken cancellationToken)
    {
        if (_lookup is null)
        {
            _seen.Add(credential);
        }

        var difference = await _destination.CallAsync(
            credential,
            FindDifferenceAsync,
            reason => new Difference(credential.Name, DifferenceKind.Unreadable, reason),
            cancellationToken).ConfigureAwait(false);
        if (difference is null)
        {
            tally.AddSame();
        }
        else
        {
            tally.Add(difference);
        }
    }

    private static async ValueTask<Difference?> FindDifferenceAsync(Credential credential, IInstallationStore store, CancellationToken cancellationToken) =>
        await credential.FindAsync(store, cancellationToken).ConfigureAwait(false) is not { } found ? new Difference(credential.Name, DifferenceKind.OnlyInSource, "")
        : RecordDigest.Of(credential).AsSpan().SequenceEqual(RecordDigest.Of(found)) ? null
        : new Difference(credential.Name, DifferenceKind.Content, string.Join(", ", RecordDigest.FindDifferences(credential, found)));

    private async ValueTask LookBackAsync(Credential credential, VerifyTally tally, CancellationToken cancellationToken)
    {
        var isThere = _lookup is null
            ? _seen.Contains(credential)
            : await _lookup.HoldsAsync(credential.ClientId, credential.Workspace, credential.UserId, cancellationToken).ConfigureAwait(false);
        if (!isThere)
        {
            tally.Add(new Difference(credential.Name, DifferenceKind.OnlyInDestination, ""));
        }
    }
}
