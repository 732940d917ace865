using System.Collections.Concurrent;
using System.Text;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Events;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.MongoDB.Tests;

/// <summary>The part of a MongoDB that each scope has: a database, a proxy of its own, which breaks, and a client that counts the commands it sends.</summary>
public sealed class MongoDBDatabases(MongoDBServer server) : IEngineScopes
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

    /// <inheritdoc />
    public TcpProxy? FindProxy(StoreScope scope) => _scopes.GetValueOrDefault(scope.Name)?.Proxy;

    /// <summary>The commands that the scope's client has sent, other than those of the driver's own.</summary>
    internal IReadOnlyList<BsonDocument> Commands(string scope) => [.. _scopes[scope].Commands];

    /// <summary>Does something when a command of the scope's client was answered, before its caller learns of that.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="command">The command's name.</param>
    /// <param name="act">What to do, each time.</param>
    internal void OnSucceeded(string scope, string command, Action act) => _scopes[scope].Acts[command] = act;

    /// <summary>How long the last answer to one of those was.</summary>
    internal int LastAnswerBytes(string scope) => _scopes[scope].LastAnswerBytes;

    /// <inheritdoc />
    public async ValueTask<string> DumpAsync(StoreScope scope)
    {
        var dump = new StringBuilder();
        foreach (var name in Collections)
        {
            foreach (var document in await AllAsync(scope.Name, name))
            {
                dump.Append(name).Append(' ').AppendLine(document.ToString());
            }
        }

        return dump.ToString();
    }

    /// <summary>Every document of the scope's database, as it comes from the server.</summary>
    internal async Task<IReadOnlyList<byte[]>> CopyAsync(string scope)
    {
        var documents = new List<byte[]>();
        foreach (var name in Collections)
        {
            documents.AddRange((await AllAsync(scope, name)).Select(document => document.ToBson()));
        }

        return documents;
    }

    /// <summary>How many states MongoDB would hold if its clock were the test's, with the minute that it takes between two sweeps.</summary>
    public async ValueTask<long> CountStatesAsync(StoreScope scope) =>
        (await AllAsync(scope.Name, "slack_states")).Count(state => state["expires_at"].ToUniversalTime() + TimeSpan.FromMinutes(1) > scope.Time.GetUtcNow());

    /// <summary>Adds a field to every document, to every record in it, and to JSON.</summary>
    public async ValueTask AddUnknownFieldsAsync(StoreScope scope)
    {
        foreach (var name in Collections)
        {
            foreach (var document in await AllAsync(scope.Name, name))
            {
                Extend(document);
                await Collection(scope.Name, name).ReplaceOneAsync(new BsonDocument("_id", document["_id"]), document);
            }
        }

        static void Extend(BsonDocument document)
        {
            foreach (var inner in document.Values.SelectMany(value => value is BsonArray array ? (IEnumerable<BsonValue>)array : [value]).OfType<BsonDocument>())
            {
                Extend(inner);
            }

            if (document.TryGetValue("data", out var json))
            {
                document["data"] = """{"a_field_of_tomorrow":{"and":["more"]},""" + json.AsString[1..];
            }

            document["a_field_of_tomorrow"] = new BsonDocument("and", new BsonArray { "more" });
        }
    }

    public async ValueTask DamageAsync(StoreScope scope, string appId)
    {
        foreach (var workspace in await AllAsync(scope.Name, "slack_installations"))
        {
            foreach (var record in workspace.Values.SelectMany(value => value is BsonArray array ? (IEnumerable<BsonValue>)array : [value]).OfType<BsonDocument>().Where(record => record.GetValue("app_id", "") == appId))
            {
                record["app_id"] = 1;
            }

            await Collection(scope.Name, "slack_installations").ReplaceOneAsync(new BsonDocument("_id", workspace["_id"]), workspace);
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
            settings.ClusterConfigurator = cluster => cluster
                .Subscribe<CommandStartedEvent>(started =>
                {
                    if (!OfTheDriver.Contains(started.CommandName))
                    {
                        Commands.Enqueue((BsonDocument)started.Command.DeepClone());
                    }
                })
                .Subscribe<CommandSucceededEvent>(succeeded =>
                {
                    if (!OfTheDriver.Contains(succeeded.CommandName))
                    {
                        LastAnswerBytes = succeeded.Reply.ToBson().Length;
                    }

                    Acts.GetValueOrDefault(succeeded.CommandName)?.Invoke();
                });
            Client = new MongoClient(settings);
        }

        internal TcpProxy Proxy { get; }

        internal MongoClient Client { get; }

        internal int LastAnswerBytes { get; private set; }

        internal ConcurrentQueue<BsonDocument> Commands { get; } = new();

        internal ConcurrentDictionary<string, Action> Acts { get; } = new(StringComparer.Ordinal);
    }
}
