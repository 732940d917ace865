using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth;
using SlackOAuth.Stores;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds retention to the stores.</summary>
public static class SlackRetentionStoresBuilderExtensions
{
    /// <summary>Adds a hosted service that removes what is no longer needed, and <see cref="SlackRetention"/>, which does it on demand. Safe to repeat.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options; null for the defaults, which remove expired states alone. They are checked at start.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder AddRetention(this SlackOAuthStoresBuilder builder, Action<SlackRetentionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var options = services.AddOptions<SlackRetentionOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddLogging();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SlackRetentionOptions>, SlackRetentionOptionsValidator>());
        services.TryAddSingleton<RetentionTelemetry>();
        services.TryAddSingleton(static provider => new SlackRetention(
            provider.GetRequiredService<IOptions<SlackRetentionOptions>>(),
            provider.GetRequiredService<IInstallationStore>(),
            provider.GetRequiredService<IOAuthStateStore>(),
            provider.GetService<IWorkspaceActivity>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<RetentionTelemetry>(),
            provider.GetRequiredService<ILogger<SlackRetention>>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RetentionService>());
        return builder;
    }

    /// <summary>Notes when each workspace last used the app, in an installation store of its own; see <see cref="WorkspaceActivityStore"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="activityStore">Makes the store that the times are kept in: any provider's, bound to a client id that no app has, such as the app's with <c>.activity</c> behind it.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder TrackWorkspaceActivity(this SlackOAuthStoresBuilder builder, Func<IServiceProvider, IInstallationStore> activityStore)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(activityStore);
        builder.Services.Replace(ServiceDescriptor.Singleton<IWorkspaceActivity>(provider =>
            new WorkspaceActivityStore(activityStore(provider), provider.GetRequiredService<IInstallationStore>(), provider.GetRequiredService<TimeProvider>())));
        return builder;
    }
}
