using System.Runtime.CompilerServices;

namespace SlackOAuth.Stores;

/// <summary>Goes through listings past the records that cannot be read.</summary>
public static class ListedRecordExtensions
{
    /// <summary>Everything that is listed, what cannot be read included, where <c>await foreach</c> over the listing itself would end at the first of these. [33]</summary>
    /// <param name="listing">A listing of <see cref="IInstallationListing"/> or <see cref="IInstallationHistory"/>.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <typeparam name="TRecord"><see cref="Bot"/> or <see cref="Installation"/>.</typeparam>
    /// <exception cref="SlackOAuthStoreException">The engine failed: the rest of the listing is unknown.</exception>
    public static async IAsyncEnumerable<ListedRecord<TRecord>> WithUnreadableAsync<TRecord>(this IAsyncEnumerable<TRecord> listing, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TRecord : class
    {
        ArgumentNullException.ThrowIfNull(listing);
        var records = listing.GetAsyncEnumerator(cancellationToken);
        await using var disposing = records.ConfigureAwait(false);
        while (true)
        {
            ListedRecord<TRecord> listed;
            try
            {
                if (!await records.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }

                listed = new ListedRecord<TRecord>(records.Current, null);
            }
            catch (SlackOAuthStoreException exception) when (exception.IsUnreadableRecord)
            {
                listed = new ListedRecord<TRecord>(null, exception);
            }

            yield return listed;
        }
    }
}
