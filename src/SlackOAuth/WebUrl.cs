using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace SlackOAuth;

/// <summary>Which URLs secrets may travel to and pages may link to.</summary>
internal static class WebUrl
{
    private static readonly SearchValues<char> NotInPaths = SearchValues.Create("\\\t\r\n");

    /// <summary>Absolute https, or http on loopback, where a stand-in Slack runs.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Uri? url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));

    /// <summary>Gives back what a page may link to, else throws: a link runs no script.</summary>
    public static string Linkable(string url, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(url, parameter);

        // A path is relative on Unix only by this test; Uri would take it for a file. A browser takes //host for another host, reads \ as /, and drops a tab or a line break.
        var isPath = url[0] is '/' or '?' or '#';
        if (isPath && !url.StartsWith("//", StringComparison.Ordinal) && !url.AsSpan().ContainsAny(NotInPaths))
        {
            return url;
        }

        return !isPath && Uri.TryCreate(url, UriKind.Absolute, out var absolute) && absolute.Scheme is not ("javascript" or "data" or "vbscript")
            ? url
            : throw new ArgumentException("A page links to absolute URLs and to paths that begin with one '/'; this is neither, or it is a script. Give such a URL.", parameter);
    }
}
