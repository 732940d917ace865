using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>An install that is about to begin. What is set here is what Slack is asked for.</summary>
public sealed class BeforeRedirectContext : SlackOAuthHookContext
{
    internal BeforeRedirectContext(HttpContext httpContext)
        : base(httpContext)
    {
    }

    /// <summary>The workspace to preselect, from <c>?team=</c>; null to let the installer choose. A wish only: Slack lets the installer choose another.</summary>
    public string? TeamId { get; set; }

    /// <summary>The bot scopes to ask for.</summary>
    public required ScopeList Scopes { get; set; }

    /// <summary>The user scopes to ask for.</summary>
    public required ScopeList UserScopes { get; set; }

    /// <summary>The redirect URI; null for the first of the app's settings.</summary>
    public string? RedirectUri { get; set; }

    /// <summary>The app's own JSON, which the later hooks find in <see cref="OAuthStateData.AppData"/>: <see cref="OAuthStateData.MaxAppDataBytes"/> bytes at most; null for none.</summary>
    public JsonElement? AppData { get; set; }
}
