using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SlackOAuth;
using SlackOAuth.AspNetCore;
using SlackOAuth.Stores;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the OAuth flow of a Slack app to its services.</summary>
public static class SlackOAuthAspNetCoreServiceCollectionExtensions
{
    /// <summary>
    /// Adds the OAuth flow, the client of Slack's API and the stores, with options from the environment and from the section <see cref="SlackOAuthOptions.SectionName"/> of the
    /// app's configuration. Choose where the stores keep what they keep on the builder that is returned: <c>services.AddSlackOAuth().UseFileSystem(…)</c>. Then map the
    /// endpoints: <c>app.MapSlackOAuth()</c>.
    /// </summary>
    /// <remarks>Configuration counts before environment. The options are checked at start. Safe to repeat.</remarks>
    /// <param name="services">The services of the app.</param>
    /// <returns>The builder that chooses the stores.</returns>
    public static SlackOAuthStoresBuilder AddSlackOAuth(this IServiceCollection services) => AddSlackOAuth(services, static _ => { });

    /// <summary>As <see cref="AddSlackOAuth(IServiceCollection)"/>, with options set in code, which count before configuration and environment.</summary>
    /// <param name="services">The services of the app.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The builder that chooses the stores.</returns>
    public static SlackOAuthStoresBuilder AddSlackOAuth(this IServiceCollection services, Action<SlackOAuthOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return Add(
            services,
            static provider => provider.GetService<IConfiguration>()?.GetSection(SlackOAuthOptions.SectionName),
            Environment.GetEnvironmentVariable,
            configure);
    }

    /// <summary>As <see cref="AddSlackOAuth(IServiceCollection)"/>, with a configuration of the caller's choice. To set options in code too, call
    /// <c>services.Configure&lt;SlackOAuthOptions&gt;(…)</c> after it.</summary>
    /// <param name="services">The services of the app.</param>
    /// <param name="configuration">A section, which is bound as it is, or a whole configuration, whose section <see cref="SlackOAuthOptions.SectionName"/> is bound.</param>
    /// <returns>The builder that chooses the stores.</returns>
    public static SlackOAuthStoresBuilder AddSlackOAuth(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration as IConfigurationSection ?? configuration.GetSection(SlackOAuthOptions.SectionName);

        // As what a call sets in code, so that a repeated call's section counts too.
        return Add(services, static _ => null, Environment.GetEnvironmentVariable, options => SlackOAuthSettings.FromSection(section)?.ApplyTo(options));
    }

    /// <summary>The same with an environment of the caller's, for tests: the process has only one.</summary>
    internal static SlackOAuthStoresBuilder Add(
        IServiceCollection services, Func<IServiceProvider, IConfiguration?> section, Func<string, string?> environment, Action<SlackOAuthOptions> configure)
    {
        var options = services.AddOptions<SlackOAuthOptions>();
        if (!services.Any(static service => service.ServiceType == typeof(FlowResponder)))
        {
            options.Configure<IServiceProvider>((target, provider) =>
            {
                SlackOAuthSettings.FromEnvironment(environment).ApplyTo(target);
                if (section(provider) is { } configuration)
                {
                    SlackOAuthSettings.FromSection(configuration)?.ApplyTo(target);
                }
            });
            AddServices(services);
        }

        options.Configure(configure);
        return services.AddSlackOAuthStores();
    }

    private static void AddServices(IServiceCollection services)
    {
        services.AddOptions<SlackOAuthOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SlackOAuthOptions>, SlackOAuthOptionsValidator>());
        services.AddOptions<SlackOAuthStoresOptions>().Configure<IOptions<SlackOAuthOptions>>(static (stores, slack) =>
        {
            stores.ClientId = slack.Value.ClientId;
            stores.StateLifetime = slack.Value.StateLifetime;
        });
        services.AddOptions<SlackOAuthClientOptions>().Configure<IOptions<SlackOAuthOptions>>(static (client, slack) =>
        {
            client.ClientId = slack.Value.ClientId;
            client.ClientSecret = slack.Value.ClientSecret;
            client.ApiBaseUrl = new Uri(slack.Value.SlackRoot, "api/");
            client.OpenIdConfigurationUrl = new Uri(slack.Value.SlackRoot, ".well-known/openid-configuration");
        });
        services.AddOptions<TokenRotationOptions>().Configure<IOptions<SlackOAuthOptions>>(static (rotation, slack) =>
        {
            var source = slack.Value.Rotation;
            (rotation.Enabled, rotation.RefreshAhead, rotation.LeaseDuration) = (source.Enabled, source.RefreshAhead, source.LeaseDuration);
            (rotation.MaxWait, rotation.MaxWaitWhileValid) = (source.MaxWait, source.MaxWaitWhileValid);
            (rotation.BackgroundEnabled, rotation.BackgroundInterval, rotation.BackgroundBatchSize) = (source.BackgroundEnabled, source.BackgroundInterval, source.BackgroundBatchSize);
            rotation.Failed = source.Failed;
        });
        services.AddSlackOAuthClient();
        services.AddSlackTokenRotation();
        services.TryAddSingleton<ISlackAuthorizer, SlackAuthorizer>();
        services.TryAddSingleton<FlowTelemetry>();
        services.TryAddSingleton<WorkspaceUse>();
        services.TryAddSingleton<FlowResponder>();
        services.TryAddSingleton<ClientRateLimiter>();
        services.TryAddSingleton<CallbackGate>();
        services.TryAddSingleton<InstallEndpoint>();
        services.TryAddSingleton<InstallCallbackEndpoint>();
        services.TryAddSingleton<SignInEndpoint>();
        services.TryAddSingleton<SlackSignatureGate>();
        services.TryAddSingleton<UninstallEvents>();
    }
}
