using System.Diagnostics.Metrics;
using SlackOAuth.Stores;

namespace SlackOAuth.Soak;

/// <summary>Counts what came of the cached lookups of this process, so that a run can show that the cache was in it.</summary>
internal sealed class CacheHits : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _hits;
    private long _lookups;

    internal CacheHits()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == StoreTelemetry.MeterName && instrument.Name == StoreTelemetry.CacheLookupsName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            Interlocked.Add(ref _lookups, count);
            foreach (var tag in tags)
            {
                if (tag.Key == StoreTelemetry.CacheResultAttribute && tag.Value is "hit")
                {
                    Interlocked.Add(ref _hits, count);
                }
            }
        });
        _listener.Start();
    }

    internal long Hits => Interlocked.Read(ref _hits);

    internal long Lookups => Interlocked.Read(ref _lookups);

    public void Dispose() => _listener.Dispose();
}
