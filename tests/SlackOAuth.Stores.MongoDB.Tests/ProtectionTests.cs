using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.MongoDB.Tests;

public sealed class ProtectedMongoDBInstallationFixture(MongoDBServer server) : DecoratedFixture<IInstallationStore>(new MongoDBInstallationFixture(server), ProtectedStore.Around);

public sealed class ProtectedMongoDBStateFixture(MongoDBServer server) : DecoratedFixture<IOAuthStateStore>(new MongoDBStateFixture(server), ProtectedStore.Around);

public sealed class ProtectedMongoDBInstallationStoreConformanceTests(ProtectedMongoDBInstallationFixture fixture) : InstallationStoreConformanceTests<ProtectedMongoDBInstallationFixture>(fixture);

public sealed class ProtectedMongoDBInstallationListingConformanceTests(ProtectedMongoDBInstallationFixture fixture) : InstallationListingConformanceTests<ProtectedMongoDBInstallationFixture>(fixture);

public sealed class ProtectedMongoDBAppListingConformanceTests(ProtectedMongoDBInstallationFixture fixture) : AppListingConformanceTests<ProtectedMongoDBInstallationFixture>(fixture);

public sealed class ProtectedMongoDBInstallationHistoryConformanceTests(ProtectedMongoDBInstallationFixture fixture) : InstallationHistoryConformanceTests<ProtectedMongoDBInstallationFixture>(fixture);

public sealed class ProtectedMongoDBRotationLeaseConformanceTests(ProtectedMongoDBInstallationFixture fixture) : RotationLeaseConformanceTests<ProtectedMongoDBInstallationFixture>(fixture);

public sealed class ProtectedMongoDBInstallationPreparationConformanceTests(ProtectedMongoDBInstallationFixture fixture)
    : StorePreparationConformanceTests<IInstallationStore, ProtectedMongoDBInstallationFixture>(fixture);

public sealed class ProtectedMongoDBStateStoreConformanceTests(ProtectedMongoDBStateFixture fixture) : StateStoreConformanceTests<ProtectedMongoDBStateFixture>(fixture);

public sealed class ProtectedMongoDBExpiredStatePurgingConformanceTests(ProtectedMongoDBStateFixture fixture) : ExpiredStatePurgingConformanceTests<ProtectedMongoDBStateFixture>(fixture);

public sealed class ProtectedMongoDBStatePreparationConformanceTests(ProtectedMongoDBStateFixture fixture)
    : StorePreparationConformanceTests<IOAuthStateStore, ProtectedMongoDBStateFixture>(fixture);

/// <summary>In every document of both collections.</summary>
public sealed class SecretsAtRestTests : TestBackends.SecretsAtRestTests
{
    private readonly MongoDBInstallationFixture _installations;

    public SecretsAtRestTests(MongoDBServer server)
        : this(new MongoDBInstallationFixture(server), server)
    {
    }

    private SecretsAtRestTests(MongoDBInstallationFixture installations, MongoDBServer server)
        : base(installations, new MongoDBStateFixture(server)) => _installations = installations;

    // Both fixtures have the same database.
    protected override ValueTask<IReadOnlyList<byte[]>> ReadAsync(StoreScope scope) => _installations.CopyAsync(scope);
}
