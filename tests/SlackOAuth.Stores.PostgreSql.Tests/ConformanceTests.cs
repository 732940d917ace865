using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.PostgreSql.Tests;

public sealed class PostgreSqlInstallationFixture(PostgreSqlServer server) : EngineFixture<IInstallationStore, PostgreSqlTables>(new PostgreSqlTables(server))
{
    internal ValueTask<IReadOnlyList<byte[]>> CopyAsync(StoreScope scope) => Scopes.CopyAsync(scope.Name);

    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Listing | StoreCapabilities.AppListing | StoreCapabilities.History | StoreCapabilities.HistoryTrimming | StoreCapabilities.RotationLeases | StoreCapabilities.Preparation | StoreCapabilities.Dump | StoreCapabilities.Failure | StoreCapabilities.Pause | StoreCapabilities.LostAnswers
        | StoreCapabilities.RoundTrips | StoreCapabilities.UnknownFields | StoreCapabilities.Damage | StoreCapabilities.PreparationScript;

    public override async ValueTask<IInstallationStore> CreateAsync(StoreScope scope) => new PostgreSqlInstallationStore(scope.Options, await Scopes.OptionsAsync(scope.Name), scope.Time);

    public override async ValueTask<IInstallationStore> CreateUnpreparedAsync(StoreScope scope)
    {
        var options = await Scopes.OptionsAsync(scope.Name);
        options.PrepareOnFirstUse = false;
        return new PostgreSqlInstallationStore(scope.Options, options, scope.Time);
    }

    public override async ValueTask RunScriptAsync(StoreScope scope, string script) => await Scopes.RunAsync(script);
}

public sealed class PostgreSqlStateFixture(PostgreSqlServer server) : EngineFixture<IOAuthStateStore, PostgreSqlTables>(new PostgreSqlTables(server))
{
    internal ValueTask<IReadOnlyList<byte[]>> CopyAsync(StoreScope scope) => Scopes.CopyAsync(scope.Name);

    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Preparation | StoreCapabilities.Purging | StoreCapabilities.Dump | StoreCapabilities.StateCount | StoreCapabilities.Failure | StoreCapabilities.Pause | StoreCapabilities.LostAnswers
        | StoreCapabilities.RoundTrips | StoreCapabilities.UnknownFields | StoreCapabilities.PreparationScript;

    public override async ValueTask<IOAuthStateStore> CreateAsync(StoreScope scope) => new PostgreSqlOAuthStateStore(scope.Options, await Scopes.OptionsAsync(scope.Name), scope.Time);

    public override async ValueTask<IOAuthStateStore> CreateUnpreparedAsync(StoreScope scope)
    {
        var options = await Scopes.OptionsAsync(scope.Name);
        options.PrepareOnFirstUse = false;
        return new PostgreSqlOAuthStateStore(scope.Options, options, scope.Time);
    }

    public override async ValueTask RunScriptAsync(StoreScope scope, string script) => await Scopes.RunAsync(script);
}

public sealed class PostgreSqlInstallationStoreConformanceTests(PostgreSqlInstallationFixture fixture) : InstallationStoreConformanceTests<PostgreSqlInstallationFixture>(fixture);

public sealed class PostgreSqlStateStoreConformanceTests(PostgreSqlStateFixture fixture) : StateStoreConformanceTests<PostgreSqlStateFixture>(fixture);

public sealed class PostgreSqlInstallationListingConformanceTests(PostgreSqlInstallationFixture fixture) : InstallationListingConformanceTests<PostgreSqlInstallationFixture>(fixture);

public sealed class PostgreSqlAppListingConformanceTests(PostgreSqlInstallationFixture fixture) : AppListingConformanceTests<PostgreSqlInstallationFixture>(fixture);

public sealed class PostgreSqlInstallationHistoryConformanceTests(PostgreSqlInstallationFixture fixture) : InstallationHistoryConformanceTests<PostgreSqlInstallationFixture>(fixture);

public sealed class PostgreSqlRotationLeaseConformanceTests(PostgreSqlInstallationFixture fixture) : RotationLeaseConformanceTests<PostgreSqlInstallationFixture>(fixture);

public sealed class PostgreSqlInstallationPreparationConformanceTests(PostgreSqlInstallationFixture fixture) : StorePreparationConformanceTests<IInstallationStore, PostgreSqlInstallationFixture>(fixture);

public sealed class PostgreSqlStatePreparationConformanceTests(PostgreSqlStateFixture fixture) : StorePreparationConformanceTests<IOAuthStateStore, PostgreSqlStateFixture>(fixture);

public sealed class PostgreSqlExpiredStatePurgingConformanceTests(PostgreSqlStateFixture fixture) : ExpiredStatePurgingConformanceTests<PostgreSqlStateFixture>(fixture);

public sealed class PostgreSqlRegistrationConformanceTests(PostgreSqlServer server) : RegistrationConformanceTests, IAsyncLifetime
{
    private readonly PostgreSqlTables _tables = new(server);
    private PostgreSqlStoreOptions _options = null!;

    protected override IReadOnlyList<(string Named, Action<SlackOAuthStoresBuilder> Use)> WrongOptions =>
    [
        (nameof(PostgreSqlStoreOptions.ConnectionString), builder => builder.UsePostgreSql()),
        (nameof(PostgreSqlStoreOptions.ConnectionString), builder => builder.UsePostgreSql(options => options.ConnectionString = "Username=app")),
        (nameof(PostgreSqlStoreOptions.ConnectionString), builder => builder.UsePostgreSql(options => options.ConnectionString = "Host=db;Nonsense=1")),
        (nameof(PostgreSqlStoreOptions.Schema), builder => builder.UsePostgreSql(options => (options.ConnectionString, options.Schema) = ("Host=db", "a.b"))),
        (nameof(PostgreSqlStoreOptions.TablePrefix), builder => builder.UsePostgreSql(options => (options.ConnectionString, options.TablePrefix) = ("Host=db", "x; DROP TABLE y"))),
    ];

    public async ValueTask InitializeAsync() => _options = await _tables.OptionsAsync(Scope.Name);

    public ValueTask DisposeAsync() => _tables.DisposeAsync();

    protected override void Use(SlackOAuthStoresBuilder builder, StoreContracts contracts) =>
        builder.UsePostgreSql(options => (options.ConnectionString, options.TablePrefix) = (_options.ConnectionString, _options.TablePrefix), contracts);

    protected override IServiceProvider Build(IServiceCollection services) => services.BuildServiceProvider();
}

public sealed class PostgreSqlConformanceCoverageTests : ConformanceCoverageTests;
