using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;

namespace SlackOAuth.Tool.Copying;

/// <summary>A record by its hash: SHA-256 of its JSON in one canonical form, so that two stores are compared without a secret leaving either record.</summary>
/// <remarks>Engines may keep JSON in another order and numbers in another spelling: properties are sorted by their names, and of <c>1</c>, <c>1.0</c> and <c>10e-1</c> all become one.</remarks>
internal static class RecordDigest
{
    // A store takes custom values of 64 levels, which are one level down in the record; as StoreJson reads them.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 128 };

    /// <summary>The hash of the whole record.</summary>
    internal static byte[] Of(Credential credential)
    {
        using var document = JsonDocument.Parse(credential.Serialize(), Deep);
        return Of(document.RootElement);
    }

    /// <summary>The names of the fields in which two records differ, as they are in the JSON; never a value.</summary>
    internal static IReadOnlyList<string> FindDifferences(Credential one, Credential other)
    {
        using var first = JsonDocument.Parse(one.Serialize(), Deep);
        using var second = JsonDocument.Parse(other.Serialize(), Deep);
        return
        [
            .. first.RootElement.EnumerateObject()
                .Where(field => !second.RootElement.TryGetProperty(field.Name, out var value) || !Of(field.Value).AsSpan().SequenceEqual(Of(value)))
                .Select(field => field.Name),
        ];
    }

    private static byte[] Of(JsonElement json)
    {
        var canonical = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(canonical))
        {
            Write(writer, json);
        }

        return SHA256.HashData(canonical.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in json.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var element in json.EnumerateArray())
                {
                    Write(writer, element);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(Canonical(json.GetRawText()), skipInputValidation: true);
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }

    /// <summary>A number as its digits without zeros at either end, and the power of ten of the last.</summary>
    private static string Canonical(string number)
    {
        var sign = number.StartsWith('-') ? "-" : "";
        var e = number.AsSpan().IndexOfAny('e', 'E');
        var mantissa = number.AsSpan(sign.Length, (e < 0 ? number.Length : e) - sign.Length);
        var power = e < 0 ? BigInteger.Zero : BigInteger.Parse(number.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.');
        var digits = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        power -= point < 0 ? 0 : mantissa.Length - point - 1;
        var trimmed = digits.TrimEnd('0');
        power += digits.Length - trimmed.Length;
        trimmed = trimmed.TrimStart('0');
        return trimmed.Length == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"{sign}{trimmed}e{power}");
    }
}
