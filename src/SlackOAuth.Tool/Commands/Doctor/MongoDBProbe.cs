using System.Runtime.CompilerServices;
using MongoDB.Bson;
using MongoDB.Driver;
using SlackOAuth.Stores.MongoDB;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands.Doctor;

/// <summary>MongoDB: what an acknowledged write has behind it, and the index that removes expired states.</summary>
internal sealed class MongoDBProbe : IEngineProbe
{
    private readonly MongoDBStoreOptions _options;
    private readonly MongoClient _client;
    private readonly IMongoDatabase _database;
    private BsonDocument _hello = [];

    internal MongoDBProbe(OpenedStore store)
    {
        _options = store.Options<MongoDBStoreOptions>();
        var url = MongoUrl.Create(_options.ConnectionString);
        _client = new MongoClient(url);
        _database = _client.GetDatabase(_options.DatabaseName ?? url.DatabaseName ?? "slack_oauth");
    }

    public async ValueTask<string> ReachAsync(CancellationToken cancellationToken = default)
    {
        _hello = await RunAsync("hello", cancellationToken).ConfigureAwait(false);
        var build = await RunAsync("buildInfo", cancellationToken).ConfigureAwait(false);
        return $"MongoDB {build.GetValue("version", "of an unknown version").AsString}, database {_database.DatabaseNamespace.DatabaseName}";
    }

    public async ValueTask<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken = default)
    {
        var hello = await RunAsync("hello", cancellationToken).ConfigureAwait(false);
        return hello.TryGetValue("localTime", out var time) ? new DateTimeOffset(time.ToUniversalTime()) : null;
    }

    public async IAsyncEnumerable<DoctorCheck> CheckAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var concern = _client.Settings.WriteConcern;
        var isReplicated = _hello.Contains("setName") || _hello.GetValue("msg", "").AsString == "isdbgrid";
        yield return (concern, isReplicated) switch
        {
            ({ Journal: false }, _) => DoctorCheck.Warn("persistence", "the connection string has journal=false: a crash loses what was acknowledged in the last moment", "Take journal=false out."),
            ({ W: WriteConcern.WCount { Value: 1 } }, true) when concern != WriteConcern.Acknowledged =>
                DoctorCheck.Warn("persistence", "the connection string has w=1: a failover can undo what was acknowledged", "Take w=1 out; the store then asks for a majority."),
            (_, false) => DoctorCheck.Warn("persistence", "a server without a replica set: when its disk is lost, everything is", "Use a replica set, or make sure of backups."),
            _ => DoctorCheck.Ok("persistence", "a replica set or sharded cluster, writes acknowledged by a majority"),
        };
        yield return await CheckExpiryAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<DoctorCheck> CheckExpiryAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var indexes = await _database.GetCollection<BsonDocument>(_options.CollectionPrefix + "states").Indexes.ListAsync(cancellationToken).ConfigureAwait(false);
            var expiring = (await indexes.ToListAsync(cancellationToken).ConfigureAwait(false)).Find(index => index.Contains("expireAfterSeconds"));
            return expiring is null
                ? DoctorCheck.Warn("expiry", "no index removes expired states, so they pile up", "Run the script that 'slackoauth schema mongodb' prints.")
                : DoctorCheck.Ok("expiry", $"an index removes expired states after {expiring["expireAfterSeconds"].ToInt64()} s");
        }
        catch (MongoCommandException)
        {
            return DoctorCheck.Unknown("expiry", "Allow it listIndexes, or look yourself that the states have an index on expires_at with expireAfterSeconds.");
        }
    }

    private Task<BsonDocument> RunAsync(string command, CancellationToken cancellationToken) =>
        _database.RunCommandAsync<BsonDocument>(new BsonDocument(command, 1), cancellationToken: cancellationToken);
}
