namespace SlackOAuth.Stores;

/// <summary>A store that can list everything it holds for its client id. Get it by <see cref="StoreCapabilityExtensions"/>.</summary>
/// <remarks>
/// <para>Read page by page, as the caller asks for more. No snapshot: what is there from start to end is listed once, what comes or goes meanwhile may be listed or not.</para>
/// <para>[33] A record that cannot be read, since it is damaged or its key is gone, gives an exception with <see cref="SlackOAuthStoreException.IsUnreadableRecord"/> that names it, and the next
/// <see cref="IAsyncEnumerator{T}.MoveNextAsync"/> goes on with the next record: one does not hide the others. <see cref="ListedRecordExtensions.WithUnreadableAsync"/> gives both. An installation whose bot cannot be read is such a record too. Any other exception ends
/// the listing. The listings of <see cref="IInstallationHistory"/> do the same.</para>
/// </remarks>
public interface IInstallationListing
{
    /// <summary>Lists the current bot of every workspace, in no particular order.</summary>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed, or a record is damaged.</exception>
    IAsyncEnumerable<Bot> ListBotsAsync(CancellationToken cancellationToken = default);

    /// <summary>Lists the current installation of every user of every workspace, in no particular order, each with the bot fields of its workspace's current bot.</summary>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed, or a record is damaged.</exception>
    IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default);
}
