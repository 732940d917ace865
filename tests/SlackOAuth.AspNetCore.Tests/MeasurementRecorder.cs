using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace SlackOAuth.AspNetCore.Tests;

/// <summary>Writes down every measurement of every meter of the process, other tests' included: the instrument, and its attributes.</summary>
internal sealed class MeasurementRecorder : IDisposable
{
    private readonly ConcurrentDictionary<string, bool> _written = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    public MeasurementRecorder()
    {
        _listener.InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Write(instrument, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Write(instrument, tags));
        _listener.Start();
    }

    public IEnumerable<string> Written => _written.Keys;

    public void Dispose() => _listener.Dispose();

    private void Write(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _written.TryAdd($"{instrument.Meter.Name} {instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}", true);
}
