using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace SlackOAuth;

/// <summary>
/// Tells Slack's requests from others': <c>v0=</c> and the lowercase hexadecimal HMAC-SHA256 of <c>v0:{timestamp}:{raw body}</c> under the app's signing secret.
/// Thread-safe; never throws for what a request holds; allocates nothing once warm. Keep one for the life of the app.
/// </summary>
/// <remarks>See https://docs.slack.dev/authentication/verifying-requests-from-slack.</remarks>
public sealed class SlackSignatureVerifier
{
    /// <summary>The header of the time of the request, in seconds since 1970.</summary>
    public const string TimestampHeader = "X-Slack-Request-Timestamp";

    /// <summary>The header of the signature.</summary>
    public const string SignatureHeader = "X-Slack-Signature";

    private const int MaxTimestampDigits = 12;
    private const int HexLength = HMACSHA256.HashSizeInBytes * 2;
    private const long ToleranceMilliseconds = 300_000;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");
    private static readonly SearchValues<char> LowercaseHex = SearchValues.Create("0123456789abcdef");

    // Keyed hashes to use again, as many as threads ever verified at once: keying one anew costs a quarter of hashing 2 KB, and the body needs no copy.
    private readonly ConcurrentQueue<IncrementalHash> _idle = new();

    private readonly byte[] _key;
    private readonly TimeProvider _time;

    /// <summary>Creates the verifier of one app.</summary>
    /// <param name="signingSecret">The app's signing secret ("Basic Information" of its settings).</param>
    /// <param name="time">The clock that judges a request's age; null for the system's.</param>
    /// <exception cref="ArgumentException"><paramref name="signingSecret"/> is null or blank: with an empty key anybody could sign.</exception>
    public SlackSignatureVerifier(string signingSecret, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(signingSecret);
        _key = Encoding.UTF8.GetBytes(signingSecret);
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The largest body that is verified, in bytes. Read no more than this of a request.</summary>
    /// <value>The default is 1 MiB.</value>
    public int MaxBodyBytes { get; init; } = 1024 * 1024;

    /// <summary>Says what is wrong with a request by its headers alone, so that a body that nothing can make valid is not read.</summary>
    /// <param name="timestamp">The values of <see cref="TimestampHeader"/>.</param>
    /// <param name="signature">The values of <see cref="SignatureHeader"/>.</param>
    /// <returns>What <see cref="Verify"/> would find whatever the body: a header that is missing, repeated or malformed, or a time too far off. Null where the body decides.</returns>
    public SlackSignatureVerification? FindHeaderFault(StringValues timestamp, StringValues signature)
    {
        Span<byte> claimed = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return FindHeaderFault(timestamp, signature, claimed);
    }

    /// <summary>Verifies a request.</summary>
    /// <param name="timestamp">The values of <see cref="TimestampHeader"/>.</param>
    /// <param name="signature">The values of <see cref="SignatureHeader"/>.</param>
    /// <param name="body">The body as it was received, byte for byte.</param>
    public SlackSignatureVerification Verify(StringValues timestamp, StringValues signature, ReadOnlySpan<byte> body)
    {
        Span<byte> claimed = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (FindHeaderFault(timestamp, signature, claimed) is { } fault)
        {
            return fault;
        }

        if (body.Length > MaxBodyBytes)
        {
            return SlackSignatureVerification.BodyTooLarge;
        }

        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Sign(timestamp[0]!, body, expected);
        return CryptographicOperations.FixedTimeEquals(expected, claimed) ? SlackSignatureVerification.Valid : SlackSignatureVerification.Mismatch;
    }

    /// <summary>The type's name: the secret is shown to nobody.</summary>
    public override string ToString() => nameof(SlackSignatureVerifier);

    private SlackSignatureVerification? FindHeaderFault(StringValues timestamp, StringValues signature, Span<byte> claimed)
    {
        if (timestamp.Count > 1 || signature.Count > 1)
        {
            return SlackSignatureVerification.RepeatedHeader;
        }

        if (timestamp.Count == 0 || signature.Count == 0 || timestamp[0] is not { Length: > 0 } time || signature[0] is not { Length: > 0 } signed)
        {
            return SlackSignatureVerification.MissingHeader;
        }

        if (!TryParseTimestamp(time, out var seconds) || !TryParseSignature(signed, claimed))
        {
            return SlackSignatureVerification.Malformed;
        }

        var isOld = Math.Abs(_time.GetUtcNow().ToUnixTimeMilliseconds() - (seconds * 1000)) > ToleranceMilliseconds;
        return isOld ? SlackSignatureVerification.Expired : null;
    }

    private static bool TryParseTimestamp(string text, out long seconds)
    {
        seconds = 0;
        // TryParse alone takes trailing NULs.
        return text.Length <= MaxTimestampDigits
            && !text.AsSpan().ContainsAnyExcept(Digits)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds);
    }

    private static bool TryParseSignature(string text, Span<byte> hash) =>
        text.Length == 3 + HexLength
        && text.StartsWith("v0=", StringComparison.Ordinal)
        && !text.AsSpan(3).ContainsAnyExcept(LowercaseHex)
        && Convert.FromHexString(text.AsSpan(3), hash, out _, out _) == OperationStatus.Done;

    private void Sign(string timestamp, ReadOnlySpan<byte> body, Span<byte> hash)
    {
        Span<byte> head = stackalloc byte["v0:".Length + MaxTimestampDigits + ":".Length];
        "v0:"u8.CopyTo(head);
        var length = 3 + Encoding.ASCII.GetBytes(timestamp, head[3..]);
        head[length] = (byte)':';

        if (!_idle.TryDequeue(out var hmac))
        {
            hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        }

        hmac.AppendData(head[..(length + 1)]);
        hmac.AppendData(body);
        hmac.GetHashAndReset(hash);
        _idle.Enqueue(hmac);
    }
}
