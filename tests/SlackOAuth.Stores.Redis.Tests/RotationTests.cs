using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;
using StackExchange.Redis;

namespace SlackOAuth.Stores.Redis.Tests;

public sealed class RedisRotatingProcess : RotatingProcess
{
    public override async ValueTask<IInstallationStore> OpenAsync(SlackOAuthStoresOptions options, IReadOnlyList<string> place) =>
        new RedisInstallationStore(options, await ConnectionMultiplexer.ConnectAsync(place[0]), new RedisStoreOptions { KeyPrefix = place[1] });
}

/// <summary>Two processes over one Redis rotate a token once.</summary>
public sealed class RotationTests(RedisServer server) : RotationProofTests<RedisRotatingProcess>
{
    private readonly string _prefix = new StoreScope().Name;

    protected override async ValueTask<IReadOnlyList<string>> PlaceAsync() => [await server.GetConnectionStringAsync(), _prefix];
}
