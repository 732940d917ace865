namespace SlackOAuth.Stores;

/// <summary>A store that can remove what its history holds of before a time. Get it by <see cref="StoreCapabilityExtensions"/>.</summary>
public interface IHistoryTrimming
{
    /// <summary>
    /// [34] Removes from a workspace's history the bots and installations that were installed before <paramref name="olderThan"/> and are not the current ones of the bot or of their user. Current
    /// records, leases and everything else stay.
    /// </summary>
    /// <remarks>
    /// <para>Whether <see cref="SlackOAuthStoresOptions.HistoryEnabled"/> is on or off: what was kept while it was on is removed too. Idempotent. A save at the same time is neither lost nor torn. [12]</para>
    /// <para>An unknown workspace, and one whose ids cannot have been saved [9], have nothing to remove.</para>
    /// </remarks>
    /// <param name="workspace">The workspace or organization.</param>
    /// <param name="olderThan">The time. What was installed then, or since, stays.</param>
    /// <param name="cancellationToken">Cancels the call; what was removed until then stays removed.</param>
    /// <returns>How many were removed. Where the engine's answer was lost and the call was repeated, it may be less.</returns>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask<int> TrimHistoryAsync(WorkspaceId workspace, DateTimeOffset olderThan, CancellationToken cancellationToken = default);
}
