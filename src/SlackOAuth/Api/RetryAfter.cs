using System.Net;

namespace SlackOAuth;

internal static class RetryAfter
{
    /// <summary>How long an answer asks to wait; null where it does not say. A date is taken against the injected clock.</summary>
    public static TimeSpan? Read(HttpResponseMessage response, TimeProvider time)
    {
        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    public static bool IsRateLimit(HttpResponseMessage? response) => response?.StatusCode == HttpStatusCode.TooManyRequests;
}
