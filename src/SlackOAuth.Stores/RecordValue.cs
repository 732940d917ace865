using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace SlackOAuth.Stores;

/// <summary>How the records normalize what they are given, so that what was saved equals what is found on every engine.</summary>
internal static class RecordValue
{
    internal static string? NullIfEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;

    internal static DateTimeOffset Microseconds(DateTimeOffset value) => Floor(value, TimeSpan.TicksPerMicrosecond);

    internal static DateTimeOffset? Seconds(DateTimeOffset? value) => value is { } given ? Floor(given, TimeSpan.TicksPerSecond) : null;

    private static DateTimeOffset Floor(DateTimeOffset value, long unit)
    {
        var ticks = value.UtcTicks;
        return new DateTimeOffset(ticks - (ticks % unit), TimeSpan.Zero);
    }

    /// <summary>Says that a credential is there without showing it.</summary>
    internal static void PrintPresence(StringBuilder builder, string name, string? secret)
    {
        if (secret is not null)
        {
            builder.Append(", ").Append(name).Append(" = ***");
        }
    }
}

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
