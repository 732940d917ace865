using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>The settings of Sign in with Slack (<c>MapSignInWithSlack</c>).</summary>
public sealed class SlackSignInOptions
{
    /// <summary>Where a sign-in begins.</summary>
    /// <value>The default is <c>/slack/signin</c>.</value>
    public string Path { get; set; } = "/slack/signin";

    /// <summary>Where Slack sends the user back to.</summary>
    /// <value>The default is <c>/slack/signin/callback</c>.</value>
    public string CallbackPath { get; set; } = "/slack/signin/callback";

    /// <summary>The absolute address of the callback, as it stands among the redirect URLs of the app's settings.</summary>
    /// <value>The default is null: <see cref="CallbackPath"/> on the scheme and host of the request, which Slack accepts only where it is registered.</value>
    public string? RedirectUri { get; set; }

    /// <summary>What is asked for: <c>openid</c>, and <c>email</c> and <c>profile</c> where wanted.</summary>
    /// <value>The default is all three.</value>
    public ScopeList Scopes { get; set; } = ["openid", "email", "profile"];

    /// <summary>Whether <c>openid.connect.userInfo</c> is asked too: one more call to Slack.</summary>
    /// <value>The default is false.</value>
    public bool UserInfoEnabled { get; set; }
}
