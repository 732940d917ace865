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

/// <summary>A store that keeps the last records of a workspace when <see cref="SlackOAuthStoresOptions.HistoryEnabled"/> is on. Get it by <see cref="StoreCapabilityExtensions"/>.</summary>
/// <remarks>
/// <para>[15] Every accepted save adds a record; a save with the installed-at of an earlier record of the same user (or of the bot) replaces that record, so that a token that was
/// rotated away is not kept. A workspace keeps the newest <see cref="SlackOAuthStoresOptions.HistoryLength"/> installations of all its users together, and as many bots; a
/// user's current installation never leaves because of the limit. Deleting a user, a bot or a workspace deletes its history.</para>
/// <para>With history off, nothing but the current records is kept, and they are what these methods list. Where it was on before, a save removes what was kept until then of the bot, or of the
/// installations of all users of the workspace.</para>
/// </remarks>
public interface IInstallationHistory
{
    /// <summary>Lists the kept bots of a workspace, newest first, the current one included.</summary>
    /// <param name="workspace">The workspace or organization.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed, or a record is damaged.</exception>
    IAsyncEnumerable<Bot> ListBotHistoryAsync(WorkspaceId workspace, CancellationToken cancellationToken = default);

    /// <summary>Lists the kept installations of a workspace, newest first, the current ones included, each with the bot fields of the current bot.</summary>
    /// <param name="workspace">The workspace or organization.</param>
    /// <param name="userId">Only this user's; null for every user's.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed, or a record is damaged.</exception>
    IAsyncEnumerable<Installation> ListInstallationHistoryAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default);
}

/// <summary>A store whose engine must hold tables, indexes or folders before it works. Get it by <see cref="StoreCapabilityExtensions"/>.</summary>
public interface IStorePreparation
{
    /// <summary>Prepares the engine. [25] Idempotent, and safe when twenty processes do it at once.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed, or refused for want of a privilege.</exception>
    ValueTask PrepareAsync(CancellationToken cancellationToken = default);

    /// <summary>[25] The same as a script, for those whose database changes go through a review.</summary>
    string PreparationScript { get; }
}

/// <summary>A state store that can remove what has expired without waiting for an issue to do it. Get it by <see cref="StoreCapabilityExtensions"/>.</summary>
public interface IExpiredStatePurging
{
    /// <summary>Removes the expired states of every purpose of this client id.</summary>
    /// <returns>How many were removed.</returns>
    /// <param name="cancellationToken">Cancels the call; what was removed until then stays removed.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask<int> PurgeExpiredAsync(CancellationToken cancellationToken = default);
}

/// <summary>A decorator over a store. It says which capabilities of the inner store it lets through, and as what.</summary>
public interface IStoreDecorator
{
    /// <summary>The capability of the decorated store; null where there is none.</summary>
    /// <typeparam name="TCapability">One of the capability interfaces.</typeparam>
    TCapability? GetCapability<TCapability>()
        where TCapability : class;
}

/// <summary>Finds what a store can do beyond its contract, also through decorators.</summary>
public static class StoreCapabilityExtensions
{
    /// <summary>The capability of <paramref name="store"/>; null where it lacks it.</summary>
    /// <typeparam name="TCapability">A capability interface such as <see cref="IInstallationListing"/>.</typeparam>
    public static TCapability? GetCapability<TCapability>(this IInstallationStore store)
        where TCapability : class => Get<TCapability>(store);

    /// <summary>The capability of <paramref name="store"/>; null where it lacks it.</summary>
    /// <typeparam name="TCapability">A capability interface such as <see cref="IExpiredStatePurging"/>.</typeparam>
    public static TCapability? GetCapability<TCapability>(this IOAuthStateStore store)
        where TCapability : class => Get<TCapability>(store);

    internal static TCapability? Get<TCapability>(object store)
        where TCapability : class
    {
        ArgumentNullException.ThrowIfNull(store);
        return store is IStoreDecorator decorator ? decorator.GetCapability<TCapability>() : store as TCapability;
    }
}
