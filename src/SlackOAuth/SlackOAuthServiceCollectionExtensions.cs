using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth;
using SlackOAuth.Stores;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the protocol's services.</summary>
public static class SlackOAuthServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="SlackOAuthClient"/> and <see cref="SlackIdTokenValidator"/> as singletons over <see cref="IHttpClientFactory"/>,
    /// with timeouts and retries by Microsoft.Extensions.Http.Resilience and the <see cref="TimeProvider"/> of the services. May be called more than once; each call's configuration is applied.
    /// </summary>
    /// <remarks>The HTTP client logs nothing, since a log of its headers would hold tokens. Its traces and metrics are those of <c>System.Net.Http</c>, which hold none, and
    /// <see cref="SlackOAuthTelemetry"/>'s.</remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; null where they are configured elsewhere. They are checked at start.</param>
    /// <returns>The builder of the client's <see cref="HttpClient"/>, such as for a primary handler of one's own.</returns>
    public static IHttpClientBuilder AddSlackOAuthClient(this IServiceCollection services, Action<SlackOAuthClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<SlackOAuthClientOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SlackOAuthClientOptions>, SlackOAuthClientOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        var builder = services.AddHttpClient(SlackOAuthClient.HttpClientName);
        if (services.Any(static service => service.ServiceType == typeof(SlackOAuthClient)))
        {
            // The handlers are there; a second set would multiply the retries.
            return builder;
        }

        services.AddMetrics();
        services.AddSingleton<SlackApiObserver>();
        services.AddSingleton(static provider => new SlackOAuthClient(
            provider.GetRequiredService<IHttpClientFactory>(),
            provider.GetRequiredService<IOptions<SlackOAuthClientOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<SlackApiObserver>()));
        services.AddSingleton(static provider => new SlackIdTokenValidator(
            provider.GetRequiredService<IHttpClientFactory>(),
            provider.GetRequiredService<IOptions<SlackOAuthClientOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        builder
            .ConfigureHttpClient(static client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
            {
                // A redirect would carry the Authorization header's request elsewhere; Slack's API redirects nowhere.
                AllowAutoRedirect = false,
                UseCookies = false,
                AutomaticDecompression = DecompressionMethods.None,
            })
            // IHttpClientFactory's own logging redacts headers in the text of an entry and not in its structured values, where the tokens would stand.
            .RemoveAllLoggers()
            .AddResilienceHandler("slack", static (pipeline, context) => SlackResilience.Configure(pipeline, context.ServiceProvider));
        return builder.AddHttpMessageHandler(static provider => new BoundedBufferHandler(provider.GetRequiredService<IOptions<SlackOAuthClientOptions>>()));
    }

    /// <summary>
    /// Registers <see cref="TokenRotator"/> as a singleton over the <see cref="IInstallationStore"/> of the services, and the hosted service that rotates ahead of time where
    /// <see cref="TokenRotationOptions.BackgroundEnabled"/> is on. Call <see cref="AddSlackOAuthClient"/> too. May be called more than once; each call's configuration is applied.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; null where they are configured elsewhere. They are checked at start.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSlackTokenRotation(this IServiceCollection services, Action<TokenRotationOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<TokenRotationOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TokenRotationOptions>, TokenRotationOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TokenRotationService>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(static provider => new TokenRotator(
            provider.GetRequiredService<SlackOAuthClient>(),
            provider.GetRequiredService<IInstallationStore>(),
            provider.GetRequiredService<IOptions<TokenRotationOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IMeterFactory>(),
            provider.GetRequiredService<ILogger<TokenRotator>>()));
        return services;
    }
}
