namespace SlackOAuth;

/// <summary>
/// Builds the URL that an installer is sent to: <c>https://slack.com/oauth/v2/authorize</c>.
/// Immutable; <c>generator with { Scopes = … }</c> gives one for an install with options of its own.
/// </summary>
/// <remarks>Every value is escaped, so that none can add or replace a parameter. See https://docs.slack.dev/authentication/installing-with-oauth.</remarks>
public sealed record AuthorizeUrlGenerator
{
    /// <summary>Slack's authorize URL.</summary>
    public const string DefaultAuthorizationUrl = "https://slack.com/oauth/v2/authorize";

    /// <summary>The app's client id.</summary>
    public required string ClientId { get; init; }

    /// <summary>The bot scopes asked for. Empty for an app that wants user tokens only; the parameter is then sent empty, as Slack's own SDKs do.</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>The user scopes asked for. Where empty, the parameter is sent empty, as Slack's own SDKs do.</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<string> UserScopes { get; init; } = [];

    /// <summary>Where Slack sends the installer back to; null (or empty) for the first redirect URL of the app's settings.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>The page the URL leads to; a query it has is kept.</summary>
    /// <value>The default is <see cref="DefaultAuthorizationUrl"/>.</value>
    public string AuthorizationUrl { get; init; } = DefaultAuthorizationUrl;

    /// <summary>Builds the URL of one install.</summary>
    /// <param name="state">The state issued for this install.</param>
    /// <param name="team">The workspace to preselect (<c>T…</c>); null or empty to let the installer choose.</param>
    /// <exception cref="ArgumentException"><paramref name="state"/> or <see cref="ClientId"/> is empty, a scope is empty, or <see cref="AuthorizationUrl"/> is no absolute http(s) URL.</exception>
    public string Generate(string state, string? team = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(state);
        ArgumentException.ThrowIfNullOrEmpty(ClientId);
        return AuthorizeUrl.Build(
            AuthorizationUrl,
            ("state", state),
            ("client_id", ClientId),
            ("scope", AuthorizeUrl.Join(',', Scopes, nameof(Scopes))),
            ("user_scope", AuthorizeUrl.Join(',', UserScopes, nameof(UserScopes))),
            ("redirect_uri", AuthorizeUrl.NullIfEmpty(RedirectUri)),
            ("team", AuthorizeUrl.NullIfEmpty(team)));
    }
}
