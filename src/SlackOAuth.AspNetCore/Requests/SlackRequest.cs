using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SlackOAuth.AspNetCore;

/// <summary>A request of Slack's, signed and read, as a handler gets it. A handler that writes no answer acknowledges with an empty 200; Slack waits for three seconds.</summary>
public sealed class SlackRequest
{
    private readonly SlackAuthorization? _authorization;

    internal SlackRequest(HttpContext httpContext, SlackRequestContext context, JsonElement payload, SlackAuthorization? authorization)
    {
        (HttpContext, Context, Payload, _authorization) = (httpContext, context, payload, authorization);
    }

    /// <summary>The HTTP request and its response.</summary>
    public HttpContext HttpContext { get; }

    /// <summary>What the request is, and whom it is about.</summary>
    public SlackRequestContext Context { get; }

    /// <summary>What Slack sent: the JSON of an event or an interaction; the fields of a slash command as an object of strings.</summary>
    public JsonElement Payload { get; }

    /// <summary>The tokens for this request.</summary>
    /// <exception cref="InvalidOperationException">The event is <c>app_uninstalled</c> or <c>tokens_revoked</c>, for which no tokens are looked up: they are dead.</exception>
    public SlackAuthorization Authorization =>
        _authorization ?? throw new InvalidOperationException($"There are no tokens for the event {Context.EventType}: Slack has ended them. Use Context to see whom it is about.");

    /// <summary>A field at the top of <see cref="Payload"/>, such as a command's <c>text</c>; null where it is not there or is no text.</summary>
    /// <param name="name">The field's name.</param>
    public string? GetField(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Payload.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    /// <summary>Answers a slash command with a message that its user alone sees.</summary>
    /// <param name="text">The message, in Slack's mrkdwn.</param>
    /// <param name="cancellationToken">Cancels the answer.</param>
    public Task RespondAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return RespondJsonAsync($$"""{"response_type":"ephemeral","text":"{{JsonEncodedText.Encode(text)}}"}""", cancellationToken);
    }

    /// <summary>Answers with JSON, such as a message with blocks or a <c>response_action</c>.</summary>
    /// <param name="json">The JSON text.</param>
    /// <param name="cancellationToken">Cancels the answer.</param>
    public Task RespondJsonAsync([StringSyntax(StringSyntaxAttribute.Json)] string json, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(json);
        HttpContext.Response.ContentType = "application/json; charset=utf-8";
        return HttpContext.Response.WriteAsync(json, cancellationToken);
    }

    /// <summary>What the request is and whom it is about: no token, and nothing that was written.</summary>
    public override string ToString() => Context.ToString();
}
