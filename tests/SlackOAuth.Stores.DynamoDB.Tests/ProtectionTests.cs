using System.Text;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.DynamoDB.Tests;

public sealed class ProtectedDynamoDBInstallationFixture(DynamoDBServer server) : DecoratedFixture<IInstallationStore>(new DynamoDBInstallationFixture(server), ProtectedStore.Around);

public sealed class ProtectedDynamoDBStateFixture(DynamoDBServer server) : DecoratedFixture<IOAuthStateStore>(new DynamoDBStateFixture(server), ProtectedStore.Around);

public sealed class ProtectedDynamoDBInstallationStoreConformanceTests(ProtectedDynamoDBInstallationFixture fixture) : InstallationStoreConformanceTests<ProtectedDynamoDBInstallationFixture>(fixture);

public sealed class ProtectedDynamoDBInstallationListingConformanceTests(ProtectedDynamoDBInstallationFixture fixture) : InstallationListingConformanceTests<ProtectedDynamoDBInstallationFixture>(fixture);

public sealed class ProtectedDynamoDBAppListingConformanceTests(ProtectedDynamoDBInstallationFixture fixture) : AppListingConformanceTests<ProtectedDynamoDBInstallationFixture>(fixture);

public sealed class ProtectedDynamoDBInstallationHistoryConformanceTests(ProtectedDynamoDBInstallationFixture fixture) : InstallationHistoryConformanceTests<ProtectedDynamoDBInstallationFixture>(fixture);

public sealed class ProtectedDynamoDBRotationLeaseConformanceTests(ProtectedDynamoDBInstallationFixture fixture) : RotationLeaseConformanceTests<ProtectedDynamoDBInstallationFixture>(fixture);

public sealed class ProtectedDynamoDBInstallationPreparationConformanceTests(ProtectedDynamoDBInstallationFixture fixture)
    : StorePreparationConformanceTests<IInstallationStore, ProtectedDynamoDBInstallationFixture>(fixture);

public sealed class ProtectedDynamoDBStateStoreConformanceTests(ProtectedDynamoDBStateFixture fixture) : StateStoreConformanceTests<ProtectedDynamoDBStateFixture>(fixture);

public sealed class ProtectedDynamoDBStatePreparationConformanceTests(ProtectedDynamoDBStateFixture fixture)
    : StorePreparationConformanceTests<IOAuthStateStore, ProtectedDynamoDBStateFixture>(fixture);

/// <summary>In every attribute of every item of the table, which both stores have in common.</summary>
public sealed class SecretsAtRestTests : TestBackends.SecretsAtRestTests
{
    private readonly DynamoDBInstallationFixture _installations;

    public SecretsAtRestTests(DynamoDBServer server)
        : this(new DynamoDBInstallationFixture(server), server)
    {
    }

    private SecretsAtRestTests(DynamoDBInstallationFixture installations, DynamoDBServer server)
        : base(installations, new DynamoDBStateFixture(server)) => _installations = installations;

    protected override async ValueTask<IReadOnlyList<byte[]>> ReadAsync(StoreScope scope) => [Encoding.UTF8.GetBytes(await _installations.DumpAsync(scope))];
}
