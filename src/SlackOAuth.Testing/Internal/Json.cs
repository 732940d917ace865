using System.Text.Json;
using System.Text.Json.Nodes;

namespace SlackOAuth.Testing;

internal static class Json
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static JsonArray Array(IEnumerable<string> items) => new([.. items.Select(item => (JsonNode)item)]);

    public static string? String(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>False for what is no JSON. A name that comes twice and half a surrogate pair make it none: later they would be exceptions at every use.</summary>
    public static bool TryParse(string json, out JsonNode? node)
    {
        try
        {
            node = JsonNode.Parse(json, documentOptions: Strict);
            _ = node?.ToJsonString();
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            node = null;
            return false;
        }
    }

    public static JsonObject? ParseObject(string json) => TryParse(json, out var node) ? node as JsonObject : null;

    public static JsonElement Element(JsonNode node)
    {
        using var document = JsonDocument.Parse(node.ToJsonString());
        return document.RootElement.Clone();
    }

    public static JsonNode? Node(JsonElement element) => JsonNode.Parse(element.GetRawText());
}
