using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.Sqlite.Tests;

public sealed class ProtectedSqliteInstallationFixture() : DecoratedFixture<IInstallationStore>(new SqliteInstallationFixture(), ProtectedStore.Around);

public sealed class ProtectedSqliteStateFixture() : DecoratedFixture<IOAuthStateStore>(new SqliteStateFixture(), ProtectedStore.Around);

public sealed class ProtectedSqliteInstallationStoreConformanceTests(ProtectedSqliteInstallationFixture fixture) : InstallationStoreConformanceTests<ProtectedSqliteInstallationFixture>(fixture);

public sealed class ProtectedSqliteInstallationListingConformanceTests(ProtectedSqliteInstallationFixture fixture) : InstallationListingConformanceTests<ProtectedSqliteInstallationFixture>(fixture);

public sealed class ProtectedSqliteAppListingConformanceTests(ProtectedSqliteInstallationFixture fixture) : AppListingConformanceTests<ProtectedSqliteInstallationFixture>(fixture);

public sealed class ProtectedSqliteInstallationHistoryConformanceTests(ProtectedSqliteInstallationFixture fixture) : InstallationHistoryConformanceTests<ProtectedSqliteInstallationFixture>(fixture);

public sealed class ProtectedSqliteStateStoreConformanceTests(ProtectedSqliteStateFixture fixture) : StateStoreConformanceTests<ProtectedSqliteStateFixture>(fixture);

public sealed class ProtectedSqliteInstallationPreparationConformanceTests(ProtectedSqliteInstallationFixture fixture)
    : StorePreparationConformanceTests<IInstallationStore, ProtectedSqliteInstallationFixture>(fixture);

public sealed class ProtectedSqliteStatePreparationConformanceTests(ProtectedSqliteStateFixture fixture) : StorePreparationConformanceTests<IOAuthStateStore, ProtectedSqliteStateFixture>(fixture);

public sealed class ProtectedSqliteExpiredStatePurgingConformanceTests(ProtectedSqliteStateFixture fixture) : ExpiredStatePurgingConformanceTests<ProtectedSqliteStateFixture>(fixture);

public sealed class ProtectedSqliteRotationLeaseConformanceTests(ProtectedSqliteInstallationFixture fixture) : RotationLeaseConformanceTests<ProtectedSqliteInstallationFixture>(fixture);

/// <summary>In the files themselves.</summary>
public sealed class SecretsAtRestTests : TestBackends.SecretsAtRestTests
{
    private readonly SqliteInstallationFixture _installations;
    private readonly SqliteStateFixture _states;

    public SecretsAtRestTests()
        : this(new SqliteInstallationFixture(), new SqliteStateFixture())
    {
    }

    private SecretsAtRestTests(SqliteInstallationFixture installations, SqliteStateFixture states)
        : base(installations, states) => (_installations, _states) = (installations, states);

    protected override ValueTask<IReadOnlyList<byte[]>> ReadAsync(StoreScope scope) => new([.. _installations.Bytes(scope), .. _states.Bytes(scope)]);
}
