namespace SlackOAuth.Testing;

/// <summary>A request that reached this Slack.</summary>
/// <param name="Method">The Web API method (<c>oauth.v2.access</c>), or the path without its first slash (<c>openid/connect/keys</c>).
/// Of an incoming webhook it is <c>services</c> alone, and of a <c>response_url</c> <c>commands</c> or <c>actions</c>: the rest of those paths is a secret.</param>
/// <param name="GrantType">The <c>grant_type</c> of an OAuth method, <c>authorization_code</c> where the request leaves it out; null for other methods.</param>
/// <param name="At">When it arrived, by the options' clock.</param>
public sealed record SlackCall(string Method, string? GrantType, DateTimeOffset At);
