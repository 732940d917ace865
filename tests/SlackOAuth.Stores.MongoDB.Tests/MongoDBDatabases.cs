using System.Collections.Concurrent;
using System.Text;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Events;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.MongoDB.Tests;

/// <summary>The part of a MongoDB that each scope has: a database, a proxy of its own, which breaks, and a client that counts the commands it sends.</summary>
internal sealed class MongoDBDatabases(MongoDBServer server) : IAsyncDisposable
{
    private static readonly string[] Collections = ["slack_installations", "slack_states"];

    private readonly ConcurrentDictionary<string, Scoped> _scopes = new(StringComparer.Ordinal);
    private MongoClient? _direct;

    /// <summary>A client and options as an app has them.</summary>
    internal async ValueTask<(IMongoClient Client, MongoDBStoreOptions Options)> ConnectAsync(string scope)
    {
        var connectionString = await server.GetConnectionStringAsync();
        _direct ??= new MongoClient(MongoDBServer.Settings(connectionString));
        return (_scopes.GetOrAdd(scope, _ => new Scoped(connectionString)).Client, new MongoDBStoreOptions { DatabaseName = scope });
    }

    internal TcpProxy Proxy(string scope) => _scopes[scope].Proxy;

    /// <summary>The commands that the scope's client has sent, other than those of the driver's own.</summary>
    internal IReadOnlyList<BsonDocument> Commands(string scope) => [.. _scopes[scope].Commands];

    /// <summary>Everything in the scope's database.</summary>
    internal async Task<string> DumpAsync(string scope)
    {
        var dump = new StringBuilder();
        foreach (var name in Collections)
        {
            foreach (var document in await AllAsync(scope, name))
            {
                dump.Append(name).Append(' ').AppendLine(document.ToString());
            }
        }

        return dump.ToString();
    }

    /// <summary>How many states MongoDB would hold if its clock were the test's, with the minute that it takes between two sweeps.</summary>
    internal async Task<long> CountStatesAsync(StoreScope scope) =>
        (await AllAsync(scope.Name, "slack_states")).Count(state => state["expires_at"].ToUniversalTime() + TimeSpan.FromMinutes(1) > scope.Time.GetUtcNow());

    /// <summary>Adds a field to every document, and to every record in it.</summary>
    internal async Task AddUnknownFieldsAsync(string scope)
    {
        foreach (var name in Collections)
        {
            foreach (var document in await AllAsync(scope, name))
            {
                Extend(document);
                await Collection(scope, name).ReplaceOneAsync(new BsonDocument("_id", document["_id"]), document);
            }
        }

        static void Extend(BsonDocument document)
        {
            foreach (var inner in document.Values.SelectMany(value => value is BsonArray array ? (IEnumerable<BsonValue>)array : [value]).OfType<BsonDocument>())
            {
                Extend(inner);
            }

            document["a_field_of_tomorrow"] = new BsonDocument("and", new BsonArray { "more" });
        }
    }

    internal IMongoCollection<BsonDocument> Collection(string scope, string name) => _direct!.GetDatabase(scope).GetCollection<BsonDocument>(name);

    public async ValueTask DisposeAsync()
    {
        foreach (var (scope, scoped) in _scopes)
        {
            await _direct!.DropDatabaseAsync(scope);
            scoped.Client.Dispose();
            await scoped.Proxy.DisposeAsync();
        }

        _direct?.Dispose();
    }

    private async Task<List<BsonDocument>> AllAsync(string scope, string name) =>
        _direct is null ? [] : await Collection(scope, name).Find(new BsonDocument()).Sort(new BsonDocument("_id", 1)).ToListAsync();

    private sealed class Scoped
    {
        private static readonly string[] OfTheDriver = ["hello", "isMaster", "ping", "endSessions"];

        internal Scoped(string connectionString)
        {
            Proxy = MongoDBServer.Proxy(connectionString);
            var settings = MongoDBServer.Settings(connectionString, Proxy.Port);
            settings.ClusterConfigurator = cluster => cluster.Subscribe<CommandStartedEvent>(started =>
            {
                if (!OfTheDriver.Contains(started.CommandName))
                {
                    Commands.Enqueue((BsonDocument)started.Command.DeepClone());
                }
            });
            Client = new MongoClient(settings);
        }

        internal TcpProxy Proxy { get; }

        internal MongoClient Client { get; }

        internal ConcurrentQueue<BsonDocument> Commands { get; } = new();
    }
}
