using System.Runtime.CompilerServices;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Output;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Copying;

/// <summary>A bot or a user's installation of one app, with what copying and comparing ask of either.</summary>
internal abstract record Credential
{
    private Credential(string clientId, WorkspaceId workspace, string? userId)
    {
        ClientId = clientId;
        Workspace = workspace;
        UserId = userId;
    }

    internal string ClientId { get; }

    internal WorkspaceId Workspace { get; }

    /// <summary>The user whose installation it is; null for a bot.</summary>
    internal string? UserId { get; }

    internal RecordKey Key => new(ClientId, Workspace.EnterpriseId, Workspace.TeamId, UserId);

    /// <summary>Of credentials with the same key the same; of this process alone.</summary>
    internal int KeyHash => Key.GetHashCode();

    /// <summary>What it is called in a line of output; without a secret.</summary>
    internal string Name => NameOf(ClientId, Workspace.EnterpriseId, Workspace.TeamId, UserId);

    internal abstract DateTimeOffset InstalledAt { get; }

    /// <summary>When its token expires; null where it does not.</summary>
    internal abstract DateTimeOffset? ExpiresAt { get; }

    /// <summary>Whether a secret of it is encrypted as it stands here: nobody has decrypted it.</summary>
    internal bool IsEncrypted => Secrets.Any(TokenText.IsEncrypted);

    /// <summary>Whether a secret of it stands here in plain.</summary>
    internal bool HasPlainSecret => Secrets.Any(secret => secret is { Length: > 0 } && !TokenText.IsEncrypted(secret));

    /// <summary>What the stores' protection encrypts.</summary>
    private protected abstract IEnumerable<string?> Secrets { get; }

    /// <summary>Its JSON, of every field that it has of its own: an installation's bot fields are the bot's.</summary>
    internal abstract byte[] Serialize();

    internal abstract bool HasContentOf(Credential other);

    /// <summary>Finds the credential of the same key; null where the store has none.</summary>
    internal abstract ValueTask<Credential?> FindAsync(IInstallationStore store, CancellationToken cancellationToken);

    /// <summary>Whether the store's history has a record of the same key and installed-at.</summary>
    internal abstract ValueTask<bool> IsInHistoryAsync(IInstallationHistory history, CancellationToken cancellationToken);

    internal abstract ValueTask SaveAsync(IInstallationStore store, CancellationToken cancellationToken);

    internal abstract ValueTask<bool> TrySaveAsync(IRotationLeasing store, RotationLease lease, CancellationToken cancellationToken);

    /// <exception cref="ArgumentException">No store of the family can keep it.</exception>
    internal static Credential Of(string clientId, Bot bot) => new OfBot(clientId, StoreArguments.Validate(bot), bot);

    /// <inheritdoc cref="Of(string, Bot)" />
    internal static Credential Of(string clientId, Installation installation)
    {
        // Without the bot fields first: those of an importer may be what only the bot's own record has to answer for.
        var own = installation.WithBot(null);
        return new OfInstallation(clientId, StoreArguments.Validate(own), own);
    }

    /// <summary>Reads what a source gives. What it could not read, and what no store can keep, is counted and left out.</summary>
    internal static async IAsyncEnumerable<Credential> ReadAsync(IAsyncEnumerable<SourceRecord> records, ReadTally tally, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var record in records.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            tally.AddRead();
            if (TryCreate(record, out var refusal) is { } credential)
            {
                yield return credential;
            }
            else
            {
                tally.Add(refusal!);
            }
        }
    }

    private static Credential? TryCreate(SourceRecord record, out Refusal? refusal)
    {
        refusal = record is SourceRecord.Refused(var where, var reason) ? new Refusal(where, reason) : null;
        try
        {
            return record switch
            {
                SourceRecord.OfBot(var clientId, var bot) => Of(clientId, bot),
                SourceRecord.OfInstallation(var clientId, var installation) => Of(clientId, installation),
                _ => null,
            };
        }
        catch (ArgumentException exception)
        {
            refusal = new Refusal(
                record switch
                {
                    SourceRecord.OfBot(var clientId, var bot) => NameOf(clientId, bot.EnterpriseId, bot.TeamId, userId: null),
                    SourceRecord.OfInstallation(var clientId, var installation) => NameOf(clientId, installation.EnterpriseId, installation.TeamId, installation.UserId),
                    _ => "a record",
                },
                WithoutParameter(exception.Message));
            return null;
        }
    }

    /// <summary>The name of a parameter is of no use to whoever reads the message.</summary>
    private static string WithoutParameter(string message) => message.LastIndexOf(" (Parameter ", StringComparison.Ordinal) is var suffix and >= 0 ? message[..suffix] : message;

    /// <summary>What a record is called in a line of output; without a secret, and harmless for a terminal.</summary>
    internal static string NameOf(string clientId, string? enterpriseId, string? teamId, string? userId)
    {
        var workspace = (teamId, enterpriseId) switch
        {
            (null, null) => "no workspace",
            (null, _) => $"organization {SafeText.Of(enterpriseId)}",
            (_, null) => SafeText.Of(teamId),
            _ => $"{SafeText.Of(teamId)} of {SafeText.Of(enterpriseId)}",
        };
        return $"{(userId is null ? "the bot" : $"the installation of {SafeText.Of(userId)}")} in {workspace}, app {SafeText.Of(clientId)}";
    }

    private sealed record OfBot(string Client, WorkspaceId Place, Bot Bot) : Credential(Client, Place, null)
    {
        internal override DateTimeOffset InstalledAt => Bot.InstalledAt;

        internal override DateTimeOffset? ExpiresAt => Bot.BotTokenExpiresAt;

        private protected override IEnumerable<string?> Secrets => [Bot.BotToken, Bot.BotRefreshToken];

        internal override byte[] Serialize() => StoreJson.Serialize(Bot);

        internal override bool HasContentOf(Credential other) => other is OfBot bot && Bot == bot.Bot;

        internal override async ValueTask<Credential?> FindAsync(IInstallationStore store, CancellationToken cancellationToken) =>
            await store.FindBotAsync(Workspace, cancellationToken).ConfigureAwait(false) is { } found ? new OfBot(ClientId, Workspace, found) : null;

        internal override ValueTask<bool> IsInHistoryAsync(IInstallationHistory history, CancellationToken cancellationToken) =>
            history.ListBotHistoryAsync(Workspace, cancellationToken).AnyAsync(kept => kept.InstalledAt == InstalledAt, cancellationToken);

        internal override ValueTask SaveAsync(IInstallationStore store, CancellationToken cancellationToken) => store.SaveBotAsync(Bot, cancellationToken);

        internal override ValueTask<bool> TrySaveAsync(IRotationLeasing store, RotationLease lease, CancellationToken cancellationToken) => store.TrySaveBotAsync(lease, Bot, cancellationToken);
    }

    private sealed record OfInstallation(string Client, WorkspaceId Place, Installation Installation) : Credential(Client, Place, Installation.UserId)
    {
        internal override DateTimeOffset InstalledAt => Installation.InstalledAt;

        internal override DateTimeOffset? ExpiresAt => Installation.UserTokenExpiresAt;

        private protected override IEnumerable<string?> Secrets =>
            [Installation.UserToken, Installation.UserRefreshToken, Installation.IncomingWebhookUrl, Installation.IncomingWebhookConfigurationUrl];

        internal override byte[] Serialize() => StoreJson.Serialize(Installation);

        internal override bool HasContentOf(Credential other) => other is OfInstallation installation && Installation == installation.Installation;

        internal override async ValueTask<Credential?> FindAsync(IInstallationStore store, CancellationToken cancellationToken) =>
            await store.FindInstallationAsync(Workspace, UserId, cancellationToken).ConfigureAwait(false) is { } found
                ? new OfInstallation(ClientId, Workspace, found.WithBot(null))
                : null;

        internal override ValueTask<bool> IsInHistoryAsync(IInstallationHistory history, CancellationToken cancellationToken) =>
            history.ListInstallationHistoryAsync(Workspace, UserId, cancellationToken).AnyAsync(kept => kept.InstalledAt == InstalledAt, cancellationToken);

        internal override ValueTask SaveAsync(IInstallationStore store, CancellationToken cancellationToken) => store.SaveAsync(Installation, cancellationToken);

        internal override ValueTask<bool> TrySaveAsync(IRotationLeasing store, RotationLease lease, CancellationToken cancellationToken) =>
            store.TrySaveInstallationAsync(lease, Installation, cancellationToken);
    }
}
