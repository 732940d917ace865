using System.Text;
using System.Text.Json.Nodes;

namespace SlackOAuth.Testing;

/// <summary>The arguments of a Web API call, from a form, a JSON body or the query, as Slack takes them.</summary>
internal sealed class ApiRequest
{
    private readonly IFormCollection? _form;
    private readonly IQueryCollection _query;
    private readonly JsonObject? _json;
    private readonly string? _authorization;

    private ApiRequest(HttpRequest request, IFormCollection? form, JsonObject? json)
    {
        _form = form;
        _json = json;
        _query = request.Query;
        _authorization = request.Headers.Authorization.Count == 1 ? request.Headers.Authorization[0] : null;
    }

    public string? Token => Scheme("Bearer ") ?? this["token"];

    public string? this[string name]
    {
        get
        {
            if (_json is not null && _json.TryGetPropertyValue(name, out var node))
            {
                return Json.String(node) ?? node?.ToJsonString();
            }

            var value = _form is not null && _form.TryGetValue(name, out var posted) ? posted : _query[name];
            return value.Count == 0 ? null : value[0];
        }
    }

    public static async Task<(ApiRequest? Request, string? Error)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            if (request.HasFormContentType)
            {
                return (new(request, await request.ReadFormAsync(cancellationToken).ConfigureAwait(false), null), null);
            }

            if (request.HasJsonContentType())
            {
                using var reader = new StreamReader(request.Body);
                if (!Json.TryParse(await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false), out var json))
                {
                    return (null, "invalid_json");
                }

                return json is JsonObject arguments ? (new(request, null, arguments), null) : (null, "json_not_object");
            }

            return (new(request, null, null), null);
        }
        catch (InvalidDataException)
        {
            return (null, "invalid_form_data");
        }
    }

    /// <summary>The client's id and secret: Basic authentication goes before the arguments.</summary>
    public (string? ClientId, string? ClientSecret) ClientCredentials()
    {
        if (Scheme("Basic ") is not { } encoded)
        {
            return (this["client_id"], this["client_secret"]);
        }

        try
        {
            var pair = Encoding.UTF8.GetString(Convert.FromBase64String(encoded));
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? (pair, null) : (pair[..colon], pair[(colon + 1)..]);
        }
        catch (FormatException)
        {
            return (null, null);
        }
    }

    private string? Scheme(string scheme)
        => _authorization is not null && _authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? _authorization[scheme.Length..].Trim() : null;
}
