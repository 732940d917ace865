using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;
using StackExchange.Redis;

namespace SlackOAuth.Stores.Redis.Tests;

public sealed class RedisInstallationFixture(RedisServer server) : EngineFixture<IInstallationStore, RedisScopes>(new RedisScopes(server.GetConnectionStringAsync, isProxied: true))
{
    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Listing | StoreCapabilities.AppListing | StoreCapabilities.History | StoreCapabilities.HistoryTrimming | StoreCapabilities.RotationLeases | StoreCapabilities.Dump | StoreCapabilities.Failure | StoreCapabilities.Pause | StoreCapabilities.LostAnswers | StoreCapabilities.RoundTrips
        | StoreCapabilities.UnknownFields | StoreCapabilities.Damage;

    public override async ValueTask<IInstallationStore> CreateAsync(StoreScope scope)
    {
        var (connection, options) = await Scopes.ConnectAsync(scope);
        return new RedisInstallationStore(scope.Options, connection, options, scope.Time);
    }
}

public sealed class RedisStateFixture(RedisServer server) : EngineFixture<IOAuthStateStore, RedisScopes>(new RedisScopes(server.GetConnectionStringAsync, isProxied: true))
{
    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Dump | StoreCapabilities.StateCount | StoreCapabilities.Failure | StoreCapabilities.Pause | StoreCapabilities.LostAnswers | StoreCapabilities.RoundTrips | StoreCapabilities.UnknownFields;

    public override async ValueTask<IOAuthStateStore> CreateAsync(StoreScope scope)
    {
        var (connection, options) = await Scopes.ConnectAsync(scope);
        return new RedisOAuthStateStore(scope.Options, connection, options, scope.Time);
    }
}

/// <summary>The stores over a cluster: a call whose keys lie in more than one slot is refused there.</summary>
public sealed class RedisClusterInstallationFixture(RedisCluster cluster) : EngineFixture<IInstallationStore, RedisScopes>(new RedisScopes(cluster.GetConnectionStringAsync, isProxied: false))
{
    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Listing | StoreCapabilities.AppListing | StoreCapabilities.History | StoreCapabilities.HistoryTrimming | StoreCapabilities.RotationLeases | StoreCapabilities.Dump | StoreCapabilities.UnknownFields | StoreCapabilities.Damage;

    public override async ValueTask<IInstallationStore> CreateAsync(StoreScope scope)
    {
        var (connection, options) = await Scopes.ConnectAsync(scope);
        return new RedisInstallationStore(scope.Options, connection, options, scope.Time);
    }
}

/// <inheritdoc cref="RedisClusterInstallationFixture" />
public sealed class RedisClusterStateFixture(RedisCluster cluster) : EngineFixture<IOAuthStateStore, RedisScopes>(new RedisScopes(cluster.GetConnectionStringAsync, isProxied: false))
{
    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Dump | StoreCapabilities.StateCount | StoreCapabilities.UnknownFields;

    public override async ValueTask<IOAuthStateStore> CreateAsync(StoreScope scope)
    {
        var (connection, options) = await Scopes.ConnectAsync(scope);
        return new RedisOAuthStateStore(scope.Options, connection, options, scope.Time);
    }
}

public sealed class RedisInstallationStoreConformanceTests(RedisInstallationFixture fixture) : InstallationStoreConformanceTests<RedisInstallationFixture>(fixture);

public sealed class RedisInstallationListingConformanceTests(RedisInstallationFixture fixture) : InstallationListingConformanceTests<RedisInstallationFixture>(fixture);

public sealed class RedisAppListingConformanceTests(RedisInstallationFixture fixture) : AppListingConformanceTests<RedisInstallationFixture>(fixture);

public sealed class RedisInstallationHistoryConformanceTests(RedisInstallationFixture fixture) : InstallationHistoryConformanceTests<RedisInstallationFixture>(fixture);

public sealed class RedisRotationLeaseConformanceTests(RedisInstallationFixture fixture) : RotationLeaseConformanceTests<RedisInstallationFixture>(fixture);

public sealed class RedisStateStoreConformanceTests(RedisStateFixture fixture) : StateStoreConformanceTests<RedisStateFixture>(fixture);

public sealed class RedisClusterInstallationStoreConformanceTests(RedisClusterInstallationFixture fixture) : InstallationStoreConformanceTests<RedisClusterInstallationFixture>(fixture);

public sealed class RedisClusterInstallationListingConformanceTests(RedisClusterInstallationFixture fixture) : InstallationListingConformanceTests<RedisClusterInstallationFixture>(fixture);

public sealed class RedisClusterAppListingConformanceTests(RedisClusterInstallationFixture fixture) : AppListingConformanceTests<RedisClusterInstallationFixture>(fixture);

public sealed class RedisClusterInstallationHistoryConformanceTests(RedisClusterInstallationFixture fixture) : InstallationHistoryConformanceTests<RedisClusterInstallationFixture>(fixture);

public sealed class RedisClusterRotationLeaseConformanceTests(RedisClusterInstallationFixture fixture) : RotationLeaseConformanceTests<RedisClusterInstallationFixture>(fixture);

public sealed class RedisClusterStateStoreConformanceTests(RedisClusterStateFixture fixture) : StateStoreConformanceTests<RedisClusterStateFixture>(fixture);

/// <summary>By a connection string: the stores have a connection of their own.</summary>
public sealed class RedisRegistrationConformanceTests(RedisServer server) : RegistrationConformanceTests, IAsyncLifetime
{
    private readonly string _prefix = new StoreScope().Name;
    private string _connectionString = "";

    protected override IReadOnlyList<(string Named, Action<SlackOAuthStoresBuilder> Use)> WrongOptions =>
    [
        (nameof(RedisStoreOptions.ConnectionString), builder => builder.UseRedis(_ => { })),
        (nameof(RedisStoreOptions.ConnectionString), builder => builder.UseRedis(options => options.ConnectionString = " ")),
        (nameof(RedisStoreOptions.ConnectionString), builder => builder.UseRedis(options => options.ConnectionString = "ssl=true")),
        (nameof(RedisStoreOptions.ConnectionString), builder => builder.UseRedis(options => options.ConnectionString = "localhost,ssl=perhaps")),
        (nameof(RedisStoreOptions.KeyPrefix), builder => Use(builder, options => options.KeyPrefix = "")),
        (nameof(RedisStoreOptions.KeyPrefix), builder => Use(builder, options => options.KeyPrefix = "{app}")),
        (nameof(RedisStoreOptions.KeyPrefix), builder => Use(builder, options => options.KeyPrefix = "app*")),
        (nameof(RedisStoreOptions.KeyPrefix), builder => Use(builder, options => options.KeyPrefix = new string('a', 65))),
    ];

    public async ValueTask InitializeAsync() => _connectionString = await server.GetConnectionStringAsync();

    public async ValueTask DisposeAsync()
    {
        if (_connectionString.Length > 0)
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(_connectionString);
            await RedisServer.DeleteAsync(connection, key => key.StartsWith(_prefix, StringComparison.Ordinal));
        }
    }

    protected override void Use(SlackOAuthStoresBuilder builder, StoreContracts contracts) => Use(builder, options => options.KeyPrefix = _prefix, contracts);

    protected override IServiceProvider Build(IServiceCollection services) => services.BuildServiceProvider();

    private void Use(SlackOAuthStoresBuilder builder, Action<RedisStoreOptions> configure, StoreContracts contracts = StoreContracts.All) =>
        builder.UseRedis(
            options =>
            {
                options.ConnectionString = _connectionString;
                configure(options);
            },
            contracts);
}

/// <summary>By the app's own connection.</summary>
public sealed class RedisClientRegistrationConformanceTests(RedisServer server) : RegistrationConformanceTests, IAsyncLifetime
{
    private readonly string _prefix = new StoreScope().Name;
    private ConnectionMultiplexer _connection = null!;

    protected override IReadOnlyList<(string Named, Action<SlackOAuthStoresBuilder> Use)> WrongOptions =>
    [
        (nameof(RedisStoreOptions.KeyPrefix), builder =>
        {
            builder.UseRedis(_connection);
            builder.Services.Configure<RedisStoreOptions>(options => options.KeyPrefix = "a b");
        }),
    ];

    [Fact]
    public async Task The_apps_connection_is_not_disposed()
    {
        foreach (var contracts in new[] { StoreContracts.Installations, StoreContracts.States })
        {
            var services = new ServiceCollection();
            Use(services.AddSlackOAuthStores(options => options.ClientId = "1.1"), contracts);
            await using (var provider = services.BuildServiceProvider())
            {
                _ = contracts == StoreContracts.States ? (object)provider.GetRequiredService<IOAuthStateStore>() : provider.GetRequiredService<IInstallationStore>();
            }

            await _connection.GetDatabase().PingAsync();
        }
    }

    public async ValueTask InitializeAsync() => _connection = await ConnectionMultiplexer.ConnectAsync(await server.GetConnectionStringAsync());

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await RedisServer.DeleteAsync(_connection, key => key.StartsWith(_prefix, StringComparison.Ordinal));
            await _connection.DisposeAsync();
        }
    }

    protected override void Use(SlackOAuthStoresBuilder builder, StoreContracts contracts)
    {
        builder.UseRedis(_connection, contracts);
        builder.Services.Configure<RedisStoreOptions>(options => options.KeyPrefix = _prefix);
    }

    protected override IServiceProvider Build(IServiceCollection services) => services.BuildServiceProvider();
}

public sealed class RedisConformanceCoverageTests : ConformanceCoverageTests;
