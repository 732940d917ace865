using System.Globalization;
using System.Text.Json;
using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>Compares records field by field, so that a failure names the field, and then as a whole.</summary>
internal static class Same
{
    private const int Shown = 160;

    internal static void AssertEqual<T>(T expected, T? actual, string what)
        where T : class
    {
        Assert.True(actual is not null, $"{what} was not found.");
        foreach (var property in typeof(T).GetProperties())
        {
            var (wanted, found) = (property.GetValue(expected), property.GetValue(actual));
            Assert.True(
                FieldEquals(wanted, found),
                $"{what}: {typeof(T).Name}.{property.Name} was saved as {Show(wanted)}, and found as {Show(found)}.");
        }

        Assert.True(expected.Equals(actual), $"{what}: every field is as it was saved, and yet the records are not equal.");
    }

    private static bool FieldEquals(object? wanted, object? found) => (wanted, found) switch
    {
        (JsonElement one, JsonElement other) => JsonElement.DeepEquals(one, other),
        (DateTimeOffset one, DateTimeOffset other) => one.EqualsExact(other),
        (Uri one, Uri other) => one.OriginalString == other.OriginalString,
        _ => Equals(wanted, found),
    };

    private static string Show(object? value)
    {
        var text = value switch
        {
            null => "null",
            DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
            _ => $"'{value}'",
        };
        return text.Length <= Shown ? text : string.Create(CultureInfo.InvariantCulture, $"{text[..Shown]}… ({text.Length} characters)");
    }
}
