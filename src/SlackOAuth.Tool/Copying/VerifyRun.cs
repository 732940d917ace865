using System.Runtime.CompilerServices;
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
    /// <summary>Of the other side's stores of a client id the one without its keys, where it has keys; null where it has none.</summary>
    internal Func<string, IInstallationStore>? Bare { get; init; }

    private readonly StoreCalls _destination = new(stores, timeProvider);
    private readonly StoreCalls? _source = source is IRecordLookup lookup ? new(lookup.Open, timeProvider) : null;
    private readonly SeenKeys _seen = new();

    /// <summary>Compares everything there is.</summary>
    /// <param name="tally">Counts what is found.</param>
    /// <param name="concurrency">How many records are in flight at once.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="SlackOAuthStoreException">A side failed as it was listed; or as it was asked for a record, and retries did not help.</exception>
    internal async Task RunAsync(VerifyTally tally, int concurrency, CancellationToken cancellationToken)
    {
        await RunAsync(ReadSourceAsync(cancellationToken), tally.Source, (credential, token) => CompareAsync(credential, tally, token)).ConfigureAwait(false);
        await RunAsync(destination.ReadAsync(cancellationToken), tally.Destination, (credential, token) => LookBackAsync(credential, tally, token)).ConfigureAwait(false);

        Task RunAsync(IAsyncEnumerable<SourceRecord> side, ReadTally read, Func<Credential, CancellationToken, ValueTask> handle) =>
            Lanes.RunAsync(Credential.ReadAsync(side, read, cancellationToken), concurrency, static credential => credential.KeyHash, handle, cancellationToken);
    }

    /// <summary>Reads the source, and remembers of one that cannot be asked what it has, be it refused: that it has.</summary>
    private async IAsyncEnumerable<SourceRecord> ReadSourceAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var record in source.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var key in _source is null && record is SourceRecord.Refused refused ? refused.Keys : [])
            {
                _seen.Add(key);
            }

            yield return record;
        }
    }

    private async ValueTask CompareAsync(Credential credential, VerifyTally tally, CancellationToken cancellationToken)
    {
        if (_source is null)
        {
            _seen.Add(credential.Key);
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

    private async ValueTask<Difference?> FindDifferenceAsync(Credential credential, IInstallationStore store, CancellationToken cancellationToken) =>
        await credential.FindAsync(store, cancellationToken).ConfigureAwait(false) is not { } found ? new Difference(credential.Name, DifferenceKind.OnlyInSource, "")
        : RecordDigest.Of(credential).AsSpan().SequenceEqual(RecordDigest.Of(found)) ? await IsPlainAsync(credential, cancellationToken).ConfigureAwait(false) ? new Difference(credential.Name, DifferenceKind.NotEncrypted, "") : null
        : new Difference(credential.Name, DifferenceKind.Content, string.Join(", ", RecordDigest.FindDifferences(credential, found)));

    private async ValueTask<bool> IsPlainAsync(Credential credential, CancellationToken cancellationToken) =>
        Bare is { } bare && (await credential.FindAsync(bare(credential.ClientId), cancellationToken).ConfigureAwait(false))?.HasPlainSecret == true;

    private async ValueTask LookBackAsync(Credential credential, VerifyTally tally, CancellationToken cancellationToken)
    {
        var isThere = _source is null ? _seen.Contains(credential.Key) : await _source.CallAsync(
            credential,
            static async (record, store, token) => await record.FindAsync(store, token).ConfigureAwait(false) is not null,
            static _ => true, // What cannot be read there is there, and was named as it was listed.
            cancellationToken).ConfigureAwait(false);
        if (!isThere)
        {
            tally.Add(new Difference(credential.Name, DifferenceKind.OnlyInDestination, ""));
        }
    }
}
