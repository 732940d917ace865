using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>Puts what an app gets from <c>ProtectTokens</c> around a store, with one key ring for the process.</summary>
public static class ProtectedStore
{
    private static readonly EphemeralDataProtectionProvider KeyRing = new();

    /// <summary>The protected store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="scope">Whose options it follows.</param>
    public static IInstallationStore Around(IInstallationStore store, StoreScope scope) =>
        Services(scope, builder => builder.UseInstallationStore("test", _ => store)).GetRequiredService<IInstallationStore>();

    /// <inheritdoc cref="Around(IInstallationStore, StoreScope)" />
    public static IOAuthStateStore Around(IOAuthStateStore store, StoreScope scope) =>
        Services(scope, builder => builder.UseStateStore("test", _ => store)).GetRequiredService<IOAuthStateStore>();

    // The store that is resolved is disposed by who asked for it, and with it the one around which it lies; the container holds nothing else.
    private static ServiceProvider Services(StoreScope scope, Action<SlackOAuthStoresBuilder> use)
    {
        var builder = new ServiceCollection().AddSlackOAuthStores(options =>
        {
            options.ClientId = scope.Options.ClientId;
            options.StateLifetime = scope.Options.StateLifetime;
        });
        use(builder.ProtectTokens());
        return builder.Services.AddSingleton<IDataProtectionProvider>(KeyRing).BuildServiceProvider();
    }
}
