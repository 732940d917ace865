namespace SlackOAuth.Stores.Telemetry;

/// <summary>Traces and measures the trimming of histories as the calls of the store are.</summary>
internal sealed class TelemetryHistoryTrimming(IHistoryTrimming inner, StoreObserver observer) : IHistoryTrimming
{
    public ValueTask<int> TrimHistoryAsync(WorkspaceId workspace, DateTimeOffset olderThan, CancellationToken cancellationToken = default) =>
        observer.MeasureAsync(
            nameof(TrimHistoryAsync),
            (inner, workspace, olderThan, cancellationToken),
            static call => call.inner.TrimHistoryAsync(call.workspace, call.olderThan, call.cancellationToken));
}
