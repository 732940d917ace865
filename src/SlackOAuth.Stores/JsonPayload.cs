using System.Runtime.InteropServices;
using System.Text.Json;

namespace SlackOAuth.Stores;

/// <summary>JSON that an app keeps with a record: detached from its document, and compared by content.</summary>
internal readonly struct JsonPayload : IEquatable<JsonPayload>
{
    // What System.Text.Json parses by default, and little enough for every engine and for the record around it.
    private const int MaxDepth = 64;

    internal JsonPayload(JsonElement? element) =>
        Element = element is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } given ? given.Clone() : null;

    internal JsonElement? Element { get; }

    /// <summary>Why JSON cannot be stored, as the end of a sentence; null where it can. That is asked before anything is written: a store would fail in the midst of writing it.</summary>
    internal static string? FindFault(JsonElement json)
    {
        var reader = new Utf8JsonReader(
            JsonMarshal.GetRawUtf8Value(json),
            new JsonReaderOptions { MaxDepth = MaxDepth, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    _ = reader.GetString();
                }
            }

            return null;
        }
        catch (JsonException)
        {
            return $"is JSON nested deeper than {MaxDepth} levels";
        }
        catch (InvalidOperationException)
        {
            return "is JSON that holds half of a surrogate pair, which is no text";
        }
    }

    public bool Equals(JsonPayload other) =>
        Element is { } mine
            ? other.Element is { } theirs && JsonElement.DeepEquals(mine, theirs)
            : other.Element is null;

    public override bool Equals(object? obj) => obj is JsonPayload other && Equals(other);

    // Equal JSON may be spelled differently (1.0 and 1): only its kind and size are certain to agree.
    public override int GetHashCode() => Element switch
    {
        null => 0,
        { ValueKind: JsonValueKind.Object } json => HashCode.Combine(JsonValueKind.Object, json.GetPropertyCount()),
        { ValueKind: JsonValueKind.Array } json => HashCode.Combine(JsonValueKind.Array, json.GetArrayLength()),
        { } json => (int)json.ValueKind,
    };
}
