using SlackOAuth.Stores.DependencyInjection;

namespace SlackOAuth.Stores.Telemetry;

/// <summary>Traces and measures every call of a state store. It owns the store, and disposes it.</summary>
internal sealed class TelemetryOAuthStateStore(IOAuthStateStore inner, string systemName) : IOAuthStateStore, IStoreDecorator, IAsyncDisposable, IDisposable
{
    private readonly StoreObserver _observer = new(systemName);

    public ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default) =>
        _observer.MeasureAsync(nameof(IssueAsync), (inner, data, cancellationToken), static call => call.inner.IssueAsync(call.data, call.cancellationToken));

    public ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default) =>
        _observer.MeasureAsync(
            nameof(ConsumeAsync),
            (inner, state, purpose, cancellationToken),
            static call => call.inner.ConsumeAsync(call.state, call.purpose, call.cancellationToken));

    public TCapability? GetCapability<TCapability>()
        where TCapability : class => inner.GetCapability<TCapability>();

    public void Dispose() => OwnedStore.Dispose(inner);

    public ValueTask DisposeAsync() => OwnedStore.DisposeAsync(inner);
}
