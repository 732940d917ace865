namespace SlackOAuth.Stores;

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
