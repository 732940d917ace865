using SlackOAuth.Stores.TestBackends;
using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(SlackOAuth.Stores.Redis.Tests.RedisServer))]

namespace SlackOAuth.Stores.Redis.Tests;

/// <summary>The Redis that the tests of this assembly share.</summary>
public sealed class RedisServer() : EngineServer(Engine.Redis)
{
    protected override async Task ProbeAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(connectionString);
        await redis.GetDatabase().PingAsync();
    }
}
