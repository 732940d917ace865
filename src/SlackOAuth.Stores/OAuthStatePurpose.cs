namespace SlackOAuth.Stores;

/// <summary>What a state was issued for. A state of one purpose is unknown to the other.</summary>
public enum OAuthStatePurpose
{
    /// <summary>Installing the app (<c>oauth/v2/authorize</c>).</summary>
    Install = 0,

    /// <summary>Sign in with Slack (<c>openid/connect/authorize</c>).</summary>
    SignIn = 1,
}
