using Microsoft.AspNetCore.Http;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>An installation that is not yet saved.</summary>
public sealed class AfterInstallContext : SlackOAuthHookContext
{
    internal AfterInstallContext(HttpContext httpContext)
        : base(httpContext)
    {
    }

    /// <summary>What will be saved. Replace it to add to it: <c>context.Installation = context.Installation with { CustomValues = … }</c>.</summary>
    public required Installation Installation { get; set; }

    /// <summary>What the install was begun with; null where state verification is off and there was no valid state.</summary>
    public OAuthStateData? State { get; internal init; }
}
