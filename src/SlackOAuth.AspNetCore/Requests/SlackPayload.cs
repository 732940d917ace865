using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace SlackOAuth.AspNetCore;

/// <summary>The payload of a verified request as JSON, whatever form Slack sends it in, and the name that its handler is registered under.</summary>
internal static class SlackPayload
{
    /// <summary>Reads a body that <see cref="SlackRequestContext.TryParse"/> has accepted, and finds what it is handled as.</summary>
    /// <returns>False where a part that only this needs is malformed, such as half of a surrogate pair in a name.</returns>
    internal static bool TryRead(SlackRequestContext request, ReadOnlyMemory<byte> body, out JsonElement payload, out HandlerKey key)
    {
        try
        {
            payload = Read(request.Kind, body);
            key = request.Kind switch
            {
                SlackRequestKind.Command => new(request.Kind, null, request.Command),
                SlackRequestKind.Event => new(request.Kind, null, request.EventType),
                _ => new(request.Kind, request.Type, InteractionName(request.Type, payload)),
            };
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            (payload, key) = (default, default);
            return false;
        }
    }

    private static JsonElement Read(SlackRequestKind kind, ReadOnlyMemory<byte> body) => kind switch
    {
        SlackRequestKind.Command => Fields(Encoding.UTF8.GetString(body.Span)),
        SlackRequestKind.Interaction => JsonElement.Parse(Field(Encoding.UTF8.GetString(body.Span), "payload") ?? "{}"),
        _ => JsonElement.Parse(body.Span),
    };

    /// <summary>What tells handlers of one type apart: a view's or shortcut's callback id, an action's id; null where nothing does.</summary>
    private static string? InteractionName(string? type, JsonElement payload) => type switch
    {
        "view_submission" or "view_closed" => payload.TryGetProperty("view", out var view) ? Text(view, "callback_id") : null,
        "block_actions" => payload.TryGetProperty("actions", out var actions) && actions is { ValueKind: JsonValueKind.Array } && actions.GetArrayLength() > 0
            ? Text(actions[0], "action_id")
            : null,
        "block_suggestion" => Text(payload, "action_id"),
        _ => Text(payload, "callback_id"),
    };

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Field(string form, string name)
    {
        foreach (var pair in new QueryStringEnumerable(form))
        {
            if (pair.DecodeName().Span.SequenceEqual(name))
            {
                return pair.DecodeValue().ToString();
            }
        }

        return null;
    }

    private static JsonElement Fields(string form)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            writer.WriteStartObject();
            foreach (var pair in new QueryStringEnumerable(form))
            {
                var name = pair.DecodeName().ToString();
                if (seen.Add(name))
                {
                    writer.WriteString(name, pair.DecodeValue().Span);
                }
            }

            writer.WriteEndObject();
        }

        return JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
