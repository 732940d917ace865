using SlackOAuth.Stores.DependencyInjection;

namespace SlackOAuth.Stores.Protection;

/// <summary>Encrypts what a state carries; the state itself is stored as a hash already. It owns the store, and disposes it.</summary>
internal sealed class ProtectedOAuthStateStore(IOAuthStateStore inner, TokenCipher cipher) : IOAuthStateStore, IStoreDecorator, IAsyncDisposable, IDisposable
{
    public async ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default) =>
        await inner.IssueAsync(cipher.Encrypt(nameof(IssueAsync), data ?? new OAuthStateData()), cancellationToken).ConfigureAwait(false);

    public async ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default) =>
        await inner.ConsumeAsync(state, purpose, cancellationToken).ConfigureAwait(false) is { } stored ? cipher.Decrypt(nameof(ConsumeAsync), stored) : null;

    /// <remarks>Only what is known to hold nothing of a state's data is let through.</remarks>
    public TCapability? GetCapability<TCapability>()
        where TCapability : class =>
        typeof(TCapability) == typeof(IExpiredStatePurging) || typeof(TCapability) == typeof(IStorePreparation) ? inner.GetCapability<TCapability>() : null;

    public void Dispose() => OwnedStore.Dispose(inner);

    public ValueTask DisposeAsync() => OwnedStore.DisposeAsync(inner);
}
