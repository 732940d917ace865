using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.Redis.Tests;

public sealed class ProtectedRedisInstallationFixture(RedisServer server) : DecoratedFixture<IInstallationStore>(new RedisInstallationFixture(server), ProtectedStore.Around);

public sealed class ProtectedRedisStateFixture(RedisServer server) : DecoratedFixture<IOAuthStateStore>(new RedisStateFixture(server), ProtectedStore.Around);

public sealed class ProtectedRedisInstallationStoreConformanceTests(ProtectedRedisInstallationFixture fixture) : InstallationStoreConformanceTests<ProtectedRedisInstallationFixture>(fixture);

public sealed class ProtectedRedisInstallationListingConformanceTests(ProtectedRedisInstallationFixture fixture) : InstallationListingConformanceTests<ProtectedRedisInstallationFixture>(fixture);

public sealed class ProtectedRedisAppListingConformanceTests(ProtectedRedisInstallationFixture fixture) : AppListingConformanceTests<ProtectedRedisInstallationFixture>(fixture);

public sealed class ProtectedRedisInstallationHistoryConformanceTests(ProtectedRedisInstallationFixture fixture) : InstallationHistoryConformanceTests<ProtectedRedisInstallationFixture>(fixture);

public sealed class ProtectedRedisStateStoreConformanceTests(ProtectedRedisStateFixture fixture) : StateStoreConformanceTests<ProtectedRedisStateFixture>(fixture);

public sealed class ProtectedRedisRotationLeaseConformanceTests(ProtectedRedisInstallationFixture fixture) : RotationLeaseConformanceTests<ProtectedRedisInstallationFixture>(fixture);

/// <summary>In the files of a Redis that keeps both kinds, as it writes them: the snapshot and the append-only log.</summary>
public sealed class SecretsAtRestTests : TestBackends.SecretsAtRestTests
{
    private readonly RedisServer _server;
    private readonly OwnServer _own;

    public SecretsAtRestTests(RedisServer server)
        : this(server, new OwnServer())
    {
    }

    private SecretsAtRestTests(RedisServer server, OwnServer own)
        : base(new Installations(own), new States(own)) => (_server, _own) = (server, own);

    public override async ValueTask InitializeAsync()
    {
        // Compressed, a snapshot would hide what is in it from the search.
        _own.Container = await _server.StartOwnAsync("--appendonly", "yes", "--rdbcompression", "no");
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _own.DisposeAsync();
    }

    protected override async ValueTask<IReadOnlyList<byte[]>> ReadAsync(StoreScope scope)
    {
        await _own.Container!.ExecuteAsync("redis-cli", "SAVE");
        var folder = (await _own.Container.ExecuteAsync("redis-cli", "--raw", "CONFIG", "GET", "dir")).Split('\n')[1];
        var files = (await _own.Container.ExecuteAsync("find", folder, "-maxdepth", "2", "-name", "dump.rdb", "-o", "-maxdepth", "2", "-name", "appendonly.aof.*"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(files, file => file.EndsWith("dump.rdb", StringComparison.Ordinal));
        Assert.Contains(files, file => file.EndsWith(".incr.aof", StringComparison.Ordinal));
        var bytes = new List<byte[]>();
        foreach (var file in files)
        {
            bytes.Add(Convert.FromBase64String(await _own.Container.ExecuteAsync("base64", "-w0", file)));
        }

        return bytes;
    }

    protected override async ValueTask SettleAsync(StoreScope scope)
    {
        await _own.Container!.ExecuteAsync("redis-cli", "BGREWRITEAOF");
        string persistence;
        do
        {
            Assert.False(TestContext.Current.CancellationToken.IsCancellationRequested);
            persistence = await _own.Container.ExecuteAsync("redis-cli", "INFO", "persistence");
        }
        while (persistence.Contains("aof_rewrite_in_progress:1", StringComparison.Ordinal) || persistence.Contains("aof_rewrite_scheduled:1", StringComparison.Ordinal));
    }

    private sealed class OwnServer : IAsyncDisposable
    {
        internal OwnServer() => Scopes = new RedisScopes(() => new(Container!.ConnectionString), isProxied: false);

        internal EngineContainer? Container { get; set; }

        internal RedisScopes Scopes { get; }

        public async ValueTask DisposeAsync()
        {
            await Scopes.DisposeAsync();
            if (Container is not null)
            {
                await Container.DisposeAsync();
            }
        }
    }

    private sealed class Installations(OwnServer own) : StoreFixture<IInstallationStore>
    {
        public override async ValueTask<IInstallationStore> CreateAsync(StoreScope scope)
        {
            var (connection, options) = await own.Scopes.ConnectAsync(scope);
            return new RedisInstallationStore(scope.Options, connection, options, scope.Time);
        }
    }

    private sealed class States(OwnServer own) : StoreFixture<IOAuthStateStore>
    {
        public override async ValueTask<IOAuthStateStore> CreateAsync(StoreScope scope)
        {
            var (connection, options) = await own.Scopes.ConnectAsync(scope);
            return new RedisOAuthStateStore(scope.Options, connection, options, scope.Time);
        }
    }
}
