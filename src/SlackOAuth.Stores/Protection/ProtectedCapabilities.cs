using System.Runtime.CompilerServices;

namespace SlackOAuth.Stores.Protection;

/// <summary>Lists decrypted records. Each is decrypted for the ids that it names: whoever lists asks for no row in particular.</summary>
internal sealed class ProtectedListing(IInstallationListing inner, TokenCipher cipher) : IInstallationListing
{
    public async IAsyncEnumerable<Bot> ListBotsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var bot in inner.ListBotsAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return cipher.Decrypt(nameof(ListBotsAsync), new WorkspaceId(bot.EnterpriseId, bot.TeamId, bot.IsEnterpriseInstall), bot);
        }
    }

    public async IAsyncEnumerable<Installation> ListInstallationsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var installation in inner.ListInstallationsAsync(cancellationToken).ConfigureAwait(false))
        {
            var workspace = new WorkspaceId(installation.EnterpriseId, installation.TeamId, installation.IsEnterpriseInstall);
            yield return cipher.Decrypt(nameof(ListInstallationsAsync), workspace, installation.UserId, installation);
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
