using System.Text;

namespace SlackOAuth;

/// <summary>Appends escaped query parameters to a base URL. Shared by both generators, so that escaping has one home.</summary>
internal static class AuthorizeUrl
{
    public static string Build(string baseUrl, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        if (!Uri.TryCreate(baseUrl, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
        {
            throw new ArgumentException(
                "AuthorizationUrl is not an absolute http(s) URL. Leave it out for Slack's own, or give the full URL of the stand-in.", nameof(baseUrl));
        }

        // The text given is kept as it is: Uri would rewrite escapes that a test double may depend on.
        var hash = baseUrl.IndexOf('#', StringComparison.Ordinal);
        var url = new StringBuilder(hash < 0 ? baseUrl : baseUrl[..hash], capacity: baseUrl.Length + 512);
        var separator = baseUrl.AsSpan(0, url.Length) switch
        {
            var text when !text.Contains('?') => "?",
            var text when text[^1] is '?' or '&' => "",
            _ => "&",
        };
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                url.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                separator = "&";
            }
        }

        return url.ToString();
    }

    public static string Join(char separator, IReadOnlyList<string> scopes, string property)
    {
        foreach (var scope in scopes)
        {
            if (string.IsNullOrWhiteSpace(scope))
            {
                throw new ArgumentException($"{property} holds an empty scope. Remove it, or name the scope.", property);
            }
        }

        return string.Join(separator, scopes);
    }

    public static string? NullIfEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
