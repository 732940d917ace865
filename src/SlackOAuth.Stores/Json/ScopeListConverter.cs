using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlackOAuth.Stores.Json;

/// <summary>Scopes as an array of strings, as slack_sdk writes them; Slack's comma-joined string is read as well.</summary>
internal sealed class ScopeListConverter : JsonConverter<ScopeList>
{
    public override ScopeList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return ScopeList.Parse(reader.GetString());
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("Scopes are neither an array of strings nor a string.");
        }

        var scopes = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                throw new JsonException("A scope is no string.");
            }

            scopes.Add(reader.GetString()!);
        }

        return ScopeList.Create([.. scopes]);
    }

    public override void Write(Utf8JsonWriter writer, ScopeList value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var scope in value)
        {
            writer.WriteStringValue(scope);
        }

        writer.WriteEndArray();
    }
}
