using System.Runtime.CompilerServices;
using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Sources;

/// <summary>What a listing of a store gave: a record, or why one could not be read.</summary>
/// <param name="Record">The record; null where it could not be read.</param>
/// <param name="Failure">Why; null where it could.</param>
/// <typeparam name="T"><see cref="Bot"/> or <see cref="Installation"/>.</typeparam>
internal readonly record struct ListedRecord<T>(T? Record, SlackOAuthStoreException? Failure)
    where T : class;

/// <summary>Goes through listings past the records that cannot be read.</summary>
internal static class ListedRecordExtensions
{
    /// <summary>Everything that is listed, what cannot be read included.</summary>
    /// <exception cref="SlackOAuthStoreException">The store itself failed.</exception>
    internal static async IAsyncEnumerable<ListedRecord<T>> WithUnreadableAsync<T>(this IAsyncEnumerable<T> listing, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : class
    {
        var records = listing.GetAsyncEnumerator(cancellationToken);
        await using var disposing = records.ConfigureAwait(false);
        while (true)
        {
            ListedRecord<T> listed;
            try
            {
                if (!await records.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }

                listed = new(records.Current, null);
            }
            catch (SlackOAuthStoreException exception) when (exception.IsUnreadableRecord)
            {
                listed = new(null, exception);
            }

            yield return listed;
        }
    }
}
