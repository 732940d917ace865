using System.Globalization;

namespace SlackOAuth.Tool.Output;

/// <summary>What may be shown of a token: its kind, about how long it is, and when it expires.</summary>
internal static class TokenText
{
    // What Slack's tokens begin with, the longer before the shorter.
    private static readonly string[] Kinds = ["xoxe.xoxb-", "xoxe.xoxp-", "xoxe-", "xoxb-", "xoxp-", "xoxa-", "xoxr-"];

    private const string EncryptedPrefix = "protected:";

    /// <summary>Whether it is what <c>ProtectTokens</c> has made of a token, or of another secret of a record.</summary>
    internal static bool IsEncrypted(string? secret) => secret?.StartsWith(EncryptedPrefix, StringComparison.Ordinal) == true;

    /// <summary>A token's kind and length class, such as <c>xoxb-… (33 to 64 characters)</c>: never enough to use it, or to tell it from another.</summary>
    internal static string Mask(string token)
    {
        if (IsEncrypted(token))
        {
            return "encrypted";
        }

        var kind = Array.Find(Kinds, kind => token.StartsWith(kind, StringComparison.Ordinal)) ?? "";
        var length = token.Length switch
        {
            <= 32 => "up to 32",
            <= 64 => "33 to 64",
            <= 128 => "65 to 128",
            <= 256 => "129 to 256",
            _ => "over 256",
        };
        return $"{kind}… ({length} characters)";
    }

    /// <summary>A time in UTC, to the minute.</summary>
    internal static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    /// <summary>When a token expires, seen from now.</summary>
    internal static string Expiry(DateTimeOffset? expiresAt, DateTimeOffset now) => expiresAt switch
    {
        null => "no expiry",
        { } time when time <= now => $"expired {Time(time)}",
        { } time => $"until {Time(time)}",
    };
}
