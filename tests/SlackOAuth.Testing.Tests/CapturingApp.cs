using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace SlackOAuth.Testing.Tests;

/// <summary>An app that keeps the last delivery and answers 200.</summary>
internal sealed class CapturingApp : HttpMessageHandler
{
    public CapturingApp() => Client = new(this) { BaseAddress = new("http://app.example") };

    public HttpClient Client { get; }

    public HttpRequestMessage? Request { get; private set; }

    public byte[] Body { get; private set; } = [];

    public string? ContentType { get; private set; }

    public string BodyText => Encoding.UTF8.GetString(Body);

    public JsonObject Json => JsonNode.Parse(BodyText)!.AsObject();

    public Dictionary<string, string?> Form => QueryHelpers.ParseQuery(BodyText).ToDictionary(pair => pair.Key, pair => (string?)pair.Value);

    public JsonObject Payload => JsonNode.Parse(Form["payload"]!)!.AsObject();

    public string? Header(string name) => Request!.Headers.TryGetValues(name, out var values) ? Assert.Single(values) : null;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Request = request;
        Body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        ContentType = request.Content.Headers.ContentType?.ToString();
        return new(HttpStatusCode.OK);
    }
}
