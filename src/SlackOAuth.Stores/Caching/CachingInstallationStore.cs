using System.Diagnostics;
using Microsoft.Extensions.Caching.Hybrid;
using SlackOAuth.Stores.DependencyInjection;
using SlackOAuth.Stores.Telemetry;

namespace SlackOAuth.Stores.Caching;

/// <summary>Answers lookups from a <see cref="HybridCache"/>. It owns the store, and disposes it.</summary>
internal sealed class CachingInstallationStore : IInstallationStore, IStoreDecorator, IAsyncDisposable, IDisposable
{
    private readonly IInstallationStore _inner;
    private readonly HybridCache _cache;
    private readonly LookupCacheOptions _options;
    private readonly TimeProvider _clock;
    private readonly LookupTable _table;
    private readonly HybridCacheEntryOptions _entry;
    private readonly HybridCacheEntryOptions _readAgain;
    private readonly HybridCacheEntryOptions _held = new() { Flags = HybridCacheEntryFlags.DisableDistributedCache | HybridCacheEntryFlags.DisableUnderlyingData };
    private readonly Func<LookupSlot, CancellationToken, ValueTask<CachedLookup>> _read;
    private readonly Func<(LookupSlot Slot, Activity? Caller), CancellationToken, ValueTask<CachedLookup>> _readAs;

    internal CachingInstallationStore(IInstallationStore inner, HybridCache cache, LookupCacheOptions options, string clientId, TimeProvider clock)
    {
        (_inner, _cache, _options, _clock) = (inner, cache, options, clock);
        (_table, _read, _readAs) = (new LookupTable(clientId, options, clock), ReadAsync, ReadAsAsync);
        var flags = options.UseDistributedCache ? HybridCacheEntryFlags.None : HybridCacheEntryFlags.DisableDistributedCache;
        _entry = new HybridCacheEntryOptions { Expiration = options.Expiration, LocalCacheExpiration = options.Expiration, Flags = flags };
        _readAgain = new HybridCacheEntryOptions
        {
            Expiration = options.Expiration,
            LocalCacheExpiration = options.Expiration,
            Flags = flags | HybridCacheEntryFlags.DisableLocalCacheRead | HybridCacheEntryFlags.DisableDistributedCacheRead,
        };
    }

    public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(installation);
        return ChangeAsync(workspace, installation.UserId, isWhole: false, _inner.SaveAsync(installation, cancellationToken));
    }

    public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(bot);
        return ChangeAsync(workspace, null, isWhole: false, _inner.SaveBotAsync(bot, cancellationToken));
    }

    public ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        return FindHeld(workspace, null, isBot: true, cancellationToken) is { } found ? new((Bot?)found.Record) : FindAsync(new Question(workspace, null, IsBot: true), cancellationToken);

        async ValueTask<Bot?> FindAsync(Question question, CancellationToken cancellationToken) => (Bot?)await LookUpAsync(question, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        return FindHeld(workspace, userId, isBot: false, cancellationToken) is { } found ? new((Installation?)found.Record) : FindAsync(new Question(workspace, userId, IsBot: false), cancellationToken);

        async ValueTask<Installation?> FindAsync(Question question, CancellationToken cancellationToken) => (Installation?)await LookUpAsync(question, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        ChangeAsync(workspace, null, isWhole: true, _inner.DeleteBotAsync(workspace, cancellationToken));

    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(workspace, userId, isWhole: userId is null, _inner.DeleteInstallationAsync(workspace, userId, cancellationToken));

    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        ChangeAsync(workspace, null, isWhole: true, _inner.DeleteAllAsync(workspace, cancellationToken));

    /// <remarks>Only what is known to change nothing, or to be seen here when it does, is let through.</remarks>
    public TCapability? GetCapability<TCapability>()
        where TCapability : class
    {
        if (typeof(TCapability) == typeof(IRotationLeasing))
        {
            return _inner.GetCapability<IRotationLeasing>() is { } leasing ? new CachingLeasing(leasing, this) as TCapability : null;
        }

        return typeof(TCapability) == typeof(IInstallationListing) || typeof(TCapability) == typeof(IAppListing) || typeof(TCapability) == typeof(IInstallationHistory)
            || typeof(TCapability) == typeof(IHistoryTrimming) || typeof(TCapability) == typeof(IStorePreparation)
            ? _inner.GetCapability<TCapability>()
            : null;
    }

    public void Dispose() => OwnedStore.Dispose(_inner);

    public ValueTask DisposeAsync() => OwnedStore.DisposeAsync(_inner);

    /// <summary>From here on, lookups of the workspace that begin are answered by the store.</summary>
    internal void Forget(WorkspaceId workspace) => _table.Change(workspace);

    /// <summary>Waits for a change, and makes what is cached of the workspace an earlier version of it. One that failed may have happened.</summary>
    internal async ValueTask<TResult> ChangeAsync<TResult>(WorkspaceId workspace, string? userId, bool isWhole, ValueTask<TResult> change)
    {
        try
        {
            return await change.ConfigureAwait(false);
        }
        finally
        {
            _table.Change(workspace);
            await RemoveAsync(workspace, userId, isWhole).ConfigureAwait(false);
        }
    }

    private async ValueTask ChangeAsync(WorkspaceId workspace, string? userId, bool isWhole, ValueTask change)
    {
        await ChangeAsync(workspace, userId, isWhole, WithResultAsync(change)).ConfigureAwait(false);

        static async ValueTask<bool> WithResultAsync(ValueTask change)
        {
            await change.ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>Removes the answers from the cache: for other processes, which a backplane or the distributed cache tells, and for tokens to leave the memory.</summary>
    private async ValueTask RemoveAsync(WorkspaceId workspace, string? userId, bool isWhole)
    {
        var keys = new HashSet<string>(isWhole ? _table.KeysOf(workspace) : [], StringComparer.Ordinal)
        {
            _table.KeyOf(new Question(workspace, null, IsBot: true)),
            _table.KeyOf(new Question(workspace, null, IsBot: false)),
        };
        if (userId is not null)
        {
            keys.Add(_table.KeyOf(new Question(workspace, userId, IsBot: false)));
        }

        try
        {
            await _cache.RemoveAsync(keys, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The change has happened. Here no earlier answer is current any more, and elsewhere none outlives its time.
        }
    }

    /// <summary>What the cache holds in memory, where it is current; else null. It takes nothing along that only a lookup of the store needs, which would cost a hit a tenth of its time.</summary>
    private CachedLookup? FindHeld(WorkspaceId workspace, string? userId, bool isBot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        if (cancellationToken.IsCancellationRequested || _table.Find(workspace, userId, isBot) is not { } slot)
        {
            return null;
        }

        // A cache whose memory does not answer at once is asked again, by a caller who waits.
        var held = _cache.GetOrCreateAsync(slot.Key, slot, _read, _held, tags: null, CancellationToken.None);
        if (!held.IsCompletedSuccessfully || held.Result is not { } found || !IsCurrent(found, slot))
        {
            return null;
        }

        CacheMeter.Count(isBot, CacheMeter.Hit);
        return found;
    }

    private async ValueTask<object?> LookUpAsync(Question question, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var canBeStored = StoreArguments.CanBeStored(question.Workspace, question.UserId);
        if (!canBeStored || _table.FindOrAdd(question) is not { } slot)
        {
            var stored = await ReadStoreAsync(question, cancellationToken).ConfigureAwait(false);
            CacheMeter.Count(question.IsBot, canBeStored ? CacheMeter.Full : CacheMeter.Miss);
            return stored;
        }

        var found = await _cache.GetOrCreateAsync(slot.Key, (slot, Activity.Current), _readAs, _entry, tags: null, cancellationToken).ConfigureAwait(false);
        var isCurrent = IsCurrent(found, slot);
        var record = isCurrent ? found.Record : await ReadAgainAsync(slot, cancellationToken).ConfigureAwait(false);
        CacheMeter.Count(question.IsBot, isCurrent && found.IsShared ? CacheMeter.Hit : CacheMeter.Miss);
        return record;
    }

    /// <summary>Asks the store, once for all who wait, and has the cache take its answer.</summary>
    private async ValueTask<object?> ReadAgainAsync(LookupSlot slot, CancellationToken cancellationToken)
    {
        var began = _clock.GetUtcNow();
        var found = await _cache.GetOrCreateAsync(slot.Key, (slot, Activity.Current), _readAs, _readAgain, tags: null, cancellationToken).ConfigureAwait(false);

        // Who joined a lookup that had begun before yet another change, or before the token was due, asks for itself.
        return found.Version == slot.Workspace.Version && (found.ReadAt >= began || found.IsUsable(_clock))
            ? found.Record
            : await ReadStoreAsync(slot.Question, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<object?> ReadStoreAsync(Question question, CancellationToken cancellationToken) => question.IsBot
        ? await _inner.FindBotAsync(question.Workspace, cancellationToken).ConfigureAwait(false)
        : await _inner.FindInstallationAsync(question.Workspace, question.UserId, cancellationToken).ConfigureAwait(false);

    /// <summary>Asks the store on behalf of the cache.</summary>
    private async ValueTask<CachedLookup> ReadAsync(LookupSlot slot, CancellationToken cancellationToken)
    {
        var (version, readAt) = (slot.Workspace.Version, _clock.GetUtcNow());
        slot.ReadAt = readAt.UtcTicks;
        return new CachedLookup(slot.Key, await ReadStoreAsync(slot.Question, cancellationToken).ConfigureAwait(false), readAt, version, _options);
    }

    /// <summary>The same for a caller whom the thread on which the cache calls this may not know: the engine's span would have no parent.</summary>
    private async ValueTask<CachedLookup> ReadAsAsync((LookupSlot Slot, Activity? Caller) lookup, CancellationToken cancellationToken)
    {
        Activity.Current = lookup.Caller;
        return await ReadAsync(lookup.Slot, cancellationToken).ConfigureAwait(false);
    }

    private bool IsCurrent(CachedLookup found, LookupSlot slot) => (found.Version == slot.Workspace.Version || _table.TryAdopt(found, slot)) && found.IsUsable(_clock);

    /// <summary>Leases of the store. Whoever asked for one, and got it or not, then finds what is stored, not what is cached: a refresh token works once.</summary>
    private sealed class CachingLeasing(IRotationLeasing inner, CachingInstallationStore store) : IRotationLeasing
    {
        public async ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default)
        {
            var lease = await inner.TryAcquireLeaseAsync(workspace, userId, duration, cancellationToken).ConfigureAwait(false);
            store.Forget(workspace);
            return lease;
        }

        public ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default) =>
            store.ChangeAsync(StoreArguments.Validate(lease, bot), null, isWhole: false, inner.TrySaveBotAsync(lease, bot, cancellationToken));

        public ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default) =>
            store.ChangeAsync(StoreArguments.Validate(lease, installation), lease.UserId, isWhole: false, inner.TrySaveInstallationAsync(lease, installation, cancellationToken));

        public ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default) => inner.ReleaseLeaseAsync(lease, cancellationToken);
    }
}
