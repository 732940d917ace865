using Amazon.DynamoDBv2;
using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.DynamoDB.Tests;

/// <summary>What the fixtures of both contracts have in common.</summary>
/// <typeparam name="TStore">The contract.</typeparam>
/// <param name="server">The server.</param>
public abstract class DynamoDBFixture<TStore>(DynamoDBServer server) : StoreFixture<TStore>
    where TStore : class
{
    private readonly DynamoDBScopes _scopes = new(server);

    // DynamoDB Local takes some ten times as long for a call as other engines do.
    public override int ModelIterations => 40;

    public override async ValueTask<TStore> CreateAsync(StoreScope scope) => Create(scope, await _scopes.OpenAsync(scope));

    public override async ValueTask<TStore> CreateUnpreparedAsync(StoreScope scope) => Create(scope, await _scopes.OpenAsync(scope, prepareOnFirstUse: false));

    public override async ValueTask RunScriptAsync(StoreScope scope, string script) => await _scopes.DeployAsync(script);

    public override async ValueTask<string> DumpAsync(StoreScope scope) => await _scopes.DumpAsync(scope);

    public override async ValueTask<long> CountStatesAsync(StoreScope scope) => await _scopes.CountStatesAsync(scope);

    public override async ValueTask AddUnknownFieldsAsync(StoreScope scope) => await _scopes.AddUnknownFieldsAsync(scope);

    public override async ValueTask DamageAsync(StoreScope scope, string appId) => await _scopes.DamageAsync(scope, appId);

    public override ValueTask<long> CountRoundTripsAsync(StoreScope scope) => new(_scopes.Handler(scope).Requests);

    public override ValueTask BreakAsync(StoreScope scope) => Do(_scopes.Handler(scope).Break);

    public override ValueTask RepairAsync(StoreScope scope) => Do(_scopes.Handler(scope).Repair);

    public override ValueTask PauseAsync(StoreScope scope) => Do(_scopes.Handler(scope).Pause);

    public override ValueTask ResumeAsync(StoreScope scope) => Do(_scopes.Handler(scope).Resume);

    public override ValueTask LoseAnswerAsync(StoreScope scope) => Do(_scopes.Handler(scope).LoseNextAnswer);

    public override ValueTask StopAsync() => _scopes.DisposeAsync();

    private protected abstract TStore Create(StoreScope scope, DynamoDBTable table);

    private static ValueTask Do(Action act)
    {
        act();
        return ValueTask.CompletedTask;
    }
}

public sealed class DynamoDBInstallationFixture(DynamoDBServer server) : DynamoDBFixture<IInstallationStore>(server)
{
    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Listing | StoreCapabilities.AppListing | StoreCapabilities.History | StoreCapabilities.HistoryTrimming | StoreCapabilities.Preparation | StoreCapabilities.Dump | StoreCapabilities.Failure
        | StoreCapabilities.Pause | StoreCapabilities.LostAnswers | StoreCapabilities.RoundTrips | StoreCapabilities.UnknownFields | StoreCapabilities.Damage | StoreCapabilities.RotationLeases | StoreCapabilities.PreparationScript;

    private protected override IInstallationStore Create(StoreScope scope, DynamoDBTable table) => new DynamoDBInstallationStore(scope.Options, table, scope.Time);
}

public sealed class DynamoDBStateFixture(DynamoDBServer server) : DynamoDBFixture<IOAuthStateStore>(server)
{
    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Preparation | StoreCapabilities.Dump | StoreCapabilities.StateCount | StoreCapabilities.Failure | StoreCapabilities.Pause | StoreCapabilities.LostAnswers | StoreCapabilities.RoundTrips
        | StoreCapabilities.UnknownFields | StoreCapabilities.PreparationScript;

    private protected override IOAuthStateStore Create(StoreScope scope, DynamoDBTable table) => new DynamoDBOAuthStateStore(scope.Options, table, scope.Time);
}

public sealed class DynamoDBInstallationStoreConformanceTests(DynamoDBInstallationFixture fixture) : InstallationStoreConformanceTests<DynamoDBInstallationFixture>(fixture);

public sealed class DynamoDBInstallationListingConformanceTests(DynamoDBInstallationFixture fixture) : InstallationListingConformanceTests<DynamoDBInstallationFixture>(fixture);

public sealed class DynamoDBAppListingConformanceTests(DynamoDBInstallationFixture fixture) : AppListingConformanceTests<DynamoDBInstallationFixture>(fixture);

public sealed class DynamoDBInstallationHistoryConformanceTests(DynamoDBInstallationFixture fixture) : InstallationHistoryConformanceTests<DynamoDBInstallationFixture>(fixture);

public sealed class DynamoDBRotationLeaseConformanceTests(DynamoDBInstallationFixture fixture) : RotationLeaseConformanceTests<DynamoDBInstallationFixture>(fixture);

public sealed class DynamoDBInstallationPreparationConformanceTests(DynamoDBInstallationFixture fixture) : StorePreparationConformanceTests<IInstallationStore, DynamoDBInstallationFixture>(fixture);

public sealed class DynamoDBStateStoreConformanceTests(DynamoDBStateFixture fixture) : StateStoreConformanceTests<DynamoDBStateFixture>(fixture);

public sealed class DynamoDBStatePreparationConformanceTests(DynamoDBStateFixture fixture) : StorePreparationConformanceTests<IOAuthStateStore, DynamoDBStateFixture>(fixture);

/// <summary>By the options: the stores have a client of their own.</summary>
public sealed class DynamoDBRegistrationConformanceTests(DynamoDBServer server) : RegistrationConformanceTests, IAsyncLifetime
{
    private string _url = "";

    protected override IReadOnlyList<(string Named, Action<SlackOAuthStoresBuilder> Use)> WrongOptions =>
    [
        (nameof(DynamoDBStoreOptions.TableName), builder => builder.UseDynamoDB(options => options.TableName = "")),
        (nameof(DynamoDBStoreOptions.TableName), builder => builder.UseDynamoDB(options => options.TableName = "ab")),
        (nameof(DynamoDBStoreOptions.TableName), builder => builder.UseDynamoDB(options => options.TableName = "slack/oauth")),
        (nameof(DynamoDBStoreOptions.TableName), builder => builder.UseDynamoDB(options => options.TableName = new string('a', 256))),
        (nameof(DynamoDBStoreOptions.Region), builder => builder.UseDynamoDB(options => options.Region = " ")),
        (nameof(DynamoDBStoreOptions.ServiceUrl), builder => builder.UseDynamoDB(options => options.ServiceUrl = "localhost:8000")),
        (nameof(DynamoDBStoreOptions.ServiceUrl), builder => builder.UseDynamoDB(options => options.ServiceUrl = "ftp://localhost")),
        (nameof(DynamoDBStoreOptions.RequestTimeout), builder => builder.UseDynamoDB(options => options.RequestTimeout = TimeSpan.Zero)),
    ];

    public async ValueTask InitializeAsync()
    {
        // Where the AWS SDK looks first. DynamoDB Local takes any.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "local");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "local");
        _url = await server.GetConnectionStringAsync();
    }

    public async ValueTask DisposeAsync()
    {
        using var client = DynamoDBServer.Connect(_url);
        await DynamoDBScopes.DeleteTableAsync(client, Scope.Name);
    }

    protected override void Use(SlackOAuthStoresBuilder builder, StoreContracts contracts) =>
        builder.UseDynamoDB(options => (options.ServiceUrl, options.Region, options.TableName) = (_url, "us-east-1", Scope.Name), contracts);

    protected override IServiceProvider Build(IServiceCollection services) => services.BuildServiceProvider();
}

/// <summary>By the app's own client.</summary>
public sealed class DynamoDBClientRegistrationConformanceTests(DynamoDBServer server) : RegistrationConformanceTests, IAsyncLifetime
{
    private AmazonDynamoDBClient _client = null!;

    protected override IReadOnlyList<(string Named, Action<SlackOAuthStoresBuilder> Use)> WrongOptions =>
    [
        (nameof(DynamoDBStoreOptions.TableName), builder =>
        {
            builder.UseDynamoDB(_client);
            builder.Services.Configure<DynamoDBStoreOptions>(options => options.TableName = "a b c");
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

            await _client.ListTablesAsync(TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask InitializeAsync() => _client = DynamoDBServer.Connect(await server.GetConnectionStringAsync());

    public async ValueTask DisposeAsync()
    {
        await DynamoDBScopes.DeleteTableAsync(_client, Scope.Name);
        _client.Dispose();
    }

    protected override void Use(SlackOAuthStoresBuilder builder, StoreContracts contracts)
    {
        builder.UseDynamoDB(_client, contracts);
        builder.Services.Configure<DynamoDBStoreOptions>(options => options.TableName = Scope.Name);
    }

    protected override IServiceProvider Build(IServiceCollection services) => services.BuildServiceProvider();
}

public sealed class DynamoDBConformanceCoverageTests : ConformanceCoverageTests;
