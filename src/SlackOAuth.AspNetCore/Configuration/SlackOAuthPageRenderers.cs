using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>Pages of the app's own in place of the built-in ones. Each gives a whole HTML document and must escape what it is given.</summary>
/// <remarks>A page of one's own is sent with <see cref="ContentSecurityPolicy"/>, under which it runs no script.</remarks>
public sealed class SlackOAuthPageRenderers
{
    /// <summary>Renders the install page from the authorize URL; null for the built-in page.</summary>
    public Func<string, string>? Install { get; set; }

    /// <summary>Renders the success page from the installation and the URL to go on to; null for the built-in page.</summary>
    public Func<Installation, string, string>? Success { get; set; }

    /// <summary>
    /// Renders the failure page from the reason: one of <see cref="OAuthFailureReasons"/> or Slack's <c>error</c>, which may be anything a client sent; null for the built-in page.
    /// </summary>
    public Func<string, string>? Failure { get; set; }

    /// <summary>The <c>Content-Security-Policy</c> header of the app's own pages. The built-in ones have a stricter one of their own.</summary>
    /// <value>
    /// The default lets a page have styles, in it or from the app itself, images from the app and over https, and fonts and forms of the app itself. It runs no script, and nobody frames it. For a page with
    /// scripts, add what names them, such as <c>script-src 'self'</c>.
    /// </value>
    public string ContentSecurityPolicy { get; set; } =
        "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' https: data:; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
}
