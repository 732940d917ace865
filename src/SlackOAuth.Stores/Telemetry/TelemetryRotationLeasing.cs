namespace SlackOAuth.Stores.Telemetry;

/// <summary>Traces and measures the calls about leases as those of the store are.</summary>
internal sealed class TelemetryRotationLeasing(IRotationLeasing inner, StoreObserver observer) : IRotationLeasing
{
    public ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default) =>
        observer.MeasureAsync(
            nameof(TryAcquireLeaseAsync),
            (inner, workspace, userId, duration, cancellationToken),
            static call => call.inner.TryAcquireLeaseAsync(call.workspace, call.userId, call.duration, call.cancellationToken));

    public ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default) =>
        observer.MeasureAsync(nameof(TrySaveBotAsync), (inner, lease, bot, cancellationToken), static call => call.inner.TrySaveBotAsync(call.lease, call.bot, call.cancellationToken));

    public ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default) =>
        observer.MeasureAsync(
            nameof(TrySaveInstallationAsync),
            (inner, lease, installation, cancellationToken),
            static call => call.inner.TrySaveInstallationAsync(call.lease, call.installation, call.cancellationToken));

    public ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default) =>
        observer.MeasureAsync(nameof(ReleaseLeaseAsync), (inner, lease, cancellationToken), static call => call.inner.ReleaseLeaseAsync(call.lease, call.cancellationToken));
}
