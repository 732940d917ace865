using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores.Caching;
using SlackOAuth.Stores.Protection;
using SlackOAuth.Stores.Telemetry;

namespace SlackOAuth.Stores.DependencyInjection;

/// <summary>What lies around a provider's store, in one order whatever the order of the calls on the builder.</summary>
/// <remarks>From the outside: the cache, which holds decrypted records; the protection; telemetry, which so measures calls of the engine, neither hits nor encryption.</remarks>
internal static class StoreLayers
{
    internal static IInstallationStore Around(IServiceProvider services, string systemName, Func<IServiceProvider, IInstallationStore> factory)
    {
        // The store comes last: where a layer cannot be made, there is no store that nobody disposes.
        var cipher = services.GetService<TokenProtection<IInstallationStore>>()?.CreateCipher(services);
        var cache = services.GetService<LookupCaching>();
        IInstallationStore store = new TelemetryInstallationStore(factory(services), systemName);
        store = cipher is null ? store : new ProtectedInstallationStore(store, cipher);
        return cache is null ? store : cache.Around(store);
    }

    internal static IOAuthStateStore Around(IServiceProvider services, string systemName, Func<IServiceProvider, IOAuthStateStore> factory)
    {
        var cipher = services.GetService<TokenProtection<IOAuthStateStore>>()?.CreateCipher(services);
        IOAuthStateStore store = new TelemetryOAuthStateStore(factory(services), systemName);
        return cipher is null ? store : new ProtectedOAuthStateStore(store, cipher);
    }
}
