using System.Diagnostics;

namespace SlackOAuth.AspNetCore.Tests;

/// <summary>Records the finished spans, of every source, of the requests that are sent between Begin and its end. Tests side by side have traces of their own.</summary>
internal sealed class SpanRecorder : IDisposable
{
    private readonly ActivitySource _source = new("SlackOAuth.AspNetCore.Tests");
    private readonly ActivityListener _listener;
    private readonly List<Activity> _spans = [];
    private readonly HashSet<ActivityTraceId> _traces = [];
    private TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SpanRecorder()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (_spans)
                {
                    _spans.Add(activity);
                    _finished.TrySetResult();
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The spans in the order in which they began.</summary>
    public Activity[] Spans
    {
        get
        {
            lock (_spans)
            {
                return [.. _spans.Where(span => _traces.Contains(span.TraceId)).OrderBy(span => span.StartTimeUtc)];
            }
        }
    }

    /// <summary>All that an exporter could send of a span.</summary>
    public static string Write(Activity span) => string.Join(
        ' ',
        [
            span.Source.Name, span.OperationName, span.DisplayName, span.StatusDescription, span.TraceStateString, .. span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"),
            .. span.Baggage.Select(item => $"{item.Key}={item.Value}"), .. span.Events.SelectMany(item => item.Tags.Select(tag => $"{item.Name} {tag.Key}={tag.Value}")),
        ]);

    public IDisposable Begin()
    {
        Activity.Current = null;
        var activity = _source.StartActivity("test")!;
        lock (_spans)
        {
            _traces.Add(activity.TraceId);
        }

        return activity;
    }

    /// <summary>A server's span may end after the client has its answer.</summary>
    public async Task<Activity> WaitForAsync(string name)
    {
        while (true)
        {
            Task finished;
            lock (_spans)
            {
                _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
                finished = _finished.Task;
            }

            if (Spans.FirstOrDefault(span => span.OperationName == name) is { } found)
            {
                return found;
            }

            await finished.WaitAsync(TimeSpan.FromMinutes(2), SlackTestApp.Cancellation);
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _source.Dispose();
    }
}
