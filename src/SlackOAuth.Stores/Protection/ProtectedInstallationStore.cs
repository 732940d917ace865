using SlackOAuth.Stores.DependencyInjection;

namespace SlackOAuth.Stores.Protection;

/// <summary>Encrypts the secrets of what is saved, and decrypts those of what is found. It owns the store, and disposes it.</summary>
internal sealed class ProtectedInstallationStore(IInstallationStore inner, TokenCipher cipher) : IInstallationStore, IStoreDecorator, IAsyncDisposable, IDisposable
{
    public async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        // Before the encryption: it would hide an absent token from the store's own check.
        var workspace = StoreArguments.Validate(installation);
        await inner.SaveAsync(cipher.Encrypt(nameof(SaveAsync), workspace, installation), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(bot);
        await inner.SaveBotAsync(cipher.Encrypt(nameof(SaveBotAsync), workspace, bot), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        await inner.FindBotAsync(workspace, cancellationToken).ConfigureAwait(false) is { } bot ? cipher.Decrypt(nameof(FindBotAsync), workspace, bot) : null;

    public async ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        await inner.FindInstallationAsync(workspace, userId, cancellationToken).ConfigureAwait(false) is { } installation
            ? cipher.Decrypt(nameof(FindInstallationAsync), workspace, userId ?? installation.UserId, installation)
            : null;

    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => inner.DeleteBotAsync(workspace, cancellationToken);

    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        inner.DeleteInstallationAsync(workspace, userId, cancellationToken);

    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => inner.DeleteAllAsync(workspace, cancellationToken);

    /// <remarks>Only what is known to hold no secret, or is decrypted and encrypted here, is let through.</remarks>
    public TCapability? GetCapability<TCapability>()
        where TCapability : class => inner.GetCapability<TCapability>() switch
        {
            null => null,
            IInstallationListing listing when typeof(TCapability) == typeof(IInstallationListing) => new ProtectedListing(listing, cipher) as TCapability,
            IInstallationHistory history when typeof(TCapability) == typeof(IInstallationHistory) => new ProtectedHistory(history, cipher) as TCapability,
            IRotationLeasing leasing when typeof(TCapability) == typeof(IRotationLeasing) => new ProtectedLeasing(leasing, cipher) as TCapability,
            var capability => typeof(TCapability) == typeof(IStorePreparation) || typeof(TCapability) == typeof(IAppListing) || typeof(TCapability) == typeof(IHistoryTrimming) ? capability : null,
        };

    public void Dispose() => OwnedStore.Dispose(inner);

    public ValueTask DisposeAsync() => OwnedStore.DisposeAsync(inner);
}
