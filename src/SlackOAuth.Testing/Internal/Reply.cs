using System.Text.Json.Nodes;

namespace SlackOAuth.Testing;

/// <summary>An HTTP answer before it is written, so that a script can replace or lose it.</summary>
internal sealed record Reply(int Status, string ContentType, string Body)
{
    public string? Location { get; init; }

    public long? RetryAfterSeconds { get; init; }

    public static Reply Json(JsonObject body) => new(StatusCodes.Status200OK, "application/json; charset=utf-8", body.ToJsonString());

    public static Reply Refusal(string error) => Json(new JsonObject { ["ok"] = false, ["error"] = error });

    public static Reply Text(int status, string text) => new(status, "text/plain; charset=utf-8", text);

    public static Reply Html(int status, string html) => new(status, "text/html; charset=utf-8", html);

    public static Reply Redirect(Uri location) => new(StatusCodes.Status302Found, "text/plain; charset=utf-8", "") { Location = location.AbsoluteUri };

    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (Location is not null)
        {
            response.Headers.Location = Location;
        }

        if (RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (ContentType.StartsWith("text/html", StringComparison.Ordinal))
        {
            response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
            response.Headers["Referrer-Policy"] = "no-referrer";
        }

        await response.WriteAsync(Body, context.RequestAborted).ConfigureAwait(false);
    }
}
