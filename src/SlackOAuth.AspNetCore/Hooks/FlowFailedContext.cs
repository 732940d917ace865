using Microsoft.AspNetCore.Http;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>An install or a sign-in that failed.</summary>
public sealed class FlowFailedContext : SlackOAuthHookContext
{
    internal FlowFailedContext(HttpContext httpContext)
        : base(httpContext)
    {
    }

    /// <summary>Which flow failed.</summary>
    public required OAuthStatePurpose Purpose { get; init; }

    /// <summary>One of <see cref="OAuthFailureReasons"/>, or Slack's <c>error</c>, which may be anything a client sent: escape it.</summary>
    public required string Reason { get; init; }

    /// <summary>The status that the failure page is sent with.</summary>
    public required int StatusCode { get; init; }

    /// <summary>What Slack answered to the code; null where Slack was not asked or did not refuse.</summary>
    public SlackError? Error { get; init; }

    /// <summary>The exception behind the failure; null where there was none.</summary>
    public Exception? Exception { get; init; }
}
