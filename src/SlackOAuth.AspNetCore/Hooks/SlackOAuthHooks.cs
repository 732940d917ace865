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
