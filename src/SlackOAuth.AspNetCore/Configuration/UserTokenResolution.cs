namespace SlackOAuth.AspNetCore;

/// <summary>Whose user token a request's authorization holds. It is never another user's.</summary>
public enum UserTokenResolution
{
    /// <summary><see cref="RequestingUser"/> where <see cref="SlackOAuthOptions.UserScopes"/> asks for any scope, else <see cref="None"/>.</summary>
    Automatic = 0,

    /// <summary>Nobody's: the bot is looked up and nothing else. One call to the store.</summary>
    None,

    /// <summary>The user who sent the request, in the workspace of the installation. One call to the store where that user is the latest installer, else two; in a Grid three where the user has not installed.</summary>
    RequestingUser,

    /// <summary>
    /// The user who acted, in that user's own workspace: for channels shared between organizations (Slack Connect), where events name an actor.
    /// As many calls as <see cref="RequestingUser"/>, and one more for an actor of another organization who may have installed org-wide; no user token where the request names no actor.
    /// </summary>
    Actor,
}
