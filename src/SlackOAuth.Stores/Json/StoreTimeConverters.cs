using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlackOAuth.Stores.Json;

/// <summary>Times as seconds since the Unix epoch with a fraction, as slack_sdk writes <c>installed_at</c>; exact to 100 ns, where a double would not be.</summary>
internal sealed class FractionalSecondsConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (!reader.TryGetDecimal(out var seconds) || seconds < -62135596800m || seconds >= 253402300800m)
        {
            throw new JsonException("A time is no number of seconds since 1970 between the years 1 and 9999.");
        }

        return DateTimeOffset.UnixEpoch.AddTicks((long)decimal.Round(seconds * TimeSpan.TicksPerSecond));
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        // A fraction is always written: Python's json reads 1.0 as a float and 1 as an int.
        var seconds = decimal.Divide(value.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks, TimeSpan.TicksPerSecond);
        Span<char> text = stackalloc char[32];
        seconds.TryFormat(text, out var length, "0.0######", CultureInfo.InvariantCulture);
        writer.WriteRawValue(text[..length], skipInputValidation: true);
    }
}

/// <summary>Times as whole seconds since the Unix epoch, as slack_sdk writes <c>*_expires_at</c>. A fraction that somebody else wrote is dropped.</summary>
internal sealed class WholeSecondsConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (!reader.TryGetDecimal(out var seconds) || seconds < -62135596800m || seconds >= 253402300800m)
        {
            throw new JsonException("An expiry is no number of seconds since 1970 between the years 1 and 9999.");
        }

        return DateTimeOffset.FromUnixTimeSeconds((long)decimal.Floor(seconds));
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteNumberValue(value.ToUnixTimeSeconds());
}
