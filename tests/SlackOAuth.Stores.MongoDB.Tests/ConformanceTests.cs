using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.MongoDB.Tests;

public sealed class MongoDBInstallationFixture(MongoDBServer server) : EngineFixture<IInstallationStore, MongoDBDatabases>(new MongoDBDatabases(server))
{
    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Listing | StoreCapabilities.AppListing | StoreCapabilities.History | StoreCapabilities.HistoryTrimming | StoreCapabilities.Preparation | StoreCapabilities.RotationLeases | StoreCapabilities.Dump
        | StoreCapabilities.Failure | StoreCapabilities.Pause | StoreCapabilities.LostAnswers | StoreCapabilities.RoundTrips | StoreCapabilities.UnknownFields | StoreCapabilities.Damage;

    public override async ValueTask<IInstallationStore> CreateAsync(StoreScope scope)
    {
        var (client, options) = await Scopes.ConnectAsync(scope.Name);
        return new MongoDBInstallationStore(scope.Options, client, options, scope.Time);
    }

    // By the driver's own events: its monitors speak to the server too.
    public override ValueTask<long> CountRoundTripsAsync(StoreScope scope) => new(Scopes.Commands(scope.Name).Count);

    internal async ValueTask<IReadOnlyList<byte[]>> CopyAsync(StoreScope scope) => await Scopes.CopyAsync(scope.Name);
}

public sealed class MongoDBStateFixture(MongoDBServer server) : EngineFixture<IOAuthStateStore, MongoDBDatabases>(new MongoDBDatabases(server))
{
    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Preparation | StoreCapabilities.Purging | StoreCapabilities.Dump | StoreCapabilities.StateCount | StoreCapabilities.Failure | StoreCapabilities.Pause | StoreCapabilities.LostAnswers
        | StoreCapabilities.RoundTrips | StoreCapabilities.UnknownFields;

    public override async ValueTask<IOAuthStateStore> CreateAsync(StoreScope scope)
    {
        var (client, options) = await Scopes.ConnectAsync(scope.Name);
        return new MongoDBOAuthStateStore(scope.Options, client, options, scope.Time);
    }

    public override ValueTask<long> CountRoundTripsAsync(StoreScope scope) => new(Scopes.Commands(scope.Name).Count);
}

public sealed class MongoDBInstallationStoreConformanceTests(MongoDBInstallationFixture fixture) : InstallationStoreConformanceTests<MongoDBInstallationFixture>(fixture);

public sealed class MongoDBStateStoreConformanceTests(MongoDBStateFixture fixture) : StateStoreConformanceTests<MongoDBStateFixture>(fixture);

public sealed class MongoDBInstallationListingConformanceTests(MongoDBInstallationFixture fixture) : InstallationListingConformanceTests<MongoDBInstallationFixture>(fixture);

public sealed class MongoDBAppListingConformanceTests(MongoDBInstallationFixture fixture) : AppListingConformanceTests<MongoDBInstallationFixture>(fixture);

public sealed class MongoDBInstallationHistoryConformanceTests(MongoDBInstallationFixture fixture) : InstallationHistoryConformanceTests<MongoDBInstallationFixture>(fixture);

public sealed class MongoDBInstallationPreparationConformanceTests(MongoDBInstallationFixture fixture) : StorePreparationConformanceTests<IInstallationStore, MongoDBInstallationFixture>(fixture);

public sealed class MongoDBStatePreparationConformanceTests(MongoDBStateFixture fixture) : StorePreparationConformanceTests<IOAuthStateStore, MongoDBStateFixture>(fixture);

public sealed class MongoDBExpiredStatePurgingConformanceTests(MongoDBStateFixture fixture) : ExpiredStatePurgingConformanceTests<MongoDBStateFixture>(fixture);

public sealed class MongoDBRotationLeaseConformanceTests(MongoDBInstallationFixture fixture) : RotationLeaseConformanceTests<MongoDBInstallationFixture>(fixture);

/// <summary>By a connection string: the stores have a client of their own.</summary>
public sealed class MongoDBRegistrationConformanceTests(MongoDBServer server) : RegistrationConformanceTests, IAsyncLifetime
{
    private string _connectionString = "";

    protected override IReadOnlyList<(string Named, Action<SlackOAuthStoresBuilder> Use)> WrongOptions =>
    [
        (nameof(MongoDBStoreOptions.ConnectionString), builder => builder.UseMongoDB(_ => { })),
        (nameof(MongoDBStoreOptions.ConnectionString), builder => builder.UseMongoDB(options => options.ConnectionString = " ")),
        (nameof(MongoDBStoreOptions.ConnectionString), builder => builder.UseMongoDB(options => options.ConnectionString = "localhost:27017")),
        (nameof(MongoDBStoreOptions.ConnectionString), builder => builder.UseMongoDB(options => options.ConnectionString = "mongodb://localhost/?retryWrites=perhaps")),
        (nameof(MongoDBStoreOptions.DatabaseName), builder => Use(builder, options => options.DatabaseName = "")),
        (nameof(MongoDBStoreOptions.DatabaseName), builder => Use(builder, options => options.DatabaseName = "a.b")),
        (nameof(MongoDBStoreOptions.DatabaseName), builder => Use(builder, options => options.DatabaseName = new string('a', 64))),
        (nameof(MongoDBStoreOptions.CollectionPrefix), builder => Use(builder, options => options.CollectionPrefix = "")),
        (nameof(MongoDBStoreOptions.CollectionPrefix), builder => Use(builder, options => options.CollectionPrefix = "system.")),
        (nameof(MongoDBStoreOptions.CollectionPrefix), builder => Use(builder, options => options.CollectionPrefix = "$cmd")),
    ];

    public async ValueTask InitializeAsync() => _connectionString = await server.GetConnectionStringAsync();

    public async ValueTask DisposeAsync()
    {
        if (_connectionString.Length > 0)
        {
            using var client = new MongoClient(MongoDBServer.Settings(_connectionString));
            await client.DropDatabaseAsync(Scope.Name);
        }
    }

    protected override void Use(SlackOAuthStoresBuilder builder, StoreContracts contracts) => Use(builder, options => options.DatabaseName = Scope.Name, contracts);

    protected override IServiceProvider Build(IServiceCollection services) => services.BuildServiceProvider();

    private void Use(SlackOAuthStoresBuilder builder, Action<MongoDBStoreOptions> configure, StoreContracts contracts = StoreContracts.All) =>
        builder.UseMongoDB(
            options =>
            {
                options.ConnectionString = _connectionString;
                configure(options);
            },
            contracts);
}

/// <summary>By the app's own client.</summary>
public sealed class MongoDBClientRegistrationConformanceTests(MongoDBServer server) : RegistrationConformanceTests, IAsyncLifetime
{
    private MongoClient _client = null!;

    protected override IReadOnlyList<(string Named, Action<SlackOAuthStoresBuilder> Use)> WrongOptions =>
    [
        (nameof(MongoDBStoreOptions.CollectionPrefix), builder =>
        {
            builder.UseMongoDB(_client);
            builder.Services.Configure<MongoDBStoreOptions>(options => options.CollectionPrefix = "a b");
        }),
    ];

    [Fact]
    public async Task The_apps_client_is_not_disposed()
    {
        foreach (var contracts in new[] { StoreContracts.Installations, StoreContracts.States })
        {
            var services = new ServiceCollection();
            Use(services.AddSlackOAuthStores(options => options.ClientId = "1.1"), contracts);
            await using (var provider = services.BuildServiceProvider())
            {
                _ = contracts == StoreContracts.States ? (object)provider.GetRequiredService<IOAuthStateStore>() : provider.GetRequiredService<IInstallationStore>();
            }

            await _client.GetDatabase(Scope.Name).RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), cancellationToken: TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask InitializeAsync() => _client = new MongoClient(MongoDBServer.Settings(await server.GetConnectionStringAsync()));

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DropDatabaseAsync(Scope.Name);
            _client.Dispose();
        }
    }

    protected override void Use(SlackOAuthStoresBuilder builder, StoreContracts contracts)
    {
        builder.UseMongoDB(_client, contracts);
        builder.Services.Configure<MongoDBStoreOptions>(options => options.DatabaseName = Scope.Name);
    }

    protected override IServiceProvider Build(IServiceCollection services) => services.BuildServiceProvider();
}

public sealed class MongoDBConformanceCoverageTests : ConformanceCoverageTests;
