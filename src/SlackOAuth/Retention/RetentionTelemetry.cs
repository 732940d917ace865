using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SlackOAuth;

/// <summary>The traces and metrics of retention.</summary>
internal sealed class RetentionTelemetry(IMeterFactory meters)
{
    internal const string States = "expired_states";
    internal const string Workspaces = "unused_workspaces";
    internal const string History = "old_history";

    private readonly Counter<long> _removed = meters.Create(SlackOAuthTelemetry.Name, SlackApiObserver.Version)
        .CreateCounter<long>(SlackOAuthTelemetry.RetentionRemovedName, "{record}", "What retention removed: states, workspaces and records of history.");

    private readonly Histogram<double> _duration = meters.Create(SlackOAuthTelemetry.Name, SlackApiObserver.Version).CreateHistogram(
        SlackOAuthTelemetry.RetentionDurationName,
        "s",
        "How long the parts of a sweep of retention take.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.1, 1, 10, 60, 600, 3600] });

    internal void CountRemoved(string part, int count)
    {
        if (count > 0)
        {
            _removed.Add(count, new KeyValuePair<string, object?>(SlackOAuthTelemetry.RetentionPartAttribute, part));
        }
    }

    /// <summary>Measures one part of a sweep. It says itself why it failed; null where it did not.</summary>
    internal async Task<string?> ObserveAsync(string part, Func<Task<string?>> run)
    {
        using var activity = SlackApiObserver.Source.StartActivity(SlackOAuthTelemetry.RetentionSpanName);
        activity?.SetTag(SlackOAuthTelemetry.RetentionPartAttribute, part);
        var started = Stopwatch.GetTimestamp();
        var error = await run().ConfigureAwait(false);
        var tags = new TagList { { SlackOAuthTelemetry.RetentionPartAttribute, part } };
        if (error is not null)
        {
            tags.Add(SlackOAuthTelemetry.ErrorTypeAttribute, error);
            activity?.SetTag(SlackOAuthTelemetry.ErrorTypeAttribute, error);
            activity?.SetStatus(ActivityStatusCode.Error);
        }

        _duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, tags);
        return error;
    }
}
