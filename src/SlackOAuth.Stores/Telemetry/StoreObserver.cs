using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SlackOAuth.Stores.Telemetry;

/// <summary>Measures the calls of one store. Where nobody listens, a call goes straight through and allocates nothing.</summary>
internal sealed class StoreObserver(string systemName)
{
    private static readonly string? Version = typeof(StoreObserver).Assembly.GetName().Version?.ToString(3);
    internal static readonly Meter Meter = new(StoreTelemetry.MeterName, Version);
    private static readonly ActivitySource Source = new(StoreTelemetry.ActivitySourceName, Version);
    
    // The boundaries are those that the conventions advise for this instrument.
    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        StoreTelemetry.OperationDurationName,
        unit: "s",
        description: "How long the calls of the Slack OAuth stores take.",
        tags: null,
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] });

    internal ValueTask MeasureAsync<TCall>(string operation, TCall call, Func<TCall, ValueTask> invoke) =>
        IsObserved ? ObserveAsync(operation, call, invoke) : invoke(call);

    internal ValueTask<TResult> MeasureAsync<TCall, TResult>(string operation, TCall call, Func<TCall, ValueTask<TResult>> invoke) =>
        IsObserved ? ObserveAsync(operation, call, invoke) : invoke(call);

    private static bool IsObserved => Duration.Enabled || Source.HasListeners();

    private async ValueTask ObserveAsync<TCall>(string operation, TCall call, Func<TCall, ValueTask> invoke) =>
        await ObserveAsync(
            operation,
            (call, invoke),
            static async inner =>
            {
                await inner.invoke(inner.call).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);

    private async ValueTask<TResult> ObserveAsync<TCall, TResult>(string operation, TCall call, Func<TCall, ValueTask<TResult>> invoke)
    {
        using var activity = Source.StartActivity(operation, ActivityKind.Client);
        activity?.SetTag(StoreTelemetry.SystemNameAttribute, systemName);
        activity?.SetTag(StoreTelemetry.OperationNameAttribute, operation);
        var started = Stopwatch.GetTimestamp();
        string? error = null;
        try
        {
            return await invoke(call).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The type alone: a driver may put a key or an address into the text.
            error = exception.GetType().FullName;
            activity?.SetTag(StoreTelemetry.ErrorTypeAttribute, error);
            if (exception is not OperationCanceledException)
            {
                activity?.SetStatus(ActivityStatusCode.Error);
            }

            throw;
        }
        finally
        {
            Record(operation, error, Stopwatch.GetElapsedTime(started));
        }
    }

    private void Record(string operation, string? error, TimeSpan elapsed)
    {
        if (!Duration.Enabled)
        {
            return;
        }

        var tags = new TagList
        {
            { StoreTelemetry.SystemNameAttribute, systemName },
            { StoreTelemetry.OperationNameAttribute, operation },
        };
        if (error is not null)
        {
            tags.Add(StoreTelemetry.ErrorTypeAttribute, error);
        }

        Duration.Record(elapsed.TotalSeconds, tags);
    }
}
