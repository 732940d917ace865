using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace SlackOAuth;

/// <summary>
/// The pages of the flow: install, success and failure. Each is one self-contained HTML document without a script; whatever it shows is escaped.
/// Send it as <see cref="ContentType"/> with <see cref="ContentSecurityPolicy"/>.
/// </summary>
public static class OAuthPages
{
    /// <summary>The content type of the pages.</summary>
    public const string ContentType = "text/html; charset=utf-8";

    /// <summary>The longest reason that is shown, in characters; a longer one is cut.</summary>
    public const int MaxReasonLength = 100;

    private const string Style = """
        :root{color-scheme:light dark;--back:#f6f5f7;--card:#fff;--text:#1c1b1f;--soft:#5c5866;--line:#e2dfe6;--accent:#5a2a82;--accent-text:#fff;--accent-over:#472067;--good:#12704a;--bad:#a3253a}
        @media(prefers-color-scheme:dark){:root{--back:#17151a;--card:#221f27;--text:#f1eff4;--soft:#b5afbf;--line:#3a3541;--accent:#c9a4ea;--accent-text:#23102f;--accent-over:#dbc0f3;--good:#5fd3a1;--bad:#ff9aa8}}
        *{box-sizing:border-box}
        body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--back);color:var(--text);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        main{width:100%;max-width:30rem;padding:2.5rem 2.25rem;background:var(--card);border:1px solid var(--line);border-radius:.875rem;text-align:center;overflow-wrap:anywhere}
        .mark{display:grid;place-items:center;width:3.25rem;height:3.25rem;margin:0 auto 1.25rem;border:2px solid currentColor;border-radius:50%;color:var(--accent);font-size:1.6rem;line-height:1;font-weight:600}
        .mark.good{color:var(--good)}
        .mark.bad{color:var(--bad)}
        h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25;font-weight:650}
        p{margin:0 0 1rem;text-wrap:balance}
        p:last-child{margin-bottom:0}
        .soft{color:var(--soft);font-size:.9rem}
        .action{margin:1.75rem 0 1.25rem}
        .button{display:inline-block;padding:.75rem 1.5rem;border-radius:.5rem;background:var(--accent);color:var(--accent-text);font-weight:600;text-decoration:none}
        .button:hover{background:var(--accent-over)}
        a{color:var(--accent)}
        a:focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:.5rem}
        code{font:.875em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
        @media(max-width:26rem){main{padding:2rem 1.25rem}.button{display:block}}
        """;

    /// <summary>
    /// The <c>Content-Security-Policy</c> header of the pages: nothing but their own style, which is named by its hash. They run no script,
    /// load nothing, post nowhere and are framed by nobody.
    /// </summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Renders the page with the button that begins the install.</summary>
    /// <param name="authorizeUrl">Where the button leads: <see cref="AuthorizeUrlGenerator.Generate"/>.</param>
    /// <param name="appName">The app's name; null to do without.</param>
    /// <exception cref="ArgumentException"><paramref name="authorizeUrl"/> is empty, neither absolute nor a path, or a script.</exception>
    public static string Install(string authorizeUrl, string? appName = null)
    {
        var name = string.IsNullOrWhiteSpace(appName) ? null : Escape(appName);
        return Page(
            name is null ? "Install the app" : $"Install {name}",
            $"""
            <div class="mark" aria-hidden="true">+</div>
            <h1>{(name is null ? "Install this app" : $"Install {name}")}</h1>
            <p>Add {name ?? "the app"} to your Slack workspace. Slack shows what it asks for before you allow anything.</p>
            <p class="action"><a class="button" id="install" href="{Link(authorizeUrl, nameof(authorizeUrl))}">Add to Slack</a></p>
            <p class="soft">You will come back to this site when you are done. The button works for some minutes; after that, reload the page.</p>
            """);
    }

    /// <summary>Renders the page of a success, which goes on to the app by itself.</summary>
    /// <param name="url">Where to go on: the configured URL, or <see cref="SuccessUrl.ForSlack"/>.</param>
    /// <param name="browserUrl">The workspace in Slack's web client (<see cref="SuccessUrl.ForBrowser"/>); null for none.</param>
    /// <param name="appName">The app's name; null to do without.</param>
    /// <exception cref="ArgumentException">A URL is empty, neither absolute nor a path, or a script.</exception>
    public static string Success(string url, string? browserUrl = null, string? appName = null)
    {
        var link = Link(url, nameof(url));
        var toSlack = url.StartsWith("slack:", StringComparison.OrdinalIgnoreCase);
        var name = string.IsNullOrWhiteSpace(appName) ? "The app" : Escape(appName);
        var browser = browserUrl is null
            ? ""
            : $"""
              <p class="soft">Slack in the browser? <a id="browser" href="{Link(browserUrl, nameof(browserUrl))}">Open the workspace here</a>.</p>
              """;
        return Page(
            "Installed",
            $"""
            <div class="mark good" aria-hidden="true">✓</div>
            <h1>Thank you!</h1>
            <p>{name} is installed. {(toSlack ? "Slack opens by itself; if it does not, use the button." : "You are taken on by yourself; if not, use the button.")}</p>
            <p class="action"><a class="button" id="open" href="{link}">{(toSlack ? "Open Slack" : "Continue")}</a></p>
            {browser}
            """,
            $"""<meta http-equiv="refresh" content="0; URL={link}">""");
    }

    /// <summary>Renders the page of a failure: what happened in plain words, what to do next, and a link to try again.</summary>
    /// <param name="reason">One of <see cref="OAuthFailureReasons"/> or Slack's <c>error</c>; may be anything a client sent, is shown as text and cut at <see cref="MaxReasonLength"/>.</param>
    /// <param name="retryUrl">Where to begin again, such as the install path; null for no link.</param>
    /// <exception cref="ArgumentException"><paramref name="retryUrl"/> is empty, neither absolute nor a path, or a script.</exception>
    public static string Failure(string reason, string? retryUrl = null)
    {
        ArgumentNullException.ThrowIfNull(reason);
        var (title, explanation) = Explain(reason);
        var retry = retryUrl is null
            ? ""
            : $"""<p class="action"><a class="button" id="retry" href="{Link(retryUrl, nameof(retryUrl))}">Try again</a></p>""";
        return Page(
            title,
            $"""
            <div class="mark bad" aria-hidden="true">!</div>
            <h1>{title}</h1>
            <p>{explanation}</p>
            {retry}
            <p class="soft">Reason: <code id="reason"><bdi>{Escape(Bound(reason))}</bdi></code></p>
            """);
    }

    private static (string Title, string Explanation) Explain(string reason) => reason switch
    {
        OAuthFailureReasons.AccessDenied => (
            "Cancelled",
            "You cancelled in Slack, so nothing was changed. Try again whenever you like."),
        OAuthFailureReasons.InvalidBrowser => (
            "Another browser began this",
            "You came back in another browser than you began in, cookies are blocked, or it took too long. Begin again, and stay in one browser."),
        OAuthFailureReasons.InvalidState => (
            "This link has been used or has expired",
            "Each link works once, and for some minutes. Perhaps the page was reloaded. Begin again to get a new one."),
        OAuthFailureReasons.MissingCode => (
            "Slack sent no answer along",
            "Slack sent you back without the code that finishes the flow. Begin again; if it happens again, tell the people who run the app."),
        OAuthFailureReasons.InvalidCode => (
            "Slack did not confirm it",
            "Slack did not accept the code that finishes the flow, or could not be reached. Begin again; if it happens again, tell the people who run the app."),
        OAuthFailureReasons.StorageError => (
            "It could not be saved",
            "Slack agreed, but the app's server could not save the result. Try again in a few minutes; if it happens again, tell the people who run the app."),
        OAuthFailureReasons.RateLimited => (
            "Too many requests",
            "Too many requests came from your network in a short time, so this one was put off. Nothing is lost: wait a minute, then reload this page."),
        OAuthFailureReasons.InvalidIdToken or OAuthFailureReasons.InvalidNonce => (
            "You could not be signed in",
            "What Slack sent about you could not be verified, so nobody was signed in. Begin again; if it happens again, tell the people who run the app."),
        "invalid_team_for_non_distributed_app" => (
            "This app is not open to other workspaces",
            "The app can only be installed in the workspace it was made in, until the people who run it turn on its distribution."),
        "unapproved_scope" or "restricted_action" or "not_allowed" or "app_not_approved" => (
            "Your workspace has not approved this app",
            "The rules of your workspace do not let you install the app. Ask one of its administrators to approve it, then try again."),
        "invalid_scope" or "invalid_scope_requested" or "bad_redirect_uri" or "bad_client_secret" or "invalid_client_id" or "scope_not_allowed_on_enterprise" => (
            "The app is not set up right",
            "Slack refused what the app asked for. Tell the people who run the app, and give them the reason below."),
        _ => (
            "Something went wrong",
            "It could not be finished, for the reason below. Try again; if it happens again, tell the people who run the app, and give them the reason."),
    };

    private static string Page(string title, string main, string head = "") =>
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <meta name="referrer" content="no-referrer">
        {head}
        <title>{title}</title>
        <link rel="icon" href="data:,">
        <style>{Style}</style>
        </head>
        <body>
        <main>
        {main}
        </main>
        </body>
        </html>

        """;

    private static string Link(string url, string parameter) => WebUtility.HtmlEncode(WebUrl.Linkable(url, parameter));

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Cuts to the bound, at a whole character, and shows a mark for what would not be seen or would turn the text's direction.</summary>
    private static string Bound(string reason)
    {
        var text = new StringBuilder(MaxReasonLength + 1);
        foreach (var rune in reason.EnumerateRunes())
        {
            if (text.Length + rune.Utf16SequenceLength > MaxReasonLength)
            {
                text.Append('…');
                break;
            }

            var hidden = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
            text.Append(hidden ? "\uFFFD" : rune.ToString());
        }

        return text.ToString();
    }
}
