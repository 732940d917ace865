using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SlackOAuth;

/// <summary>Traces and measures the calls to Slack.</summary>
internal sealed class SlackApiObserver
{
    // Slack's errors are short lowercase words; what is none might hold anything.
    private const int MaxErrorLength = 60;

    internal static readonly string? Version = typeof(SlackApiObserver).Assembly.GetName().Version?.ToString(3);
    internal static readonly ActivitySource Source = new(SlackOAuthTelemetry.Name, Version);

    private readonly Histogram<double> _duration;

    public SlackApiObserver(IMeterFactory meters)
    {
        _duration = meters.Create(SlackOAuthTelemetry.Name, Version).CreateHistogram(
            SlackOAuthTelemetry.ApiDurationName,
            unit: "s",
            description: "How long the calls to Slack's API take, retries included.",
            tags: null,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
    }

    internal async Task<SlackResult<T>> ObserveAsync<T>(string method, Func<Task<SlackResult<T>>> call)
        where T : class
    {
        using var activity = Source.StartActivity(method, ActivityKind.Client);
        activity?.SetTag(SlackOAuthTelemetry.MethodAttribute, method);
        var started = Stopwatch.GetTimestamp();
        string? error = null;
        try
        {
            var result = await call().ConfigureAwait(false);
            error = result.Ok ? null : ErrorType(result.Error.Code);
            return result;
        }
        catch (Exception exception)
        {
            error = exception.GetType().FullName;
            throw;
        }
        finally
        {
            var tags = new TagList { { SlackOAuthTelemetry.MethodAttribute, method } };
            if (error is not null)
            {
                tags.Add(SlackOAuthTelemetry.ErrorTypeAttribute, error);
                activity?.SetTag(SlackOAuthTelemetry.ErrorTypeAttribute, error);
                activity?.SetStatus(ActivityStatusCode.Error);
            }

            _duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, tags);
        }
    }

    private static string ErrorType(string code) =>
        code.Length <= MaxErrorLength && code.All(static character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_')
            ? code
            : SlackOAuthTelemetry.Other;
}
