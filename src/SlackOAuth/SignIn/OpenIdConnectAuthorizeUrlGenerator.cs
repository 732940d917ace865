namespace SlackOAuth;

/// <summary>
/// Builds the URL of Sign in with Slack: <c>https://slack.com/openid/connect/authorize</c>. Immutable.
/// </summary>
/// <remarks>Every value is escaped, so that none can add or replace a parameter. See https://docs.slack.dev/authentication/sign-in-with-slack.</remarks>
public sealed record OpenIdConnectAuthorizeUrlGenerator
{
    /// <summary>Slack's authorize URL of OpenID Connect.</summary>
    public const string DefaultAuthorizationUrl = "https://slack.com/openid/connect/authorize";

    /// <summary>The app's client id.</summary>
    public required string ClientId { get; init; }

    /// <summary>Where Slack sends the user back to.</summary>
    public required string RedirectUri { get; init; }

    /// <summary>The scopes asked for; Slack knows <c>openid</c>, <c>email</c> and <c>profile</c>.</summary>
    /// <value>The default is all three.</value>
    public IReadOnlyList<string> Scopes { get; init; } = ["openid", "email", "profile"];

    /// <summary>The page the URL leads to; a query it has is kept.</summary>
    /// <value>The default is <see cref="DefaultAuthorizationUrl"/>.</value>
    public string AuthorizationUrl { get; init; } = DefaultAuthorizationUrl;

    /// <summary>Builds the URL of one sign-in.</summary>
    /// <param name="state">The state issued for this sign-in.</param>
    /// <param name="nonce">What the id_token must repeat (<see cref="OpenIdConnectNonce"/>); null or empty for none.</param>
    /// <param name="team">The workspace to preselect (<c>T…</c>); null or empty to let the user choose.</param>
    /// <exception cref="ArgumentException"><paramref name="state"/>, <see cref="ClientId"/> or <see cref="RedirectUri"/> is empty, a scope is empty, or <see cref="AuthorizationUrl"/> is no absolute http(s) URL.</exception>
    public string Generate(string state, string? nonce = null, string? team = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(state);
        ArgumentException.ThrowIfNullOrEmpty(ClientId);
        ArgumentException.ThrowIfNullOrEmpty(RedirectUri);
        return AuthorizeUrl.Build(
            AuthorizationUrl,
            ("response_type", "code"),
            ("state", state),
            ("client_id", ClientId),
            ("scope", AuthorizeUrl.Join(' ', Scopes, nameof(Scopes))),
            ("redirect_uri", RedirectUri),
            ("team", AuthorizeUrl.NullIfEmpty(team)),
            ("nonce", AuthorizeUrl.NullIfEmpty(nonce)));
    }
}
