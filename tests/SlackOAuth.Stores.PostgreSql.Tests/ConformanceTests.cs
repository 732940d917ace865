using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.PostgreSql.Tests;

public sealed class PostgreSqlInstallationFixture(PostgreSqlServer server) : StoreFixture<IInstallationStore>
{
    private readonly PostgreSqlTables _tables = new(server);

    internal ValueTask<IReadOnlyList<byte[]>> CopyAsync(StoreScope scope) => _tables.CopyAsync(scope.Name);

    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Listing | StoreCapabilities.History | StoreCapabilities.RotationLeases | StoreCapabilities.Preparation | StoreCapabilities.Dump | StoreCapabilities.Failure
        | StoreCapabilities.RoundTrips | StoreCapabilities.UnknownFields;

    public override async ValueTask<IInstallationStore> CreateAsync(StoreScope scope) => new PostgreSqlInstallationStore(scope.Options, await _tables.OptionsAsync(scope.Name), scope.Time);

    public override ValueTask<string> DumpAsync(StoreScope scope) => _tables.DumpAsync(scope.Name);

    public override ValueTask BreakAsync(StoreScope scope)
    {
        _tables.Proxy(scope.Name).Break();
        return ValueTask.CompletedTask;
    }

    public override ValueTask RepairAsync(StoreScope scope)
    {
        _tables.Proxy(scope.Name).Repair();
        return ValueTask.CompletedTask;
    }

    public override ValueTask<long> CountRoundTripsAsync(StoreScope scope) => new(_tables.Proxy(scope.Name).RoundTrips);

    public override ValueTask AddUnknownFieldsAsync(StoreScope scope) => _tables.AddUnknownFieldsAsync(scope.Name);

    public override ValueTask StopAsync() => _tables.DisposeAsync();
}

public sealed class PostgreSqlStateFixture(PostgreSqlServer server) : StoreFixture<IOAuthStateStore>
{
    private readonly PostgreSqlTables _tables = new(server);

    internal ValueTask<IReadOnlyList<byte[]>> CopyAsync(StoreScope scope) => _tables.CopyAsync(scope.Name);

    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Preparation | StoreCapabilities.Purging | StoreCapabilities.Dump | StoreCapabilities.StateCount | StoreCapabilities.Failure
        | StoreCapabilities.RoundTrips | StoreCapabilities.UnknownFields;

    public override async ValueTask<IOAuthStateStore> CreateAsync(StoreScope scope) => new PostgreSqlOAuthStateStore(scope.Options, await _tables.OptionsAsync(scope.Name), scope.Time);

    public override ValueTask<string> DumpAsync(StoreScope scope) => _tables.DumpAsync(scope.Name);

    public override ValueTask<long> CountStatesAsync(StoreScope scope) => _tables.CountStatesAsync(scope.Name);

    public override ValueTask BreakAsync(StoreScope scope)
    {
        _tables.Proxy(scope.Name).Break();
        return ValueTask.CompletedTask;
    }

    public override ValueTask RepairAsync(StoreScope scope)
    {
        _tables.Proxy(scope.Name).Repair();
        return ValueTask.CompletedTask;
    }

    public override ValueTask<long> CountRoundTripsAsync(StoreScope scope) => new(_tables.Proxy(scope.Name).RoundTrips);

    public override ValueTask AddUnknownFieldsAsync(StoreScope scope) => _tables.AddUnknownFieldsAsync(scope.Name);

    public override ValueTask StopAsync() => _tables.DisposeAsync();
}

public sealed class PostgreSqlInstallationStoreConformanceTests(PostgreSqlInstallationFixture fixture) : InstallationStoreConformanceTests<PostgreSqlInstallationFixture>(fixture);

public sealed class PostgreSqlStateStoreConformanceTests(PostgreSqlStateFixture fixture) : StateStoreConformanceTests<PostgreSqlStateFixture>(fixture);

public sealed class PostgreSqlInstallationListingConformanceTests(PostgreSqlInstallationFixture fixture) : InstallationListingConformanceTests<PostgreSqlInstallationFixture>(fixture);

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
