using System.Security.Cryptography;
using System.Text;
using MongoDB.Bson;
using MongoDB.Driver;

namespace SlackOAuth.Stores.MongoDB;

/// <summary>A collection of the stores, and how its documents are keyed and found.</summary>
internal sealed class MongoDBSchema
{
    internal const string Id = "_id";
    internal const string ExpiresAt = "expires_at";

    /// <summary>The server must not remove a state that the app's clock still holds valid.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private const int NamespaceExists = 48;
    private const int MaxReadableLength = 100;

    private readonly bool _expires;

    private MongoDBSchema(string name, bool expires) => (Name, _expires) = (name, expires);

    /// <summary>A document for each workspace or organization.</summary>
    internal static MongoDBSchema Installations { get; } = new("installations", expires: false);

    /// <summary>A document for each state, which the server removes when it has expired.</summary>
    internal static MongoDBSchema States { get; } = new("states", expires: true);

    /// <summary>What the collection is called after the prefix.</summary>
    internal string Name { get; }

    /// <summary>The key of a workspace: its ids, told apart by colons.</summary>
    internal static string Workspace(string clientId, WorkspaceId workspace) => $"{Readable(clientId)}:{Readable(workspace.EnterpriseId)}:{Readable(workspace.TeamId)}";

    /// <summary>What the keys of an app's workspaces lie between. A semicolon follows a colon, and is in no id as it stands in a key.</summary>
    internal static (string First, string Last) WorkspacesOf(string clientId) => (Readable(clientId) + ":", Readable(clientId) + ";");

    /// <summary>What the keys of all workspaces of the same app as one lie before.</summary>
    internal static string LastOfClient(string workspace) => workspace[..workspace.IndexOf(':', StringComparison.Ordinal)] + ";";

    /// <summary>Prepares the collection. [25]</summary>
    internal async Task PrepareAsync(IMongoCollection<BsonDocument> documents, CancellationToken cancellationToken)
    {
        try
        {
            await documents.Database.CreateCollectionAsync(documents.CollectionNamespace.CollectionName, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (MongoCommandException exception) when (exception.Code == NamespaceExists)
        {
            // Somebody was faster.
        }

        if (_expires)
        {
            await documents.Indexes.CreateOneAsync(
                new CreateIndexModel<BsonDocument>(new BsonDocument(ExpiresAt, 1), new CreateIndexOptions { Name = ExpiresAt, ExpireAfter = Grace }),
                cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The same for mongosh.</summary>
    internal string Script(string collection) =>
        $"""
        if (!db.getCollectionNames().includes("{collection}")) db.createCollection("{collection}");

        """ + (_expires
            ? $$"""
              db.getCollection("{{collection}}").createIndex({ {{ExpiresAt}}: 1 }, { name: "{{ExpiresAt}}", expireAfterSeconds: {{Grace.TotalSeconds}} });

              """
            : "");

    /// <summary>An id as it stands in a key: percent-encoded, so that it holds no colon; a hash where that is long, since not every server indexes long keys. No other id gives the same. [9]</summary>
    private static string Readable(string? id)
    {
        var text = id is null ? "" : Uri.EscapeDataString(id);
        return text.Length <= MaxReadableLength ? text : "#" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}

/// <summary>The fields of a workspace's document. Those of the records in it are slack_sdk's.</summary>
internal static class MongoDBFields
{
    internal const string ClientId = "client_id";
    internal const string EnterpriseId = "enterprise_id";
    internal const string TeamId = "team_id";
    internal const string Bot = "bot";
    internal const string BotHistory = "bot_history";
    internal const string Installations = "installations";
    internal const string InstallationHistory = "installation_history";

    internal const string UserId = "user_id";
    internal const string InstalledAt = "installed_at";

    /// <summary>When a state ends, in steps of 100 ns since 1970; the date beside it, which the server's index reads, has milliseconds.</summary>
    internal const string ExpiresTicks = "expires_ticks";

    internal const string Data = "data";

    internal const string Lease = "lease";
    internal const string Fence = "fence";
    internal const string Until = "until";
    internal const string SavedFence = "saved_fence";
}
