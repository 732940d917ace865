using Amazon.DynamoDBv2;
using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.DynamoDB.Tests;

/// <summary>A table of the calling test's own, over a client whose requests go through a handler.</summary>
internal sealed class OwnTable : IAsyncDisposable
{
    internal OwnTable(string serviceUrl, Action<AmazonDynamoDBConfig>? configure = null, Action<SlackOAuthStoresOptions>? options = null, int mostWrites = DynamoDBServer.MostWrites)
    {
        Client = new CapacityClient(DynamoDBServer.Configure(serviceUrl, config =>
        {
            config.HttpClientFactory = Handler.Factory;
            configure?.Invoke(config);
        }));
        var table = new DynamoDBTable(new DynamoDBStoreOptions { TableName = Name }, Client) { MostWrites = mostWrites };
        Installations = new DynamoDBInstallationStore(Samples.Options(options), table, TimeProvider.System);
        States = new DynamoDBOAuthStateStore(Samples.Options(options), table, TimeProvider.System);
    }

    internal string Name { get; } = new StoreScope().Name;

    internal RequestHandler Handler { get; } = new();

    internal CapacityClient Client { get; }

    internal DynamoDBInstallationStore Installations { get; }

    internal DynamoDBOAuthStateStore States { get; }

    public async ValueTask DisposeAsync()
    {
        await DynamoDBScopes.DeleteTableAsync(Client, Name);
        Client.Dispose();
        Handler.Dispose();
    }
}
