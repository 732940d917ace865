using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SlackOAuth.Testing;

/// <summary>Signs a delivery as https://docs.slack.dev/authentication/verifying-requests-from-slack says, or wrongly on purpose.</summary>
internal static class RequestSigner
{
    /// <summary>Twice the window of 300 seconds, so that a slow machine does not carry a future timestamp into it.</summary>
    private const int OutsideTheWindowSeconds = 600;

    public static void Sign(HttpRequestMessage request, byte[] body, FakeSlackApp app, DeliverySignature kind, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        var (timestamp, signature) = kind switch
        {
            DeliverySignature.Missing => (null, null),
            DeliverySignature.Malformed => ("yesterday", "v0=not-a-signature"),
            DeliverySignature.WrongSecret => Signed(app.SigningSecret + "-another", body, seconds),
            DeliverySignature.WrongBody => Signed(app.SigningSecret, [.. body, (byte)' '], seconds),
            DeliverySignature.Stale => Signed(app.SigningSecret, body, seconds - OutsideTheWindowSeconds),
            DeliverySignature.FromTheFuture => Signed(app.SigningSecret, body, seconds + OutsideTheWindowSeconds),
            _ => Signed(app.SigningSecret, body, seconds),
        };
        if (timestamp is not null)
        {
            request.Headers.Add("X-Slack-Request-Timestamp", timestamp);
            request.Headers.Add("X-Slack-Signature", signature);
        }
    }

    private static (string? Timestamp, string? Signature) Signed(string secret, byte[] body, long seconds)
    {
        var timestamp = seconds.ToString(CultureInfo.InvariantCulture);
        byte[] input = [.. Encoding.ASCII.GetBytes($"v0:{timestamp}:"), .. body];
        return (timestamp, "v0=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), input)));
    }
}
