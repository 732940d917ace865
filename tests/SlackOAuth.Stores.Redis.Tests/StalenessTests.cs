using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.Redis.Tests;

public sealed class RedisCachingProcess : CachingProcess
{
    public override ValueTask<IInstallationStore> OpenAsync(SlackOAuthStoresOptions options, IReadOnlyList<string> place) => new RedisRotatingProcess().OpenAsync(options, place);
}

/// <summary>Two processes with a cache each, over one Redis.</summary>
public sealed class StalenessTests(RedisServer server) : StalenessProofTests<RedisCachingProcess>
{
    private readonly string _prefix = new StoreScope().Name;

    protected override async ValueTask<IReadOnlyList<string>> PlaceAsync() => [await server.GetConnectionStringAsync(), _prefix];
}
