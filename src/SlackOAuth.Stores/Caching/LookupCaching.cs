using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores.Protection;

namespace SlackOAuth.Stores.Caching;

/// <summary>That lookups are cached, and where: the service that stands for <c>CacheLookups</c>.</summary>
internal sealed class LookupCaching(IServiceProvider services)
{
    internal const string NoCache =
        "CacheLookups needs a HybridCache, and there is none among the services. Call services.AddHybridCache() of the package Microsoft.Extensions.Caching.Hybrid, or register another one, such as FusionCache's.";

    private readonly HybridCache _cache = services.GetService<HybridCache>() ?? throw new InvalidOperationException(NoCache);
    private readonly LookupCacheOptions _options = services.GetRequiredService<IOptions<LookupCacheOptions>>().Value;
    private readonly string _clientId = services.GetRequiredService<IOptions<SlackOAuthStoresOptions>>().Value.ClientId;
    private readonly TimeProvider _clock = services.GetRequiredService<TimeProvider>();

    internal IInstallationStore Around(IInstallationStore store) => new CachingInstallationStore(store, _cache, _options, _clientId, _clock);
}

/// <summary>Refuses at start what is out of range, and what has no cache.</summary>
internal sealed class LookupCacheOptionsValidator(IServiceProvider services) : IValidateOptions<LookupCacheOptions>
{
    public ValidateOptionsResult Validate(string? name, LookupCacheOptions options)
    {
        var faults = options.FindFaults().ToList();
        if (services.GetService<HybridCache>() is null)
        {
            faults.Add(LookupCaching.NoCache);
        }

        if (options.UseDistributedCache && services.GetService<TokenProtection<IInstallationStore>>() is null)
        {
            faults.Add(
                $"{nameof(LookupCacheOptions)}.{nameof(LookupCacheOptions.UseDistributedCache)} is on, and would put tokens into the distributed cache as they are. Call ProtectTokens() as well, or turn it off.");
        }

        return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
