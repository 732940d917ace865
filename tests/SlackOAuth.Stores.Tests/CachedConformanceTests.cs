using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.Tests;

/// <summary>The whole suite through the cache, with protection beneath it. A second process would see changes after the expiration, and not at once: that flag is off.</summary>
public sealed class CachedInstallationFixture() : DecoratedFixture<IInstallationStore>(new InMemoryInstallationFixture(), Around, without: StoreCapabilities.SecondInstance)
{
    private static readonly EphemeralDataProtectionProvider KeyRing = new();

    private static IInstallationStore Around(IInstallationStore store, StoreScope scope) =>
        new ServiceCollection().AddHybridCache().Services.AddSingleton<IDataProtectionProvider>(KeyRing).AddSingleton<TimeProvider>(scope.Time)
            .AddSlackOAuthStores(options => options.ClientId = scope.Options.ClientId).CacheLookups().ProtectTokens().UseInstallationStore("test", _ => store)
            .Services.BuildServiceProvider().GetRequiredService<IInstallationStore>();
}

public sealed class CachedInstallationStoreConformanceTests(CachedInstallationFixture fixture) : InstallationStoreConformanceTests<CachedInstallationFixture>(fixture);

public sealed class CachedInstallationListingConformanceTests(CachedInstallationFixture fixture) : InstallationListingConformanceTests<CachedInstallationFixture>(fixture);

public sealed class CachedAppListingConformanceTests(CachedInstallationFixture fixture) : AppListingConformanceTests<CachedInstallationFixture>(fixture);

public sealed class CachedInstallationHistoryConformanceTests(CachedInstallationFixture fixture) : InstallationHistoryConformanceTests<CachedInstallationFixture>(fixture);

public sealed class CachedRotationLeaseConformanceTests(CachedInstallationFixture fixture) : RotationLeaseConformanceTests<CachedInstallationFixture>(fixture);
