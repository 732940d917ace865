using SlackOAuth.Stores.DependencyInjection;

namespace SlackOAuth.Stores.Telemetry;

/// <summary>Traces and measures every call of an installation store. It owns the store, and disposes it.</summary>
internal sealed class TelemetryInstallationStore(IInstallationStore inner, string systemName) : IInstallationStore, IStoreDecorator, IAsyncDisposable, IDisposable
{
    private readonly StoreObserver _observer = new(systemName);

    public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default) =>
        _observer.MeasureAsync(nameof(SaveAsync), (inner, installation, cancellationToken), static call => call.inner.SaveAsync(call.installation, call.cancellationToken));

    public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default) =>
        _observer.MeasureAsync(nameof(SaveBotAsync), (inner, bot, cancellationToken), static call => call.inner.SaveBotAsync(call.bot, call.cancellationToken));

    public ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        _observer.MeasureAsync(nameof(FindBotAsync), (inner, workspace, cancellationToken), static call => call.inner.FindBotAsync(call.workspace, call.cancellationToken));

    public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        _observer.MeasureAsync(
            nameof(FindInstallationAsync),
            (inner, workspace, userId, cancellationToken),
            static call => call.inner.FindInstallationAsync(call.workspace, call.userId, call.cancellationToken));

    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        _observer.MeasureAsync(nameof(DeleteBotAsync), (inner, workspace, cancellationToken), static call => call.inner.DeleteBotAsync(call.workspace, call.cancellationToken));

    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        _observer.MeasureAsync(
            nameof(DeleteInstallationAsync),
            (inner, workspace, userId, cancellationToken),
            static call => call.inner.DeleteInstallationAsync(call.workspace, call.userId, call.cancellationToken));

    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        _observer.MeasureAsync(nameof(DeleteAllAsync), (inner, workspace, cancellationToken), static call => call.inner.DeleteAllAsync(call.workspace, call.cancellationToken));

    public TCapability? GetCapability<TCapability>()
        where TCapability : class
    {
        var capability = inner.GetCapability<TCapability>();

        // Looked at by what was asked for: a store may be several capabilities in one object.
        return capability switch
        {
            IRotationLeasing leasing when typeof(TCapability) == typeof(IRotationLeasing) => (TCapability)(object)new TelemetryRotationLeasing(leasing, _observer),
            IHistoryTrimming trimming when typeof(TCapability) == typeof(IHistoryTrimming) => (TCapability)(object)new TelemetryHistoryTrimming(trimming, _observer),
            _ => capability,
        };
    }

    public void Dispose() => OwnedStore.Dispose(inner);

    public ValueTask DisposeAsync() => OwnedStore.DisposeAsync(inner);
}
