using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace SlackOAuth.Tool.Importing;

/// <summary>Reads the JSON of other SDKs, with reasons that quote nothing of it.</summary>
internal static class PeerJson
{
    /// <exception cref="UnusableRecordException">It is no JSON, or a field has another type.</exception>
    internal static TDocument Read<TDocument>(ReadOnlySpan<byte> utf8Json, JsonTypeInfo<TDocument> type)
        where TDocument : class
    {
        try
        {
            return JsonSerializer.Deserialize(utf8Json, type) ?? throw new UnusableRecordException("it is a JSON null");
        }
        catch (JsonException exception)
        {
            // System.Text.Json's own message quotes what it could not read, and that may be a piece of a token.
            throw new UnusableRecordException(
                string.Create(CultureInfo.InvariantCulture, $"it is damaged at line {(exception.LineNumber ?? 0) + 1}, byte {exception.BytePositionInLine ?? 0}; if the app was writing it just then, copy again"));
        }
    }

    /// <summary>An instant that JSON gives as a number since 1970.</summary>
    /// <param name="count">How many units; null for no instant.</param>
    /// <param name="ticksPerUnit">The unit.</param>
    /// <exception cref="UnusableRecordException">It is outside of the years 1 to 9999.</exception>
    internal static DateTimeOffset? Instant(decimal? count, long ticksPerUnit)
    {
        if (count is not { } units)
        {
            return null;
        }

        var limit = decimal.Divide((DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks, ticksPerUnit);
        var floor = decimal.Divide((DateTimeOffset.MinValue - DateTimeOffset.UnixEpoch).Ticks, ticksPerUnit);
        return units >= floor && units <= limit
            ? DateTimeOffset.UnixEpoch.AddTicks((long)decimal.Floor(units * ticksPerUnit))
            : throw new UnusableRecordException("a time in it is not between the years 1 and 9999");
    }
}

/// <summary>@slack/oauth's field names.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(BoltJsInstallation))]
internal sealed partial class BoltJsJsonContext : JsonSerializerContext;

/// <summary>Bolt for Java's field names.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(BoltJavaInstaller))]
[JsonSerializable(typeof(BoltJavaBot))]
internal sealed partial class BoltJavaJsonContext : JsonSerializerContext;
