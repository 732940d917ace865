using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the stores of a Slack app to its services.</summary>
public static class SlackOAuthStoresServiceCollectionExtensions
{
    /// <summary>Adds the stores. Choose an engine on the builder that is returned: <c>services.AddSlackOAuthStores(o => o.ClientId = "…").UseInMemory()</c>.</summary>
    /// <remarks>Safe to repeat. The options are checked when the host starts [26]. Expiry is judged by the <see cref="TimeProvider"/> among the services, or the system's where there is none.</remarks>
    /// <param name="services">The services of the app.</param>
    /// <param name="configure">Sets the options; null where they are configured elsewhere.</param>
    /// <returns>The builder that chooses the stores.</returns>
    public static SlackOAuthStoresBuilder AddSlackOAuthStores(this IServiceCollection services, Action<SlackOAuthStoresOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<SlackOAuthStoresOptions>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SlackOAuthStoresOptions>, SlackOAuthStoresOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IInstallationStore>(_ => throw NotChosen("installation store", nameof(SlackOAuthStoresBuilder.UseInstallationStore)));
        services.TryAddSingleton<IOAuthStateStore>(_ => throw NotChosen("state store", nameof(SlackOAuthStoresBuilder.UseStateStore)));
        return new SlackOAuthStoresBuilder(services);
    }

    private static InvalidOperationException NotChosen(string what, string method) =>
        new($"No {what} was chosen. Call a provider's method on what AddSlackOAuthStores returns, such as UseFileSystem or UseInMemory, or {method} for a store of your own.");

    private sealed class SlackOAuthStoresOptionsValidator : IValidateOptions<SlackOAuthStoresOptions>
    {
        public ValidateOptionsResult Validate(string? name, SlackOAuthStoresOptions options) =>
            options.FindFaults().ToArray() is { Length: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
