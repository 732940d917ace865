using System.Collections.Concurrent;
using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Copying;

/// <summary>Calls a side's stores a record at a time: again where that can help, and so that one bad record is told from a store that does not work.</summary>
/// <param name="stores">The side's store of a client id.</param>
/// <param name="timeProvider">The clock of the waits.</param>
internal sealed class StoreCalls(Func<string, IInstallationStore> stores, TimeProvider timeProvider)
{
    private const int FailedInARow = 20;

    // Half a minute together: what an engine needs to be started again, or to change its primary.
    private static readonly TimeSpan[] Pauses = [.. new[] { 0.25, 0.5, 1, 2, 4, 8, 16 }.Select(TimeSpan.FromSeconds)];
    private static readonly WorkspaceId Nowhere = WorkspaceId.ForTeam("-");

    private readonly ConcurrentDictionary<string, bool> _reached = new(StringComparer.Ordinal);
    private int _failedInARow;

    /// <summary>Makes a call for a record.</summary>
    /// <param name="credential">The record.</param>
    /// <param name="call">The call.</param>
    /// <param name="onBadRecord">Says what stands for an answer where the store failed over this record alone, by the reason.</param>
    /// <param name="cancellationToken">Cancels the call and the waits.</param>
    /// <exception cref="SlackOAuthStoreException">The store does not work, and retries did not help.</exception>
    internal async ValueTask<T> CallAsync<T>(
        Credential credential,
        Func<Credential, IInstallationStore, CancellationToken, ValueTask<T>> call,
        Func<string, T> onBadRecord,
        CancellationToken cancellationToken)
    {
        var store = stores(credential.ClientId);
        await ReachAsync(credential.ClientId, store, cancellationToken).ConfigureAwait(false);
        try
        {
            var answer = await RetryAsync(() => call(credential, store, cancellationToken), cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _failedInARow, 0);
            return answer;
        }
        catch (SlackOAuthStoreException exception) when (!exception.IsTransient && Interlocked.Increment(ref _failedInARow) < FailedInARow)
        {
            return onBadRecord(exception.Message);
        }
    }

    /// <summary>Looks for what is not there, before the first record of an app: a store that cannot even answer that is not to be blamed on the record.</summary>
    private async ValueTask ReachAsync(string clientId, IInstallationStore store, CancellationToken cancellationToken)
    {
        if (!_reached.ContainsKey(clientId))
        {
            await RetryAsync(() => store.FindBotAsync(Nowhere, cancellationToken), cancellationToken).ConfigureAwait(false);
            _reached[clientId] = true;
        }
    }

    private async ValueTask<T> RetryAsync<T>(Func<ValueTask<T>> call, CancellationToken cancellationToken)
    {
        for (var retry = 0; ; retry++)
        {
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (SlackOAuthStoreException exception) when (exception.IsTransient && retry < Pauses.Length)
            {
                await Task.Delay(Pauses[retry], timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
