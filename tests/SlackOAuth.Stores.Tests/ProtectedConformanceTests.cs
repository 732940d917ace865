using System.Text;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.Tests;

public sealed class ProtectedInstallationFixture() : DecoratedFixture<IInstallationStore>(new InMemoryInstallationFixture(), ProtectedStore.Around);

public sealed class ProtectedStateFixture() : DecoratedFixture<IOAuthStateStore>(new InMemoryStateFixture(), ProtectedStore.Around);

public sealed class ProtectedInstallationStoreConformanceTests(ProtectedInstallationFixture fixture) : InstallationStoreConformanceTests<ProtectedInstallationFixture>(fixture);

public sealed class ProtectedInstallationListingConformanceTests(ProtectedInstallationFixture fixture) : InstallationListingConformanceTests<ProtectedInstallationFixture>(fixture);

public sealed class ProtectedAppListingConformanceTests(ProtectedInstallationFixture fixture) : AppListingConformanceTests<ProtectedInstallationFixture>(fixture);

public sealed class ProtectedInstallationHistoryConformanceTests(ProtectedInstallationFixture fixture) : InstallationHistoryConformanceTests<ProtectedInstallationFixture>(fixture);

public sealed class ProtectedRotationLeaseConformanceTests(ProtectedInstallationFixture fixture) : RotationLeaseConformanceTests<ProtectedInstallationFixture>(fixture);

public sealed class ProtectedStateStoreConformanceTests(ProtectedStateFixture fixture) : StateStoreConformanceTests<ProtectedStateFixture>(fixture);

public sealed class ProtectedExpiredStatePurgingConformanceTests(ProtectedStateFixture fixture) : ExpiredStatePurgingConformanceTests<ProtectedStateFixture>(fixture);

public sealed class InMemorySecretsAtRestTests() : SecretsAtRestTests(new InMemoryInstallationFixture(), new InMemoryStateFixture())
{
    protected override async ValueTask<IReadOnlyList<byte[]>> ReadAsync(StoreScope scope) =>
    [
        Encoding.UTF8.GetBytes(await new InMemoryInstallationFixture().DumpAsync(scope)), Encoding.UTF8.GetBytes(await new InMemoryStateFixture().DumpAsync(scope)),
    ];
}
