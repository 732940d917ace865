using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SlackOAuth.Stores.DependencyInjection;

namespace SlackOAuth.Stores;

/// <summary>Chooses the stores of an app. Providers extend it with their <c>UseX</c> methods; a custom store is named by the methods here.</summary>
/// <remarks>Every method is safe to repeat: the last choice for a contract counts.</remarks>
public sealed class SlackOAuthStoresBuilder
{
    /// <summary>Creates a builder over services to which <c>AddSlackOAuthStores</c> was applied.</summary>
    /// <param name="services">The services of the app.</param>
    public SlackOAuthStoresBuilder(IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        Services = services;
    }

    /// <summary>The services of the app.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Uses a store for the installations, as a singleton, with telemetry around it, and around that what else was asked for (protection, a cache), in whatever order.</summary>
    /// <param name="systemName">The engine's name in traces and metrics (<c>db.system.name</c> of the OpenTelemetry conventions), such as <c>redis</c>.</param>
    /// <param name="factory">Makes the store. The container disposes it.</param>
    /// <returns>This builder.</returns>
    public SlackOAuthStoresBuilder UseInstallationStore(string systemName, Func<IServiceProvider, IInstallationStore> factory)
    {
        ArgumentException.ThrowIfNullOrEmpty(systemName);
        ArgumentNullException.ThrowIfNull(factory);
        Services.Replace(ServiceDescriptor.Singleton<IInstallationStore>(provider => StoreLayers.Around(provider, systemName, factory)));
        return this;
    }

    /// <summary>Uses a store for the states, as a singleton, with telemetry around it, and around that what else was asked for (protection), in whatever order.</summary>
    /// <param name="systemName">The engine's name in traces and metrics (<c>db.system.name</c> of the OpenTelemetry conventions), such as <c>redis</c>.</param>
    /// <param name="factory">Makes the store. The container disposes it.</param>
    /// <returns>This builder.</returns>
    public SlackOAuthStoresBuilder UseStateStore(string systemName, Func<IServiceProvider, IOAuthStateStore> factory)
    {
        ArgumentException.ThrowIfNullOrEmpty(systemName);
        ArgumentNullException.ThrowIfNull(factory);
        Services.Replace(ServiceDescriptor.Singleton<IOAuthStateStore>(provider => StoreLayers.Around(provider, systemName, factory)));
        return this;
    }
}
