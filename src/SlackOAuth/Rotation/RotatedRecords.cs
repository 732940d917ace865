using System.Security.Cryptography;
using System.Text;
using SlackOAuth.Stores;

namespace SlackOAuth;

/// <summary>What is rotated: a workspace's bot, or one user's installation.</summary>
internal sealed record Credential(WorkspaceId Workspace, string? UserId);

/// <summary>What of a record a rotation goes by.</summary>
internal readonly record struct ExpiringToken(string? RefreshToken, DateTimeOffset? ExpiresAt)
{
    /// <summary>Whether it is the same token. The expiry does not tell: it is kept to the second.</summary>
    internal bool IsSameAs(ExpiringToken other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(RefreshToken ?? ""), Encoding.UTF8.GetBytes(other.RefreshToken ?? ""));

    /// <summary>Without the token.</summary>
    public override string ToString() => $"expires at {ExpiresAt:O}";
}

/// <summary>How a record of one kind is found, changed and saved. Each is saved through its own record, so that neither can write the other's tokens away.</summary>
internal abstract class RotatedRecords<T>(IInstallationStore store, IRotationLeasing? leasing)
    where T : class
{
    protected IInstallationStore Store => store;

    internal IRotationLeasing? Leasing => leasing;

    /// <summary>What Slack calls a token of this kind, in its answers.</summary>
    internal abstract string TokenType { get; }

    internal abstract Credential KeyOf(T record);

    internal abstract ExpiringToken TokenOf(T record);

    internal abstract ValueTask<T?> FindAsync(Credential key, CancellationToken cancellationToken);

    /// <summary>The record with its new tokens. Scopes and installed-at stay as they are.</summary>
    internal abstract T With(T record, OAuthAccess access, DateTimeOffset now);

    /// <summary>The record with the tokens of another of the same credential.</summary>
    internal abstract T WithTokensOf(T record, T other);

    /// <summary>When the credential was installed, which a rotation keeps.</summary>
    internal abstract DateTimeOffset InstalledAt(T record);

    internal abstract ValueTask DeleteAsync(Credential key, CancellationToken cancellationToken);

    /// <summary>Saves under the lease, or as well as can be without one.</summary>
    /// <returns>Whether it was saved; where not, the record is gone, or is a newer one.</returns>
    internal async ValueTask<bool> TrySaveAsync(RotationLease? lease, T record, CancellationToken cancellationToken)
    {
        if (lease is not null)
        {
            return await TrySaveUnderAsync(lease, record, cancellationToken).ConfigureAwait(false);
        }

        // A store without leases cannot do both at once; what was deleted between the two calls comes back.
        if (await FindAsync(KeyOf(record), cancellationToken).ConfigureAwait(false) is not { } stored || InstalledAt(stored) > InstalledAt(record))
        {
            return false;
        }

        await SaveAsync(record, cancellationToken).ConfigureAwait(false);
        return true;
    }

    protected abstract ValueTask SaveAsync(T record, CancellationToken cancellationToken);

    protected abstract ValueTask<bool> TrySaveUnderAsync(RotationLease lease, T record, CancellationToken cancellationToken);
}

internal sealed class RotatedBots(IInstallationStore store, IRotationLeasing? leasing) : RotatedRecords<Bot>(store, leasing)
{
    internal override string TokenType => "bot";

    internal override Credential KeyOf(Bot record) => new(new WorkspaceId(record.EnterpriseId, record.TeamId, record.IsEnterpriseInstall), null);

    internal override ExpiringToken TokenOf(Bot record) => new(record.BotRefreshToken, record.BotTokenExpiresAt);

    internal override ValueTask<Bot?> FindAsync(Credential key, CancellationToken cancellationToken) => Store.FindBotAsync(key.Workspace, cancellationToken);

    internal override Bot With(Bot record, OAuthAccess access, DateTimeOffset now) => record with
    {
        BotToken = access.AccessToken!,
        BotRefreshToken = access.RefreshToken,
        BotTokenExpiresAt = SlackInstallationFactory.ExpiresAt(access.ExpiresIn, now),
    };

    internal override Bot WithTokensOf(Bot record, Bot other) => record with
    {
        BotToken = other.BotToken,
        BotRefreshToken = other.BotRefreshToken,
        BotTokenExpiresAt = other.BotTokenExpiresAt,
    };

    internal override DateTimeOffset InstalledAt(Bot record) => record.InstalledAt;

    internal override ValueTask DeleteAsync(Credential key, CancellationToken cancellationToken) => Store.DeleteBotAsync(key.Workspace, cancellationToken);

    protected override ValueTask SaveAsync(Bot record, CancellationToken cancellationToken) => Store.SaveBotAsync(record, cancellationToken);

    protected override ValueTask<bool> TrySaveUnderAsync(RotationLease lease, Bot record, CancellationToken cancellationToken) => Leasing!.TrySaveBotAsync(lease, record, cancellationToken);
}

internal sealed class RotatedUsers(IInstallationStore store, IRotationLeasing? leasing) : RotatedRecords<Installation>(store, leasing)
{
    internal override string TokenType => "user";

    internal override Credential KeyOf(Installation record) => new(new WorkspaceId(record.EnterpriseId, record.TeamId, record.IsEnterpriseInstall), record.UserId);

    internal override ExpiringToken TokenOf(Installation record) => new(record.UserRefreshToken, record.UserTokenExpiresAt);

    internal override ValueTask<Installation?> FindAsync(Credential key, CancellationToken cancellationToken) =>
        Store.FindInstallationAsync(key.Workspace, key.UserId, cancellationToken);

    internal override Installation With(Installation record, OAuthAccess access, DateTimeOffset now) => record with
    {
        UserToken = access.AccessToken,
        UserRefreshToken = access.RefreshToken,
        UserTokenExpiresAt = SlackInstallationFactory.ExpiresAt(access.ExpiresIn, now),
    };

    internal override Installation WithTokensOf(Installation record, Installation other) => record with
    {
        UserToken = other.UserToken,
        UserRefreshToken = other.UserRefreshToken,
        UserTokenExpiresAt = other.UserTokenExpiresAt,
    };

    internal override DateTimeOffset InstalledAt(Installation record) => record.InstalledAt;

    internal override ValueTask DeleteAsync(Credential key, CancellationToken cancellationToken) => Store.DeleteInstallationAsync(key.Workspace, key.UserId, cancellationToken);

    protected override ValueTask SaveAsync(Installation record, CancellationToken cancellationToken) => Store.SaveAsync(record.WithBot(null), cancellationToken);

    protected override ValueTask<bool> TrySaveUnderAsync(RotationLease lease, Installation record, CancellationToken cancellationToken) =>
        Leasing!.TrySaveInstallationAsync(lease, record.WithBot(null), cancellationToken);
}
