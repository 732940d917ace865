using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.DynamoDB.Tests;

public sealed class DynamoDBRotatingProcess : RotatingProcess
{
    public override ValueTask<IInstallationStore> OpenAsync(SlackOAuthStoresOptions options, IReadOnlyList<string> place) =>
        new(new DynamoDBInstallationStore(options, DynamoDBServer.Connect(place[0]), new DynamoDBStoreOptions { TableName = place[1] }));
}

/// <summary>Two processes over one table rotate a token once.</summary>
public sealed class RotationTests(DynamoDBServer server) : RotationProofTests<DynamoDBRotatingProcess>
{
    private readonly string _table = new StoreScope().Name;

    protected override async ValueTask<IReadOnlyList<string>> PlaceAsync() => [await server.GetConnectionStringAsync(), _table];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        using var client = DynamoDBServer.Connect(await server.GetConnectionStringAsync());
        await DynamoDBScopes.DeleteTableAsync(client, _table);
    }
}
