namespace SlackOAuth.Stores;

/// <summary>A state store that can remove what has expired without waiting for an issue to do it. Get it by <see cref="StoreCapabilityExtensions"/>.</summary>
public interface IExpiredStatePurging
{
    /// <summary>Removes the expired states of every purpose of this client id.</summary>
    /// <returns>How many were removed.</returns>
    /// <param name="cancellationToken">Cancels the call; what was removed until then stays removed.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask<int> PurgeExpiredAsync(CancellationToken cancellationToken = default);
}
