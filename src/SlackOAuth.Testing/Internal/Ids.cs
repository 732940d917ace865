using System.Security.Cryptography;
using System.Text;

namespace SlackOAuth.Testing;

internal static class Ids
{
    private const string Digits = "0123456789";
    private const string UpperAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>An id of Slack's form: a letter or two that tell the kind, then ten characters.</summary>
    public static string New(string prefix) => prefix + RandomNumberGenerator.GetString(UpperAlphanumeric, 10);

    public static string Code() => $"{Number(12)}.{Number(13)}.{RandomNumberGenerator.GetHexString(64, lowercase: true)}";

    public static string Trigger() => $"{Number(13)}.{Number(12)}.{RandomNumberGenerator.GetHexString(32, lowercase: true)}";

    public static string AccessToken(bool bot, bool rotating)
    {
        var kind = bot ? "xoxb" : "xoxp";
        return rotating ? $"xoxe.{kind}-1-{Secret(146)}" : $"{kind}-{Number(12)}-{Number(13)}-{Secret(24)}";
    }

    public static string RefreshToken() => $"xoxe-1-{Secret(146)}";

    public static string Secret(int length) => RandomNumberGenerator.GetString(Alphanumeric, length);

    public static string Number(int digits) => RandomNumberGenerator.GetString(Digits, digits);

    public static bool AreEqual(string left, string right)
        => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));
}
