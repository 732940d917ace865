using System.Text.Json;
using System.Text.Json.Nodes;

namespace SlackOAuth.Testing;

internal static class Json
{
    public static JsonArray Array(IEnumerable<string> items) => new([.. items.Select(item => (JsonNode)item)]);

    public static string? String(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static JsonObject? ParseObject(string json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static JsonElement Element(JsonNode node)
    {
        using var document = JsonDocument.Parse(node.ToJsonString());
        return document.RootElement.Clone();
    }

    public static JsonNode? Node(JsonElement element) => JsonNode.Parse(element.GetRawText());
}
