using Amazon.DynamoDBv2;
using Amazon.Runtime;
using MongoDB.Bson;
using MongoDB.Driver;
using Npgsql;
using SlackOAuth.Stores.TestBackends;
using SlackOAuth.Tool.Tests.Support;
using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(ToolRedis))]
[assembly: AssemblyFixture(typeof(ToolPostgreSql))]
[assembly: AssemblyFixture(typeof(ToolMongoDB))]
[assembly: AssemblyFixture(typeof(ToolDynamoDB))]

namespace SlackOAuth.Tool.Tests.Support;

/// <summary>The Redis that the tests of this assembly share.</summary>
public sealed class ToolRedis() : EngineServer(Engine.Redis)
{
    protected override async Task ProbeAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(connectionString).WaitAsync(cancellationToken);
        await redis.GetDatabase().PingAsync().WaitAsync(cancellationToken);
    }
}

/// <summary>The PostgreSQL that the tests of this assembly share.</summary>
public sealed class ToolPostgreSql() : EngineServer(Engine.PostgreSql)
{
    protected override async Task ProbeAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(cancellationToken);
    }
}

/// <summary>The MongoDB that the tests of this assembly share.</summary>
public sealed class ToolMongoDB() : EngineServer(Engine.MongoDB)
{
    protected override async Task ProbeAsync(string connectionString, CancellationToken cancellationToken)
    {
        using var client = new MongoClient(connectionString);
        await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), cancellationToken: cancellationToken);
    }
}

/// <summary>The DynamoDB Local that the tests of this assembly share. Its connection string is the service URL.</summary>
public sealed class ToolDynamoDB() : EngineServer(Engine.DynamoDB)
{
    protected override async Task ProbeAsync(string connectionString, CancellationToken cancellationToken)
    {
        ProvideCredentials();
        using var client = new AmazonDynamoDBClient(new BasicAWSCredentials("local", "local"), new AmazonDynamoDBConfig { ServiceURL = connectionString, AuthenticationRegion = "us-east-1" });
        await client.ListTablesAsync(cancellationToken);
    }

    /// <summary>Puts credentials where the AWS SDK of a store looks for them; DynamoDB Local takes any.</summary>
    internal static void ProvideCredentials()
    {
        foreach (var name in new[] { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY" })
        {
            Environment.SetEnvironmentVariable(name, Environment.GetEnvironmentVariable(name) ?? "local");
        }
    }
}
