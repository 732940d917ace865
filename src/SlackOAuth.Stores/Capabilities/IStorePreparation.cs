namespace SlackOAuth.Stores;

/// <summary>A store whose engine must hold tables, indexes or folders before it works. Get it by <see cref="StoreCapabilityExtensions"/>.</summary>
public interface IStorePreparation
{
    /// <summary>Prepares the engine. [25] Idempotent, and safe when twenty processes do it at once.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed, or refused for want of a privilege.</exception>
    ValueTask PrepareAsync(CancellationToken cancellationToken = default);

    /// <summary>[25] The same as a script, for those whose database changes go through a review. A provider's README says what it does with tables of an earlier version.</summary>
    string PreparationScript { get; }
}
