using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.SqlServer.Tests;

public sealed class SqlServerInstallationFixture(SqlServerServer server) : EngineFixture<IInstallationStore, SqlServerTables>(new SqlServerTables(server))
{
    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Listing | StoreCapabilities.AppListing | StoreCapabilities.History | StoreCapabilities.HistoryTrimming | StoreCapabilities.RotationLeases | StoreCapabilities.Preparation | StoreCapabilities.Dump | StoreCapabilities.Failure | StoreCapabilities.Pause | StoreCapabilities.LostAnswers
        | StoreCapabilities.RoundTrips | StoreCapabilities.UnknownFields | StoreCapabilities.Damage | StoreCapabilities.PreparationScript;

    public override async ValueTask<IInstallationStore> CreateAsync(StoreScope scope) => new SqlServerInstallationStore(scope.Options, await Scopes.OptionsAsync(scope.Name), scope.Time);

    public override async ValueTask<IInstallationStore> CreateUnpreparedAsync(StoreScope scope)
    {
        var options = await Scopes.OptionsAsync(scope.Name);
        options.PrepareOnFirstUse = false;
        return new SqlServerInstallationStore(scope.Options, options, scope.Time);
    }

    // One batch, as the README says.
    public override async ValueTask RunScriptAsync(StoreScope scope, string script) => await Scopes.RunAsync(script);
}

public sealed class SqlServerStateFixture(SqlServerServer server) : EngineFixture<IOAuthStateStore, SqlServerTables>(new SqlServerTables(server))
{
    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Preparation | StoreCapabilities.Purging | StoreCapabilities.Dump | StoreCapabilities.StateCount | StoreCapabilities.Failure | StoreCapabilities.Pause | StoreCapabilities.LostAnswers
        | StoreCapabilities.RoundTrips | StoreCapabilities.UnknownFields | StoreCapabilities.PreparationScript;

    public override async ValueTask<IOAuthStateStore> CreateAsync(StoreScope scope) => new SqlServerOAuthStateStore(scope.Options, await Scopes.OptionsAsync(scope.Name), scope.Time);

    public override async ValueTask<IOAuthStateStore> CreateUnpreparedAsync(StoreScope scope)
    {
        var options = await Scopes.OptionsAsync(scope.Name);
        options.PrepareOnFirstUse = false;
        return new SqlServerOAuthStateStore(scope.Options, options, scope.Time);
    }

    // One batch, as the README says.
    public override async ValueTask RunScriptAsync(StoreScope scope, string script) => await Scopes.RunAsync(script);
}

public sealed class SqlServerInstallationStoreConformanceTests(SqlServerInstallationFixture fixture) : InstallationStoreConformanceTests<SqlServerInstallationFixture>(fixture);

public sealed class SqlServerStateStoreConformanceTests(SqlServerStateFixture fixture) : StateStoreConformanceTests<SqlServerStateFixture>(fixture);

public sealed class SqlServerInstallationListingConformanceTests(SqlServerInstallationFixture fixture) : InstallationListingConformanceTests<SqlServerInstallationFixture>(fixture);

public sealed class SqlServerAppListingConformanceTests(SqlServerInstallationFixture fixture) : AppListingConformanceTests<SqlServerInstallationFixture>(fixture);

public sealed class SqlServerInstallationHistoryConformanceTests(SqlServerInstallationFixture fixture) : InstallationHistoryConformanceTests<SqlServerInstallationFixture>(fixture);

public sealed class SqlServerRotationLeaseConformanceTests(SqlServerInstallationFixture fixture) : RotationLeaseConformanceTests<SqlServerInstallationFixture>(fixture);

public sealed class SqlServerInstallationPreparationConformanceTests(SqlServerInstallationFixture fixture) : StorePreparationConformanceTests<IInstallationStore, SqlServerInstallationFixture>(fixture);

public sealed class SqlServerStatePreparationConformanceTests(SqlServerStateFixture fixture) : StorePreparationConformanceTests<IOAuthStateStore, SqlServerStateFixture>(fixture);

public sealed class SqlServerExpiredStatePurgingConformanceTests(SqlServerStateFixture fixture) : ExpiredStatePurgingConformanceTests<SqlServerStateFixture>(fixture);

public sealed class SqlServerRegistrationConformanceTests(SqlServerServer server) : RegistrationConformanceTests, IAsyncLifetime
{
    private readonly SqlServerTables _tables = new(server);
    private SqlServerStoreOptions _options = null!;

    protected override IReadOnlyList<(string Named, Action<SlackOAuthStoresBuilder> Use)> WrongOptions =>
    [
        (nameof(SqlServerStoreOptions.ConnectionString), builder => builder.UseSqlServer()),
        (nameof(SqlServerStoreOptions.ConnectionString), builder => builder.UseSqlServer(options => options.ConnectionString = "Database=app")),
        (nameof(SqlServerStoreOptions.ConnectionString), builder => builder.UseSqlServer(options => options.ConnectionString = "Server=db;Nonsense=1")),
        (nameof(SqlServerStoreOptions.Schema), builder => builder.UseSqlServer(options => (options.ConnectionString, options.Schema) = ("Server=db", "a.b"))),
        (nameof(SqlServerStoreOptions.TablePrefix), builder => builder.UseSqlServer(options => (options.ConnectionString, options.TablePrefix) = ("Server=db", "x; DROP TABLE y"))),
    ];

    public async ValueTask InitializeAsync() => _options = await _tables.OptionsAsync(Scope.Name);

    public ValueTask DisposeAsync() => _tables.DisposeAsync();

    protected override void Use(SlackOAuthStoresBuilder builder, StoreContracts contracts) =>
        builder.UseSqlServer(options => (options.ConnectionString, options.TablePrefix) = (_options.ConnectionString, _options.TablePrefix), contracts);

    protected override IServiceProvider Build(IServiceCollection services) => services.BuildServiceProvider();
}

public sealed class SqlServerConformanceCoverageTests : ConformanceCoverageTests;
