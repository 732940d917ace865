using System.Runtime.CompilerServices;

namespace SlackOAuth.Stores.Protection;

/// <summary>Lists decrypted records. Each is decrypted for the ids that it names: whoever lists asks for no row in particular.</summary>
internal sealed class ProtectedListing(IInstallationListing inner, TokenCipher cipher) : IInstallationListing
{
    public IAsyncEnumerable<Bot> ListBotsAsync(CancellationToken cancellationToken = default) => new Decrypted<Bot>(
        inner.ListBotsAsync(cancellationToken),
        bot => cipher.Decrypt(nameof(ListBotsAsync), new WorkspaceId(bot.EnterpriseId, bot.TeamId, bot.IsEnterpriseInstall), bot));

    public IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default) => new Decrypted<Installation>(
        inner.ListInstallationsAsync(cancellationToken),
        installation => cipher.Decrypt(
            nameof(ListInstallationsAsync), new WorkspaceId(installation.EnterpriseId, installation.TeamId, installation.IsEnterpriseInstall), installation.UserId, installation));

    /// <summary>No iterator, which would be at its end after the first record that cannot be decrypted: the next call goes on with the one after it.</summary>
    private sealed class Decrypted<T>(IAsyncEnumerable<T> inner, Func<T, T> decrypt) : IAsyncEnumerable<T>
    {
        public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new Enumerator(inner.GetAsyncEnumerator(cancellationToken), decrypt);

        private sealed class Enumerator(IAsyncEnumerator<T> inner, Func<T, T> decrypt) : IAsyncEnumerator<T>
        {
            public T Current { get; private set; } = default!;

            public async ValueTask<bool> MoveNextAsync()
            {
                if (!await inner.MoveNextAsync().ConfigureAwait(false))
                {
                    return false;
                }

                Current = decrypt(inner.Current);
                return true;
            }

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}

/// <summary>Lists decrypted records of one workspace.</summary>
internal sealed class ProtectedHistory(IInstallationHistory inner, TokenCipher cipher) : IInstallationHistory
{
    public async IAsyncEnumerable<Bot> ListBotHistoryAsync(WorkspaceId workspace, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var bot in inner.ListBotHistoryAsync(workspace, cancellationToken).ConfigureAwait(false))
        {
            yield return cipher.Decrypt(nameof(ListBotHistoryAsync), workspace, bot);
        }
    }

    public async IAsyncEnumerable<Installation> ListInstallationHistoryAsync(
        WorkspaceId workspace, string? userId = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var installation in inner.ListInstallationHistoryAsync(workspace, userId, cancellationToken).ConfigureAwait(false))
        {
            yield return cipher.Decrypt(nameof(ListInstallationHistoryAsync), workspace, userId ?? installation.UserId, installation);
        }
    }
}

/// <summary>Encrypts what a rotation saves.</summary>
internal sealed class ProtectedLeasing(IRotationLeasing inner, TokenCipher cipher) : IRotationLeasing
{
    public ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default) =>
        inner.TryAcquireLeaseAsync(workspace, userId, duration, cancellationToken);

    public async ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(lease, bot);
        return await inner.TrySaveBotAsync(lease, cipher.Encrypt(nameof(TrySaveBotAsync), workspace, bot), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(lease, installation);
        return await inner.TrySaveInstallationAsync(lease, cipher.Encrypt(nameof(TrySaveInstallationAsync), workspace, installation), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default) => inner.ReleaseLeaseAsync(lease, cancellationToken);
}
