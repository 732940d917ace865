using Microsoft.AspNetCore.Http;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>An installation that is saved.</summary>
public sealed class InstallSucceededContext : SlackOAuthHookContext
{
    internal InstallSucceededContext(HttpContext httpContext)
        : base(httpContext)
    {
    }

    /// <summary>What was saved.</summary>
    public required Installation Installation { get; init; }

    /// <summary>What the install was begun with; null where state verification is off and there was no valid state.</summary>
    public OAuthStateData? State { get; internal init; }
}
