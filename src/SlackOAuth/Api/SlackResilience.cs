using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace SlackOAuth;

/// <summary>
/// What is tried again, and what is not. A code, a refresh token and a trigger id work once: where the answer to one is lost, Slack may have used it up,
/// and a second call would be refused and hide what the first one did. Those calls are tried again only where Slack has certainly done nothing:
/// it limited the rate (429), or there was no connection to send the request over. Calls that may be repeated are also tried again after a lost answer and a 5xx.
/// </summary>
internal static class SlackResilience
{
    private static readonly HttpRequestOptionsKey<bool> Repeatable = new("SlackOAuth.Repeatable");

    public static void MarkRepeatable(HttpRequestMessage request) => request.Options.Set(Repeatable, true);

    public static void Configure(ResiliencePipelineBuilder<HttpResponseMessage> builder, IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<SlackOAuthClientOptions>>().Value;
        var time = services.GetRequiredService<TimeProvider>();
        builder.TimeProvider = time;
        builder.AddTimeout(options.TotalTimeout);
        if (options.MaxRetries > 0)
        {
            builder.AddRetry(new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = options.MaxRetries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(500),
                MaxDelay = options.MaxRetryDelay,
                UseJitter = true,
                ShouldHandle = arguments => new(ShouldRetry(arguments, options, time)),
                DelayGenerator = arguments => new(
                    arguments.Outcome.Result is { } response ? RetryAfter.Read(response, time) : null),
            });
        }

        builder.AddTimeout(options.AttemptTimeout);
    }

    /// <summary>Whether an exception says that no connection came about, so that the request was not sent.</summary>
    public static bool IsConnectFailure(Exception? exception) =>
        exception is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        };

    private static bool ShouldRetry(RetryPredicateArguments<HttpResponseMessage> arguments, SlackOAuthClientOptions options, TimeProvider time)
    {
        var (response, exception) = (arguments.Outcome.Result, arguments.Outcome.Exception);
        if (response is not null && RetryAfter.Read(response, time) > options.MaxRetryDelay)
        {
            return false;
        }

        if (RetryAfter.IsRateLimit(response) || IsConnectFailure(exception))
        {
            return true;
        }

        var repeatable = arguments.Context.GetRequestMessage()?.Options.TryGetValue(Repeatable, out var marked) == true && marked;
        return repeatable
            && (response?.StatusCode >= HttpStatusCode.InternalServerError
                || exception is TimeoutRejectedException
                || exception is HttpRequestException { HttpRequestError: not HttpRequestError.ConfigurationLimitExceeded });
    }
}
