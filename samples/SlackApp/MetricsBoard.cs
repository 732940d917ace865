using System.Diagnostics.Metrics;
using SlackOAuth;
using SlackOAuth.Stores;

namespace SlackApp;

/// <summary>Adds up the family's metrics since the start, for the status page. A deployment exports them instead: AddSlackOAuthInstrumentation of SlackOAuth.OpenTelemetry.</summary>
internal sealed class MetricsBoard : IDisposable
{
    private static readonly string[] Meters = [SlackOAuthTelemetry.Name, SlackOAuthTelemetry.EndpointsName, StoreTelemetry.MeterName];

    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Instrument, string Attributes), Row> _rows = [];
    private readonly MeterListener _listener = new();

    public MetricsBoard()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (Meters.Contains(instrument.Meter.Name))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>What was counted: a counter has a total alone, a histogram the number of its measurements too.</summary>
    public sealed record Row(string Instrument, string? Unit, string Attributes, bool IsHistogram, long Count, double Total);

    public IReadOnlyList<Row> Rows
    {
        get
        {
            lock (_gate)
            {
                return [.. _rows.Values];
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var attributes = string.Join(", ", tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal));
        lock (_gate)
        {
            var row = _rows.GetValueOrDefault((instrument.Name, attributes)) ?? new(instrument.Name, instrument.Unit, attributes, instrument is Histogram<double>, 0, 0);
            _rows[(instrument.Name, attributes)] = row with { Count = row.Count + 1, Total = row.Total + value };
        }
    }
}
