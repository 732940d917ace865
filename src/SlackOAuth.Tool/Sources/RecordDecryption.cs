using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Copying;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Sources;

/// <summary>Decrypts what a store has listed, where it is encrypted, a record at a time: a listing that decrypts as it goes ends at the first record whose key is gone, and the rest is never seen.</summary>
/// <remarks>The app's own protection, around a store that finds what it was handed. One record at a time.</remarks>
internal sealed class RecordDecryption : IAsyncDisposable
{
    private readonly Handed _handed = new();
    private readonly ServiceProvider _services;
    private readonly IInstallationStore _protection;

    /// <param name="location">Whose keys.</param>
    /// <param name="clientId">The app, which every ciphertext is bound to.</param>
    /// <exception cref="ToolException">The key folder is wrong.</exception>
    internal RecordDecryption(StoreLocation location, string clientId)
    {
        var builder = new ServiceCollection().AddSlackOAuthStores(options => options.ClientId = clientId).UseInstallationStore("memory", _ => _handed);
        OpenedStore.Protect(builder, location);
        _services = builder.Services.BuildServiceProvider();
        _protection = _services.GetRequiredService<IInstallationStore>();
    }

    /// <summary>The record as the app sees it; refused where a secret of it cannot be decrypted.</summary>
    internal async ValueTask<SourceRecord> DecryptAsync(string clientId, Bot bot, CancellationToken cancellationToken)
    {
        _handed.Bot = bot;
        try
        {
            var found = await _protection.FindBotAsync(new WorkspaceId(bot.EnterpriseId, bot.TeamId, bot.IsEnterpriseInstall), cancellationToken).ConfigureAwait(false);
            return new SourceRecord.OfBot(clientId, found!);
        }
        catch (SlackOAuthStoreException exception)
        {
            return new SourceRecord.Refused(Credential.NameOf(clientId, bot.EnterpriseId, bot.TeamId, userId: null), exception.Message);
        }
    }

    /// <inheritdoc cref="DecryptAsync(string, Bot, CancellationToken)" />
    internal async ValueTask<SourceRecord> DecryptAsync(string clientId, Installation installation, CancellationToken cancellationToken)
    {
        // The bot comes as a record of its own, and is decrypted there.
        _handed.Installation = installation.WithBot(null);
        try
        {
            var workspace = new WorkspaceId(installation.EnterpriseId, installation.TeamId, installation.IsEnterpriseInstall);
            var found = await _protection.FindInstallationAsync(workspace, installation.UserId, cancellationToken).ConfigureAwait(false);
            return new SourceRecord.OfInstallation(clientId, found!);
        }
        catch (SlackOAuthStoreException exception)
        {
            return new SourceRecord.Refused(Credential.NameOf(clientId, installation.EnterpriseId, installation.TeamId, installation.UserId), exception.Message);
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private sealed class Handed : IInstallationStore
    {
        internal Bot? Bot { get; set; }

        internal Installation? Installation { get; set; }

        public ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => ValueTask.FromResult(Bot);

        public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) => ValueTask.FromResult(Installation);

        public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
