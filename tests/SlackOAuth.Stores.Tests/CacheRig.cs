using System.Collections.Concurrent;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Internal;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.Tests;

/// <summary>An app in one process: stores over memory that others share, and a cache of its own on the test's clock.</summary>
internal sealed class CacheRig : IAsyncDisposable
{
    private static readonly EphemeralDataProtectionProvider KeyRing = new();

    private readonly ServiceProvider _services;

    internal CacheRig(
        InMemoryStoreData data,
        TestClock clock,
        Action<LookupCacheOptions>? configure = null,
        IDistributedCache? distributed = null,
        bool isProtected = false,
        IDataProtectionProvider? keyRing = null,
        Func<IInstallationStore, HybridCache, IInstallationStore>? decorate = null)
    {
        Engine = new GatedStore(new InMemoryInstallationStore(new SlackOAuthStoresOptions { ClientId = "1.1" }, data, clock));
        var services = new ServiceCollection().AddSingleton<TimeProvider>(clock).AddSingleton(keyRing ?? KeyRing).AddMemoryCache(options => options.Clock = new Clock(clock));
        services.AddHybridCache();
        if (distributed is not null)
        {
            services.AddSingleton(distributed);
        }

        var builder = services.AddSlackOAuthStores(options => options.ClientId = "1.1").UseInstallationStore("test", provider => decorate is null ? Engine : decorate(Engine, provider.GetRequiredService<HybridCache>()));
        if (decorate is null)
        {
            builder.CacheLookups(configure);
        }

        if (isProtected)
        {
            builder.ProtectTokens();
        }

        _services = services.BuildServiceProvider();
        Store = _services.GetRequiredService<IInstallationStore>();
    }

    /// <summary>The store as the app has it.</summary>
    internal IInstallationStore Store { get; }

    /// <summary>The store behind the cache.</summary>
    internal GatedStore Engine { get; }

    internal HybridCache Cache => _services.GetRequiredService<HybridCache>();

    internal int EntriesInMemory => ((MemoryCache)_services.GetRequiredService<IMemoryCache>()).Count;

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    /// <summary>A store whose lookups can be held between the engine's answer and its arrival.</summary>
    internal sealed class GatedStore(InMemoryInstallationStore inner) : IInstallationStore, IRotationLeasing, IInstallationListing
    {
        private int _lookups;

        internal int Lookups => Volatile.Read(ref _lookups);

        /// <summary>Awaited by the lookups that begin while it is there, after the engine has answered.</summary>
        internal TaskCompletionSource? Gate { get; set; }

        internal Exception? Failure { get; set; }

        public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default) => inner.SaveAsync(installation, cancellationToken);

        public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default) => inner.SaveBotAsync(bot, cancellationToken);

        public async ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
            await HoldAsync(await inner.FindBotAsync(workspace, cancellationToken), cancellationToken);

        public async ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
            await HoldAsync(await inner.FindInstallationAsync(workspace, userId, cancellationToken), cancellationToken);

        public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => inner.DeleteBotAsync(workspace, cancellationToken);

        public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
            inner.DeleteInstallationAsync(workspace, userId, cancellationToken);

        public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => inner.DeleteAllAsync(workspace, cancellationToken);

        public ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default) =>
            inner.TryAcquireLeaseAsync(workspace, userId, duration, cancellationToken);

        public ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default) => inner.TrySaveBotAsync(lease, bot, cancellationToken);

        public ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default) =>
            inner.TrySaveInstallationAsync(lease, installation, cancellationToken);

        public ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default) => inner.ReleaseLeaseAsync(lease, cancellationToken);

        public IAsyncEnumerable<Bot> ListBotsAsync(CancellationToken cancellationToken = default) => inner.ListBotsAsync(cancellationToken);

        public IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default) => inner.ListInstallationsAsync(cancellationToken);

        private async ValueTask<T> HoldAsync<T>(T answer, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _lookups);
            if (Failure is not null)
            {
                throw Failure;
            }

            if (Gate is { } gate)
            {
                await gate.Task.WaitAsync(cancellationToken);
            }

            return answer;
        }
    }

    private sealed class Clock(TimeProvider time) : ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }
}

/// <summary>A distributed cache that several processes share, on the test's clock. It can be looked into, and can fail.</summary>
internal sealed class SharedCache(TestClock clock) : IDistributedCache
{
    private readonly ConcurrentDictionary<string, (byte[] Value, DateTimeOffset ExpiresAt)> _entries = new(StringComparer.Ordinal);

    internal bool IsDown { get; set; }

    internal ICollection<string> Keys => _entries.Keys;

    internal IEnumerable<byte[]> Values => _entries.Values.Select(entry => entry.Value);

    internal void Copy(string from, string to) => _entries[to] = _entries[from];

    public byte[]? Get(string key) => Up() && _entries.TryGetValue(key, out var entry) && clock.GetUtcNow() < entry.ExpiresAt ? entry.Value : null;

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => Task.FromResult(Get(key));

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
    {
        Up();
        _entries[key] = (value, clock.GetUtcNow() + options.AbsoluteExpirationRelativeToNow!.Value);
    }

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        Set(key, value, options);
        return Task.CompletedTask;
    }

    public void Remove(string key)
    {
        Up();
        _entries.TryRemove(key, out _);
    }

    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        Remove(key);
        return Task.CompletedTask;
    }

    public void Refresh(string key)
    {
    }

    public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

    private bool Up() => !IsDown ? true : throw new InvalidOperationException("The distributed cache is down.");
}
