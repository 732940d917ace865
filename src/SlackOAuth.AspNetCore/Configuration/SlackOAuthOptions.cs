using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>The settings of a Slack app: its credentials, what it asks for, its paths, pages and hooks. Checked at start.</summary>
/// <remarks>
/// A value set in code goes before one of the configuration's section <see cref="SectionName"/>, and that before one of the environment (<c>SLACK_CLIENT_ID</c>,
/// <c>SLACK_CLIENT_SECRET</c>, <c>SLACK_SIGNING_SECRET</c>, <c>SLACK_SCOPES</c>, <c>SLACK_USER_SCOPES</c>, <c>SLACK_REDIRECT_URI</c>, <c>SLACK_INSTALL_PATH</c>,
/// <c>SLACK_REDIRECT_URI_PATH</c>, the names of Bolt for Python).
/// </remarks>
public sealed class SlackOAuthOptions
{
    /// <summary>The section of the configuration that the options are bound from.</summary>
    public const string SectionName = "Slack";

    /// <summary>The client id ("Basic Information" of the app's settings). Required. Everything stored is kept under it.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>The client secret ("Basic Information" of the app's settings). Required. Never logged.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>The signing secret ("Basic Information" of the app's settings). Required where an endpoint takes Slack's requests. Never logged.</summary>
    public string SigningSecret { get; set; } = "";

    /// <summary>The bot scopes that an install asks for; in configuration and environment an array or comma-joined.</summary>
    /// <value>The default is none.</value>
    public ScopeList Scopes { get; set; } = [];

    /// <summary>The user scopes that an install asks for; in configuration and environment an array or comma-joined.</summary>
    /// <value>The default is none.</value>
    public ScopeList UserScopes { get; set; } = [];

    /// <summary>The absolute address of the callback, as it stands among the redirect URLs of the app's settings.</summary>
    /// <value>The default is null: installs name none and Slack takes the first of its settings.</value>
    public string? RedirectUri { get; set; }

    /// <summary>Where an install begins.</summary>
    /// <value>The default is <c>/slack/install</c>.</value>
    public string InstallPath { get; set; } = "/slack/install";

    /// <summary>Where Slack sends the installer back to.</summary>
    /// <value>The default is <c>/slack/oauth_redirect</c>.</value>
    public string CallbackPath { get; set; } = "/slack/oauth_redirect";

    /// <summary>Whether the install path shows a page with a button; else it redirects to Slack at once.</summary>
    /// <value>The default is true.</value>
    public bool InstallPageEnabled { get; set; } = true;

    /// <summary>The app's name on the built-in pages; null to do without.</summary>
    public string? AppName { get; set; }

    /// <summary>Where the success page leads: an absolute URL or a path that begins with one <c>/</c>.</summary>
    /// <value>The default is null: the app in Slack, as <see cref="SlackOAuth.SuccessUrl.ForSlack"/> gives it.</value>
    public string? SuccessUrl { get; set; }

    /// <summary>Where a failed browser is redirected to, with the reason as the query parameter <c>reason</c>: an absolute URL or a path that begins with one <c>/</c>.</summary>
    /// <value>The default is null: the failure page, with the status of the failure.</value>
    public string? FailureUrl { get; set; }

    /// <summary>The name of the cookie that ties a state to a browser, and the prefix of the name of each pending flow's.</summary>
    /// <value>The default is <see cref="OAuthStateCookie.DefaultName"/>.</value>
    public string StateCookieName { get; set; } = OAuthStateCookie.DefaultName;

    /// <summary>
    /// Whether the cookie's name begins with <c>__Host-</c>, so that no other host of the domain can set it, nor a page over plain http. Only over plain http on loopback, where a
    /// browser would not take such a name, it goes without.
    /// </summary>
    /// <value>The default is false: the name is the one that the Slack SDKs set, and that proxies and consent lists may know.</value>
    public bool StateCookieHostPrefixEnabled { get; set; }

    /// <summary>How long a state and its cookie are valid: a second to a day.</summary>
    /// <value>The default is 600 seconds.</value>
    public TimeSpan StateLifetime { get; set; } = TimeSpan.FromSeconds(600);

    /// <summary>Whether a callback must bring a valid state, in the browser that began the install. Sign-ins always must.</summary>
    /// <remarks>
    /// Danger: switched off, anybody can make another's browser finish an install that the other never began (CSRF), and a code can be replayed here. Only for installs
    /// that begin at Slack (the App Directory's direct install sends no state). A warning is logged at start.
    /// </remarks>
    /// <value>The default is true.</value>
    public bool StateVerificationEnabled { get; set; } = true;

    /// <summary>Where Slack is: https, or http on loopback for a stand-in. The authorize pages, the Web API (<c>api/</c>) and the published keys are all below it.</summary>
    /// <value>The default is <c>https://slack.com/</c>. GovSlack is <c>https://slack-gov.com/</c>.</value>
    public Uri SlackUrl { get; set; } = new("https://slack.com/");

    /// <summary>Whose user token a request's authorization holds.</summary>
    /// <value>The default is <see cref="UserTokenResolution.Automatic"/>.</value>
    public UserTokenResolution UserTokenResolution { get; set; }

    /// <summary>
    /// Whether a workspace of an Enterprise Grid that is not found under its own key is looked for under the key of before its upgrade (and then re-keyed),
    /// and after that org-wide.
    /// </summary>
    /// <value>The default is true. Off, a request is one or two lookups under its own key and no more.</value>
    public bool GridFallbackEnabled { get; set; } = true;

    /// <summary>The largest body that is read of a request of Slack's, in bytes; a larger one is refused as badly signed.</summary>
    /// <value>The default is 1 MiB.</value>
    public int MaxRequestBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>The status of a request whose signature is missing or wrong: 401 or 403.</summary>
    /// <value>The default is 401.</value>
    public int InvalidSignatureStatusCode { get; set; } = 401;

    /// <summary>What a user is told, with status 200, where the workspace has not installed the app.</summary>
    public string NotInstalledMessage { get; set; } = "Please install this app first!";

    /// <summary>How often one client may ask for the install path, the callback and the two of Sign in with Slack.</summary>
    public SlackRateLimitOptions RateLimits { get; } = new();

    /// <summary>Pages of the app's own.</summary>
    public SlackOAuthPageRenderers Pages { get; } = new();

    /// <summary>What the app does at each step of the flow.</summary>
    public SlackOAuthHooks Hooks { get; } = new();

    /// <summary>The settings of token rotation, for an app that has it switched on at Slack.</summary>
    public TokenRotationOptions Rotation { get; } = new();

    /// <summary>The settings of Sign in with Slack.</summary>
    public SlackSignInOptions SignIn { get; } = new();

    /// <summary><see cref="SlackUrl"/> as a base that relative addresses are below.</summary>
    internal Uri SlackRoot => SlackUrl.AbsoluteUri.EndsWith('/') ? SlackUrl : new Uri(SlackUrl.AbsoluteUri + "/");

    /// <summary>The type's name: secrets are shown to nobody.</summary>
    public override string ToString() => nameof(SlackOAuthOptions);
}
