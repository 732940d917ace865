namespace SlackOAuth.Stores;

/// <summary>A store that can say which apps its engine holds something of, for tools that move or examine an engine as a whole. Get it by <see cref="StoreCapabilityExtensions"/>.</summary>
/// <remarks>The one call that looks beyond the store's own client id. It may read everything that the engine holds: no path of an app calls it. Read page by page, as the caller asks for more.</remarks>
public interface IAppListing
{
    /// <summary>[32] Lists the client ids under which the engine holds a bot or an installation, each once, as it was given to the store that saved there, in no particular order.</summary>
    /// <remarks>The engine is what the store is bound to beside its client id: a database and its tables, a key prefix, a folder. What is there from start to end is listed; what comes or
    /// goes meanwhile may be listed or not. A client id that has only states is not listed.</remarks>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed, or what names a client id is damaged.</exception>
    IAsyncEnumerable<string> ListClientIdsAsync(CancellationToken cancellationToken = default);
}
