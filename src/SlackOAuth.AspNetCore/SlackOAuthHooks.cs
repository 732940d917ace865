using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>What an app does at each step of a flow. Each hook may answer the request itself: it writes the response and calls <see cref="SlackOAuthHookContext.HandleResponse"/>.</summary>
/// <remarks>An exception of a hook is not caught: it ends the request as an exception of any endpoint does.</remarks>
public sealed class SlackOAuthHooks
{
    /// <summary>At the install path, before a state is issued: chooses the workspace, scopes and redirect URI of this install, or refuses it. Null to do nothing.</summary>
    public Func<BeforeRedirectContext, Task>? BeforeRedirect { get; set; }

    /// <summary>At the callback, when the state has been verified and before the code is exchanged. Answered by the hook, nothing is installed. Null to do nothing.</summary>
    public Func<BeforeInstallContext, Task>? BeforeInstall { get; set; }

    /// <summary>
    /// When Slack has given the tokens and before they are saved: adds custom values, or checks who installed. Answered by the hook, nothing is saved, and the tokens
    /// are the hook's to revoke. Null to do nothing.
    /// </summary>
    public Func<AfterInstallContext, Task>? AfterInstall { get; set; }

    /// <summary>When the installation is saved, before the success page. Null to do nothing.</summary>
    public Func<InstallSucceededContext, Task>? Succeeded { get; set; }

    /// <summary>When an install or a sign-in failed, before the failure page. Null to do nothing.</summary>
    public Func<FlowFailedContext, Task>? Failed { get; set; }
}

/// <summary>The request that a hook runs in.</summary>
public abstract class SlackOAuthHookContext
{
    private protected SlackOAuthHookContext(HttpContext httpContext) => HttpContext = httpContext;

    /// <summary>The request and its response.</summary>
    public HttpContext HttpContext { get; }

    /// <summary>Whether the hook has answered the request.</summary>
    public bool IsHandled { get; private set; }

    /// <summary>Says that the hook has answered the request: the flow ends here and writes nothing more.</summary>
    public void HandleResponse() => IsHandled = true;

    /// <summary>The type's name: nothing of the flow is shown.</summary>
    public sealed override string ToString() => GetType().Name;
}

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
