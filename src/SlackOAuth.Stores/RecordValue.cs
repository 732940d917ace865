using System.Text;

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
