using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace SlackOAuth.AspNetCore;

/// <summary>What the flow reads of a request. Anything may stand there.</summary>
internal static class FlowRequest
{
    private const int MaxTeamIdLength = 64;

    /// <summary>A query parameter that is there once and within a length; else null.</summary>
    internal static string? Single(HttpRequest request, string name, int maxLength) =>
        request.Query[name] is [{ Length: > 0 } value] && value.Length <= maxLength ? value : null;

    /// <summary>The workspace or organization that a flow is started for; null for what no id of Slack's looks like.</summary>
    internal static string? Team(HttpRequest request) =>
        Single(request, "team", MaxTeamIdLength) is { } team && team.All(char.IsAsciiLetterOrDigit) ? team : null;

    /// <summary>
    /// Whether a cookie is to say Secure: always, but for plain http on this very machine, where a browser would drop it. What a proxy says counts only as far as the
    /// ForwardedHeaders middleware has applied it; a header that the middleware left shows that a proxy is in front, and then nothing is relaxed.
    /// </summary>
    internal static bool NeedsSecureCookie(HttpContext context)
    {
        var request = context.Request;
        return request.IsHttps
            || !IsLoopback(request.Host.Host)
            || !IsFromThisMachine(context)
            || request.Headers.Keys.Any(static name =>
                name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Via", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The address of another path of this app, whatever path base or route group it is mapped below.</summary>
    internal static string Sibling(HttpRequest request, string own, string other)
    {
        // Routing takes a path with and without a slash at its end.
        var path = request.Path.Value?.TrimEnd('/') ?? "";
        own = own.TrimEnd('/');
        var prefix = path.EndsWith(own, StringComparison.OrdinalIgnoreCase) ? path[..^own.Length] : "";
        return request.PathBase.Add(new PathString(prefix)).Add(new PathString(other)).ToUriComponent();
    }

    /// <summary>By loopback, or by a server in memory, which has no connections. A Unix socket has no address either, and a proxy at its other end.</summary>
    private static bool IsFromThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } remote ? IPAddress.IsLoopback(remote) : context.Features.Get<IConnectionIdFeature>() is null;

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
