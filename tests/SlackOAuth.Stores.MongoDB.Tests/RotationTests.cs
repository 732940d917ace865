using MongoDB.Driver;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.MongoDB.Tests;

public sealed class MongoDBRotatingProcess : RotatingProcess
{
    public override ValueTask<IInstallationStore> OpenAsync(SlackOAuthStoresOptions options, IReadOnlyList<string> place) =>
        new(new MongoDBInstallationStore(options, new MongoClient(MongoDBServer.Settings(place[0])), new MongoDBStoreOptions { DatabaseName = place[1] }));
}

/// <summary>Two processes over one MongoDB rotate a token once.</summary>
public sealed class RotationTests(MongoDBServer server) : RotationProofTests<MongoDBRotatingProcess>
{
    private readonly string _database = new StoreScope().Name;

    protected override async ValueTask<IReadOnlyList<string>> PlaceAsync() => [await server.GetConnectionStringAsync(), _database];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        using var client = new MongoClient(MongoDBServer.Settings(await server.GetConnectionStringAsync()));
        await client.DropDatabaseAsync(_database);
    }
}
