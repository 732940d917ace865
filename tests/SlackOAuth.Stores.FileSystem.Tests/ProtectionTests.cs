using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.FileSystem.Tests;

public sealed class ProtectedFileSystemInstallationFixture() : DecoratedFixture<IInstallationStore>(new FileSystemInstallationFixture(), ProtectedStore.Around);

public sealed class ProtectedFileSystemStateFixture() : DecoratedFixture<IOAuthStateStore>(new FileSystemStateFixture(), ProtectedStore.Around);

public sealed class ProtectedFileSystemInstallationStoreConformanceTests(ProtectedFileSystemInstallationFixture fixture) : InstallationStoreConformanceTests<ProtectedFileSystemInstallationFixture>(fixture);

public sealed class ProtectedFileSystemInstallationListingConformanceTests(ProtectedFileSystemInstallationFixture fixture) : InstallationListingConformanceTests<ProtectedFileSystemInstallationFixture>(fixture);

public sealed class ProtectedFileSystemAppListingConformanceTests(ProtectedFileSystemInstallationFixture fixture) : AppListingConformanceTests<ProtectedFileSystemInstallationFixture>(fixture);

public sealed class ProtectedFileSystemInstallationHistoryConformanceTests(ProtectedFileSystemInstallationFixture fixture) : InstallationHistoryConformanceTests<ProtectedFileSystemInstallationFixture>(fixture);

public sealed class ProtectedFileSystemStateStoreConformanceTests(ProtectedFileSystemStateFixture fixture) : StateStoreConformanceTests<ProtectedFileSystemStateFixture>(fixture);

public sealed class ProtectedFileSystemInstallationPreparationConformanceTests(ProtectedFileSystemInstallationFixture fixture)
    : StorePreparationConformanceTests<IInstallationStore, ProtectedFileSystemInstallationFixture>(fixture);

public sealed class ProtectedFileSystemStatePreparationConformanceTests(ProtectedFileSystemStateFixture fixture) : StorePreparationConformanceTests<IOAuthStateStore, ProtectedFileSystemStateFixture>(fixture);

public sealed class ProtectedFileSystemExpiredStatePurgingConformanceTests(ProtectedFileSystemStateFixture fixture) : ExpiredStatePurgingConformanceTests<ProtectedFileSystemStateFixture>(fixture);

public sealed class ProtectedFileSystemRotationLeaseConformanceTests(ProtectedFileSystemInstallationFixture fixture) : RotationLeaseConformanceTests<ProtectedFileSystemInstallationFixture>(fixture);

/// <summary>In the files themselves.</summary>
public sealed class SecretsAtRestTests : TestBackends.SecretsAtRestTests
{
    private readonly FileSystemInstallationFixture _installations;
    private readonly FileSystemStateFixture _states;

    public SecretsAtRestTests()
        : this(new FileSystemInstallationFixture(), new FileSystemStateFixture())
    {
    }

    private SecretsAtRestTests(FileSystemInstallationFixture installations, FileSystemStateFixture states)
        : base(installations, states) => (_installations, _states) = (installations, states);

    protected override ValueTask<IReadOnlyList<byte[]>> ReadAsync(StoreScope scope) => new([.. _installations.Bytes(scope), .. _states.Bytes(scope)]);
}
