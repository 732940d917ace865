using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;
using SlackOAuth.Stores.Caching;
using SlackOAuth.Stores.Protection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Caches lookups of installations.</summary>
public static class LookupCachingStoresBuilderExtensions
{
    /// <summary>Answers lookups of bots and installations from the app's <see cref="HybridCache"/>, which <c>AddHybridCache</c> or another package adds.</summary>
    /// <remarks>What this process saves or deletes is seen in it at once; other processes see it after <see cref="LookupCacheOptions.Expiration"/> at most. Safe to repeat, before or after the
    /// provider's <c>UseX</c>. The options, and that there is a cache, are checked when the host starts. [26]</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder CacheLookups(this SlackOAuthStoresBuilder builder, Action<LookupCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        builder.Services.AddOptions<LookupCacheOptions>().ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LookupCacheOptions>, LookupCacheOptionsValidator>());
        builder.Services.TryAddSingleton<LookupCaching>();
        builder.Services.TryAddSingleton<IHybridCacheSerializer<CachedLookup>>(services =>
        {
            var options = services.GetRequiredService<IOptions<LookupCacheOptions>>().Value;
            return new CachedLookupSerializer(options.UseDistributedCache ? services.GetService<TokenProtection<IInstallationStore>>()?.CreateCipher(services) : null, options);
        });
        return builder;
    }
}
