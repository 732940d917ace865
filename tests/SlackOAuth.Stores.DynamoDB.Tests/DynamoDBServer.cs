using Amazon.DynamoDBv2;
using Amazon.Runtime;
using SlackOAuth.Stores.TestBackends;

// More than the machine has cores: much of their time these tests wait, for pauses between tries, leases, restarts and one another.
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)]
[assembly: AssemblyFixture(typeof(SlackOAuth.Stores.DynamoDB.Tests.DynamoDBServer))]

namespace SlackOAuth.Stores.DynamoDB.Tests;

/// <summary>The DynamoDB Local that the tests of this assembly share.</summary>
public sealed class DynamoDBServer() : EngineServer(Engine.DynamoDB)
{
    /// <summary>How many items this DynamoDB Local takes in a transaction.</summary>
    internal const int MostWrites = 10;

    /// <summary>Starts a DynamoDB Local of the calling test's own that keeps its data in a file, which it finds again when it is killed and started.</summary>
    internal Task<EngineContainer> StartOwnAsync() =>
        StartContainerAsync(engine => engine with { Command = ["-jar", "DynamoDBLocal.jar", "-dbPath", "/tmp"] });

    /// <summary>A client for DynamoDB Local, which takes any credentials and has a database for each.</summary>
    internal static AmazonDynamoDBClient Connect(string serviceUrl, Action<AmazonDynamoDBConfig>? configure = null) => new(Credentials, Configure(serviceUrl, configure));

    internal static AmazonDynamoDBConfig Configure(string serviceUrl, Action<AmazonDynamoDBConfig>? configure = null)
    {
        var config = new AmazonDynamoDBConfig { ServiceURL = serviceUrl, AuthenticationRegion = "us-east-1" };
        configure?.Invoke(config);
        return config;
    }

    internal static AWSCredentials Credentials => new BasicAWSCredentials("local", "local");

    protected override async Task ProbeAsync(string connectionString, CancellationToken cancellationToken)
    {
        using var client = Connect(connectionString, config => config.MaxErrorRetry = 0);
        await client.ListTablesAsync(cancellationToken);
    }
}
