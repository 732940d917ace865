namespace SlackOAuth.Stores.Protection;

/// <summary>Lists decrypted records. Each is decrypted for the ids that it names: whoever lists asks for no row in particular.</summary>
internal sealed class ProtectedListing(IInstallationListing inner, TokenCipher cipher) : IInstallationListing
{
    public IAsyncEnumerable<Bot> ListBotsAsync(CancellationToken cancellationToken = default) => RecordListing.Read(
        inner.ListBotsAsync(cancellationToken),
        bot => cipher.Decrypt(nameof(ListBotsAsync), new WorkspaceId(bot.EnterpriseId, bot.TeamId, bot.IsEnterpriseInstall), bot));

    public IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default) => RecordListing.Read(
        inner.ListInstallationsAsync(cancellationToken),
        installation => cipher.Decrypt(
            nameof(ListInstallationsAsync), new WorkspaceId(installation.EnterpriseId, installation.TeamId, installation.IsEnterpriseInstall), installation.UserId, installation));
}

/// <summary>Lists decrypted records of one workspace.</summary>
internal sealed class ProtectedHistory(IInstallationHistory inner, TokenCipher cipher) : IInstallationHistory
{
    public IAsyncEnumerable<Bot> ListBotHistoryAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => RecordListing.Read(
        inner.ListBotHistoryAsync(workspace, cancellationToken),
        bot => cipher.Decrypt(nameof(ListBotHistoryAsync), workspace, bot));

    public IAsyncEnumerable<Installation> ListInstallationHistoryAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) => RecordListing.Read(
        inner.ListInstallationHistoryAsync(workspace, userId, cancellationToken),
        installation => cipher.Decrypt(nameof(ListInstallationHistoryAsync), workspace, userId ?? installation.UserId, installation));
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
