using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using MongoDB.Bson;
using MongoDB.Driver;
using SlackOAuth.Stores.MongoDB;

namespace SlackOAuth.Stores.Benchmarks.Engines;

/// <summary>The store's own updates and its mapping, whatever they come to be, by the driver's own calls.</summary>
internal sealed class BareMongoDB : IBareEngine
{
    private static readonly Func<BsonDocument, BsonDocument?, BsonDocument?, int, long?, UpdateDefinition<BsonDocument>> Save =
        Find<Func<BsonDocument, BsonDocument?, BsonDocument?, int, long?, UpdateDefinition<BsonDocument>>>("MongoDBUpdates", "Save");

    private static readonly Func<Bot, BsonDocument> WriteBot = Find<Func<Bot, BsonDocument>>("MongoDBRecords", "Write");
    private static readonly Func<Installation, BsonDocument> WriteInstallation = Find<Func<Installation, BsonDocument>>("MongoDBRecords", "Write");
    private static readonly Func<BsonDocument, Bot?> ReadBot = Find<Func<BsonDocument, Bot?>>("MongoDBRecords", "ReadBot");
    private static readonly Func<BsonDocument, Installation?> ReadInstallation = Find<Func<BsonDocument, Installation?>>("MongoDBRecords", "ReadInstallation");
    private static readonly Func<BsonDocument, StoredOAuthState> ReadState = Find<Func<BsonDocument, StoredOAuthState>>("MongoDBRecords", "ReadState");

    private static readonly DateTimeOffset End = new(2999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Queue<string> _issued = new();
    private readonly Installation _installation = Sample.Installation(0);
    private readonly MongoClient _client;
    private readonly IMongoDatabase _database;
    private readonly IMongoCollection<BsonDocument> _workspaces;
    private readonly IMongoCollection<BsonDocument> _states;
    private int _saves;

    internal BareMongoDB(MongoClient client, MongoDBStoreOptions options)
    {
        _client = client;
        _database = client.GetDatabase(options.DatabaseName!);
        var settings = new MongoCollectionSettings { WriteConcern = WriteConcern.WMajority };
        _workspaces = _database.GetCollection<BsonDocument>($"{options.CollectionPrefix}installations", settings);
        _states = _database.GetCollection<BsonDocument>($"{options.CollectionPrefix}states", settings);
    }

    public async ValueTask<Bot?> FindBotAsync() => ReadBot(await FindAsync(new BsonDocument("bot", 1)));

    public async ValueTask<Installation?> FindInstallationAsync()
    {
        var ofUser = new BsonDocument("$elemMatch", new BsonDocument("user_id", new BsonDocument("$eq", Sample.UserId)));
        return ReadInstallation(await FindAsync(new BsonDocument { { "bot", 1 }, { "installations", ofUser } }));
    }

    public async ValueTask SaveAsync()
    {
        var installation = _installation with { InstalledAt = Sample.InstalledAt.AddSeconds(++_saves) };
        var identity = new BsonDocument { { "client_id", Sample.Options.ClientId }, { "team_id", Sample.TeamId(0) } };
        await _workspaces.UpdateOneAsync(Key(0), Save(identity, WriteBot(installation.ToBot()!), WriteInstallation(installation), 0, null), new UpdateOptions { IsUpsert = true });
    }

    public async ValueTask IssueAsync()
    {
        var key = RandomNumberGenerator.GetHexString(64);
        var document = new BsonDocument
        {
            { "_id", key },
            { "client_id", Sample.Options.ClientId },
            { "expires_at", new BsonDateTime(End.UtcDateTime) },
            { "expires_ticks", (End - DateTimeOffset.UnixEpoch).Ticks },
            { "data", Encoding.UTF8.GetString(StoreJson.Serialize(new StoredOAuthState(new OAuthStateData(), End))) },
        };
        await _states.InsertOneAsync(document);
        _issued.Enqueue(key);
    }

    public async ValueTask<StoredOAuthState?> ConsumeAsync() => ReadState(await _states.FindOneAndDeleteAsync(new BsonDocument("_id", _issued.Dequeue())));

    public async ValueTask ClearStatesAsync()
    {
        _issued.Clear();
        await _states.DeleteManyAsync(new BsonDocument());
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DropDatabaseAsync(_database.DatabaseNamespace.DatabaseName);
        _client.Dispose();
    }

    private static BsonDocument Key(int number) => new("_id", $"{Sample.Options.ClientId}::{Sample.TeamId(number)}");

    private static TDelegate Find<TDelegate>(string type, string method)
        where TDelegate : Delegate
    {
        var parameters = typeof(TDelegate).GetMethod("Invoke")!.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
        return typeof(MongoDBInstallationStore).Assembly.GetType($"SlackOAuth.Stores.MongoDB.{type}", throwOnError: true)!
            .GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic, parameters)!.CreateDelegate<TDelegate>();
    }

    private async Task<BsonDocument> FindAsync(BsonDocument fields)
    {
        using var cursor = await _workspaces.FindAsync(Key(Sample.Workspaces / 2), new FindOptions<BsonDocument> { Projection = fields, Limit = -1 });
        return await cursor.FirstAsync();
    }
}
