using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace SlackOAuth.Stores.Benchmarks;

/// <summary>A cached lookup beside what the cache itself takes for a record under a key that is at hand.</summary>
internal sealed class CacheCases : IAsyncDisposable
{
    private const int Calls = 500_000;
    private const string SecondUserId = "U0002";
    private const string Key = "111.222/T0500/bot";

    private readonly ServiceProvider _services;
    private readonly IInstallationStore _store;
    private readonly HybridCache _cache;

    private CacheCases(ServiceProvider services)
    {
        _services = services;
        _store = services.GetRequiredService<IInstallationStore>();
        _cache = services.GetRequiredService<HybridCache>();
    }

    internal static async Task<CacheCases> CreateAsync()
    {
        var services = new ServiceCollection();
        services.AddHybridCache();
        services.AddSlackOAuthStores(options => options.ClientId = Sample.Options.ClientId).UseInMemory().CacheLookups();
        var cases = new CacheCases(services.BuildServiceProvider());
        foreach (var userId in new[] { Sample.UserId, SecondUserId })
        {
            await cases._store.SaveAsync(Sample.Installation(Sample.Workspaces / 2) with { UserId = userId });
            await cases._store.FindInstallationAsync(Sample.Workspace, userId);
        }

        return cases;
    }

    internal IEnumerable<Scenario> Scenarios()
    {
        yield return new("cache: find bot", "a hit of HybridCache under a key at hand", Calls, Scenario.Async(FindBotAsync), Scenario.Async(HitAsync), 1.20);
        yield return new("cache: find installation of a user", "a hit of HybridCache under a key at hand", Calls, Scenario.Async(FindInstallationAsync), Scenario.Async(HitAsync), 1.20);
        yield return new("cache: find installation of another user", "a hit of HybridCache under a key at hand", Calls, Scenario.Async(FindSecondInstallationAsync), Scenario.Async(HitAsync), 1.20);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private async ValueTask FindBotAsync() => Sample.Require(await _store.FindBotAsync(Sample.Workspace));

    private async ValueTask FindInstallationAsync() => Sample.Require(await _store.FindInstallationAsync(Sample.Workspace, Sample.UserId));

    private async ValueTask FindSecondInstallationAsync() => Sample.Require(await _store.FindInstallationAsync(Sample.Workspace, SecondUserId));

    private async ValueTask HitAsync() => Sample.Require(await _cache.GetOrCreateAsync(Key, static _ => new ValueTask<string>("what is held as it is, as an immutable record is")));
}
