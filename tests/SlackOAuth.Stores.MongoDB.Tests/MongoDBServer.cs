using MongoDB.Bson;
using MongoDB.Driver;
using SlackOAuth.Stores.TestBackends;

// More than the machine has cores: much of their time these tests wait, for the driver to give up on a server that does not answer, for leases and for restarts.
[assembly: Xunit.v3.Parallelization(MaxThreads = 3)]
[assembly: AssemblyFixture(typeof(SlackOAuth.Stores.MongoDB.Tests.MongoDBServer))]

namespace SlackOAuth.Stores.MongoDB.Tests;

/// <summary>The MongoDB that the tests of this assembly share.</summary>
public sealed class MongoDBServer() : EngineServer(Engine.MongoDB)
{
    /// <summary>The settings of a test's client: what cannot be reached is given up sooner than by default.</summary>
    internal static MongoClientSettings Settings(string connectionString, int? port = null)
    {
        var settings = MongoClientSettings.FromConnectionString(connectionString);
        settings.ServerSelectionTimeout = TimeSpan.FromSeconds(5);
        settings.ConnectTimeout = TimeSpan.FromSeconds(5);
        if (port is not null)
        {
            settings.Server = new MongoServerAddress(TcpProxy.Host, port.Value);
            settings.DirectConnection = true;
        }

        return settings;
    }

    /// <summary>A proxy in front of the server that a connection string names first.</summary>
    internal static TcpProxy Proxy(string connectionString)
    {
        var server = MongoUrl.Create(connectionString).Server;
        return new TcpProxy(server.Host, server.Port);
    }

    protected override async Task ProbeAsync(string connectionString, CancellationToken cancellationToken)
    {
        using var client = new MongoClient(Settings(connectionString));
        await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), cancellationToken: cancellationToken);
    }
}
