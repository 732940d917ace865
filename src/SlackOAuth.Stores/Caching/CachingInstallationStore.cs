using System.Diagnostics;
using Microsoft.Extensions.Caching.Hybrid;
using SlackOAuth.Stores.DependencyInjection;

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

    internal CachingInstallationStore(IInstallationStore inner, HybridCache cache, LookupCacheOptions options, string clientId, TimeProvider clock)
    {
        (_inner, _cache, _options, _clock) = (inner, cache, options, clock);
        _table = new LookupTable(clientId, options, clock);
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
        var lookup = FindAsync(new Question(workspace, null, IsBot: true), cancellationToken);
        return lookup.IsCompletedSuccessfully ? new((Bot?)lookup.Result) : AwaitAsync(lookup);

        static async ValueTask<Bot?> AwaitAsync(ValueTask<object?> lookup) => (Bot?)await lookup.ConfigureAwait(false);
    }

    public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        var lookup = FindAsync(new Question(workspace, userId, IsBot: false), cancellationToken);
        return lookup.IsCompletedSuccessfully ? new((Installation?)lookup.Result) : AwaitAsync(lookup);

        static async ValueTask<Installation?> AwaitAsync(ValueTask<object?> lookup) => (Installation?)await lookup.ConfigureAwait(false);
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
            || typeof(TCapability) == typeof(IStorePreparation)
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

    private ValueTask<object?> FindAsync(Question question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question.Workspace);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<object?>(cancellationToken);
        }

        var slot = _table.Find(question);
        if (slot is null && (!StoreArguments.CanBeStored(question.Workspace, question.UserId) || (slot = _table.FindOrAdd(question)) is null))
        {
            return ReadStoreAsync(question, cancellationToken);
        }

        var lookup = _cache.GetOrCreateAsync(slot.Key, new Lookup(this, slot, Activity.Current), Lookup.Read, _entry, tags: null, cancellationToken);
        if (!lookup.IsCompletedSuccessfully)
        {
            return AwaitAsync(lookup, slot, cancellationToken);
        }

        var found = lookup.Result;
        return IsCurrent(found, slot) ? new(found.Record) : ReadAgainAsync(slot, cancellationToken);
    }

    private async ValueTask<object?> AwaitAsync(ValueTask<CachedLookup> lookup, LookupSlot slot, CancellationToken cancellationToken)
    {
        var found = await lookup.ConfigureAwait(false);
        return IsCurrent(found, slot) ? found.Record : await ReadAgainAsync(slot, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks the store, once for all who wait, and has the cache take its answer.</summary>
    private async ValueTask<object?> ReadAgainAsync(LookupSlot slot, CancellationToken cancellationToken)
    {
        var began = _clock.GetUtcNow();
        var found = await _cache.GetOrCreateAsync(slot.Key, new Lookup(this, slot, Activity.Current), Lookup.Read, _readAgain, tags: null, cancellationToken).ConfigureAwait(false);

        // Who joined a lookup that had begun before yet another change, or before the token was due, asks for itself.
        return found.Version == slot.Workspace.Number && (found.ReadAt >= began || found.IsUsable(_clock))
            ? found.Record
            : await ReadStoreAsync(slot.Question, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<object?> ReadStoreAsync(Question question, CancellationToken cancellationToken) => question.IsBot
        ? await _inner.FindBotAsync(question.Workspace, cancellationToken).ConfigureAwait(false)
        : await _inner.FindInstallationAsync(question.Workspace, question.UserId, cancellationToken).ConfigureAwait(false);

    private bool IsCurrent(CachedLookup found, LookupSlot slot) => (found.Version == slot.Workspace.Number || _table.TryAdopt(found, slot)) && found.IsUsable(_clock);

    /// <summary>What a lookup needs to ask the store.</summary>
    private readonly record struct Lookup(CachingInstallationStore Store, LookupSlot Slot, Activity? Caller)
    {
        internal static readonly Func<Lookup, CancellationToken, ValueTask<CachedLookup>> Read = ReadAsync;

        private static async ValueTask<CachedLookup> ReadAsync(Lookup lookup, CancellationToken cancellationToken)
        {
            var (store, slot, caller) = lookup;

            // The cache may call this on a thread that knows nothing of the caller, and the engine's span would have no parent.
            Activity.Current = caller;
            var (version, readAt) = (slot.Workspace.Number, store._clock.GetUtcNow());
            slot.ReadAt = readAt.UtcTicks;
            return new CachedLookup(slot.Key, await store.ReadStoreAsync(slot.Question, cancellationToken).ConfigureAwait(false), readAt, version, store._options);
        }
    }

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
