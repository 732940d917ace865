using Microsoft.AspNetCore.Http;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>An install whose state is verified and whose code is not yet exchanged.</summary>
public sealed class BeforeInstallContext : SlackOAuthHookContext
{
    internal BeforeInstallContext(HttpContext httpContext)
        : base(httpContext)
    {
    }

    /// <summary>What the install was begun with; null where state verification is off and there was no valid state.</summary>
    public OAuthStateData? State { get; internal init; }
}
