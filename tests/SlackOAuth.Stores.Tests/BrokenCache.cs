using System.ComponentModel;
using Microsoft.Extensions.Caching.Hybrid;

namespace SlackOAuth.Stores.Tests;

/// <summary>Caches of bots as one writes them first: each loses a change in its own way. The tests of the cache have to tell them from a right one.</summary>
public sealed class BrokenCache : IInstallationStore, IRotationLeasing, IStoreDecorator
{
    private readonly IInstallationStore _inner;
    private readonly HybridCache _cache;
    private readonly Fault _fault;

    internal BrokenCache(IInstallationStore inner, HybridCache cache, Fault fault) => (_inner, _cache, _fault) = (inner, cache, fault);

    /// <summary>What is wrong.</summary>
    public enum Fault
    {
        /// <summary>A save leaves what is cached.</summary>
        ForgetsToInvalidate,

        /// <summary>A save removes the key, and a lookup under way puts it back.</summary>
        RemovesByKey,

        /// <summary>A save removes by a tag: what a lookup under way puts there counts as newer.</summary>
        RemovesByTag,
    }

    private static HybridCacheEntryOptions Entry { get; } = new() { Expiration = TimeSpan.FromSeconds(5) };

    public async ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        (await _cache.GetOrCreateAsync(Key(workspace), async token => new Cached(await _inner.FindBotAsync(workspace, token)), Entry, [Key(workspace)], cancellationToken)).Bot;

    public async ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        await _inner.SaveBotAsync(bot, cancellationToken);
        await InvalidateAsync(new WorkspaceId(bot.EnterpriseId, bot.TeamId, bot.IsEnterpriseInstall));
    }

    public async ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        await _inner.DeleteBotAsync(workspace, cancellationToken);
        await InvalidateAsync(workspace);
    }

    public async ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default)
    {
        var isSaved = await _inner.GetCapability<IRotationLeasing>()!.TrySaveBotAsync(lease, bot, cancellationToken);
        await InvalidateAsync(lease.Workspace);
        return isSaved;
    }

    public ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default) =>
        _inner.GetCapability<IRotationLeasing>()!.TryAcquireLeaseAsync(workspace, userId, duration, cancellationToken);

    public ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default) => _inner.GetCapability<IRotationLeasing>()!.ReleaseLeaseAsync(lease, cancellationToken);

    public TCapability? GetCapability<TCapability>()
        where TCapability : class => this as TCapability;

    public ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    private static string Key(WorkspaceId workspace) => $"{workspace.EnterpriseId}-{workspace.TeamId}";

    private ValueTask InvalidateAsync(WorkspaceId workspace) => _fault switch
    {
        Fault.RemovesByKey => _cache.RemoveAsync(Key(workspace)),
        Fault.RemovesByTag => _cache.RemoveByTagAsync(Key(workspace)),
        _ => ValueTask.CompletedTask,
    };

    [ImmutableObject(true)]
    private sealed class Cached(Bot? bot)
    {
        internal Bot? Bot => bot;
    }
}
