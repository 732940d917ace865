using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace SlackOAuth.Tests;

public sealed class SlackSignatureVerifierTests
{
    private const string Secret = "8f742231b10e8888abcd99yyyzzz85a5";
    private const long Now = 1531420618;

    // The worked example of https://docs.slack.dev/authentication/verifying-requests-from-slack.
    private const string Body =
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        + "&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

    private const string Signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

    private static readonly byte[] BodyBytes = Encoding.UTF8.GetBytes(Body);
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(Now));
    private readonly SlackSignatureVerifier _verifier;

    public SlackSignatureVerifierTests() => _verifier = new(Secret, _time);

    private static string Timestamp => Now.ToString(CultureInfo.InvariantCulture);

    [Fact]
    public void The_example_of_Slacks_documentation_is_valid()
    {
        Assert.Equal(SlackSignatureVerification.Valid, _verifier.Verify(Timestamp, Signature, BodyBytes));
    }

    [Theory]
    [InlineData(-300_000, SlackSignatureVerification.Valid)]
    [InlineData(300_000, SlackSignatureVerification.Valid)]
    [InlineData(-300_001, SlackSignatureVerification.Expired)]
    [InlineData(300_001, SlackSignatureVerification.Expired)]
    public void A_timestamp_may_be_300_seconds_off_in_either_direction(int milliseconds, SlackSignatureVerification expected)
    {
        var verifier = new SlackSignatureVerifier(Secret, new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(Now).AddMilliseconds(milliseconds)));

        Assert.Equal(expected, verifier.Verify(Timestamp, Signature, BodyBytes));
    }

    [Fact]
    public void A_changed_body_timestamp_or_secret_is_a_mismatch()
    {
        byte[] changed = [.. BodyBytes];
        changed[^1] ^= 1;

        Assert.Equal(SlackSignatureVerification.Mismatch, _verifier.Verify(Timestamp, Signature, changed));
        Assert.Equal(SlackSignatureVerification.Mismatch, _verifier.Verify(Timestamp, Signature, BodyBytes.AsSpan(1)));
        Assert.Equal(SlackSignatureVerification.Mismatch, _verifier.Verify((Now + 1).ToString(CultureInfo.InvariantCulture), Signature, BodyBytes));
        Assert.Equal(SlackSignatureVerification.Mismatch, _verifier.Verify("0" + Timestamp, Signature, BodyBytes));
        Assert.Equal(SlackSignatureVerification.Mismatch, new SlackSignatureVerifier(Secret + "x", _time).Verify(Timestamp, Signature, BodyBytes));
    }

    [Fact]
    public void Every_single_changed_digit_of_the_signature_is_a_mismatch()
    {
        for (var i = 3; i < Signature.Length; i++)
        {
            var changed = Signature[..i] + (Signature[i] == '0' ? '1' : '0') + Signature[(i + 1)..];
            Assert.Equal(SlackSignatureVerification.Mismatch, _verifier.Verify(Timestamp, changed, BodyBytes));
        }
    }

    [Fact]
    public void What_headers_alone_make_wrong_is_told_without_the_body()
    {
        Assert.Null(_verifier.FindHeaderFault(Timestamp, Signature));
        Assert.Null(_verifier.FindHeaderFault(Timestamp, "v0=" + new string('0', 64)));
        Assert.Equal(SlackSignatureVerification.MissingHeader, _verifier.FindHeaderFault(default, Signature));
        Assert.Equal(SlackSignatureVerification.RepeatedHeader, _verifier.FindHeaderFault(Timestamp, (string[])[Signature, Signature]));
        Assert.Equal(SlackSignatureVerification.Malformed, _verifier.FindHeaderFault(Timestamp, "v0="));
        Assert.Equal(SlackSignatureVerification.Expired, _verifier.FindHeaderFault("1", Signature));
    }

    [Fact]
    public void A_missing_header_is_refused()
    {
        Assert.Equal(SlackSignatureVerification.MissingHeader, _verifier.Verify(default, Signature, BodyBytes));
        Assert.Equal(SlackSignatureVerification.MissingHeader, _verifier.Verify(Timestamp, default, BodyBytes));
        Assert.Equal(SlackSignatureVerification.MissingHeader, _verifier.Verify("", Signature, BodyBytes));
        Assert.Equal(SlackSignatureVerification.MissingHeader, _verifier.Verify(Timestamp, (string?)null, BodyBytes));
    }

    [Fact]
    public void A_repeated_header_is_refused_even_where_both_are_right()
    {
        Assert.Equal(SlackSignatureVerification.RepeatedHeader, _verifier.Verify(Timestamp, new StringValues([Signature, Signature]), BodyBytes));
        Assert.Equal(SlackSignatureVerification.RepeatedHeader, _verifier.Verify(new StringValues([Timestamp, Timestamp]), Signature, BodyBytes));
    }

    [Theory]
    [InlineData("1531420618 ")]
    [InlineData(" 1531420618")]
    [InlineData("+1531420618")]
    [InlineData("-1531420618")]
    [InlineData("1531420618.0")]
    [InlineData("1,531,420,618")]
    [InlineData("0x5b478f8a")]
    [InlineData("1531420618\0")]
    [InlineData("١٥٣١٤٢٠٦١٨")]
    [InlineData("9999999999999999999999999")]
    [InlineData("now")]
    [InlineData("1531420618,1531420618")]
    public void A_timestamp_that_is_no_number_of_seconds_is_refused(string timestamp)
    {
        Assert.Equal(SlackSignatureVerification.Malformed, _verifier.Verify(timestamp, Signature, BodyBytes));
    }

    [Theory]
    [InlineData("v0=")]
    [InlineData("v1=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503")]
    [InlineData("V0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503")]
    [InlineData("v0=A2114D57B48EAC39B9AD189DD8316235A7B4A8D21A10BD27519666489C69B503")]
    [InlineData("a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503")]
    [InlineData("v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b50")]
    [InlineData("v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503 ")]
    [InlineData("v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b50g")]
    [InlineData("v0=ａ2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503")]
    [InlineData("💥")]
    public void A_signature_of_another_form_is_refused(string signature)
    {
        Assert.Equal(SlackSignatureVerification.Malformed, _verifier.Verify(Timestamp, signature, BodyBytes));
    }

    [Fact]
    public void A_timestamp_at_the_end_of_time_is_expired_and_no_overflow()
    {
        Assert.Equal(SlackSignatureVerification.Expired, _verifier.Verify("999999999999", Signature, BodyBytes));
        Assert.Equal(SlackSignatureVerification.Expired, _verifier.Verify("0", Signature, BodyBytes));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2048)]
    [InlineData(100_000)]
    public void Bodies_of_any_length_and_bytes_are_verified(int length)
    {
        var body = RandomNumberGenerator.GetBytes(length);

        Assert.Equal(SlackSignatureVerification.Valid, _verifier.Verify(Timestamp, Sign(body), body));
    }

    [Fact]
    public void A_body_over_the_limit_is_refused_before_it_is_hashed()
    {
        var verifier = new SlackSignatureVerifier(Secret, _time) { MaxBodyBytes = 10 };

        Assert.Equal(SlackSignatureVerification.Valid, verifier.Verify(Timestamp, Sign(new byte[10]), new byte[10]));
        Assert.Equal(SlackSignatureVerification.BodyTooLarge, verifier.Verify(Timestamp, Sign(new byte[11]), new byte[11]));
    }

    [Fact]
    public void A_verification_allocates_nothing()
    {
        var (timestamp, body) = (Timestamp, RandomNumberGenerator.GetBytes(2048));
        var signature = Sign(body);
        var verifier = new SlackSignatureVerifier(Secret, new StoppedClock()); // FakeTimeProvider allocates by itself.
        var valid = 0;
        for (var i = 0; i < 100; i++)
        {
            valid += verifier.Verify(timestamp, signature, body) == SlackSignatureVerification.Valid ? 1 : 0;
        }

        // The runtime may allocate on this thread for reasons of its own; what a verification allocates is in every round.
        var least = long.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
            {
                valid += verifier.Verify(timestamp, signature, body) == SlackSignatureVerification.Valid ? 1 : 0;
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.Equal(1100, valid);
    }

    [Fact]
    public void Verifications_at_the_same_time_do_not_mix()
    {
        var bodies = Enumerable.Range(0, 64).Select(length => RandomNumberGenerator.GetBytes(length * 50)).Select(body => (Body: body, Signature: Sign(body))).ToArray();

        Parallel.For(0, 5000, i =>
        {
            var (own, other) = (bodies[i % 64], bodies[(i + 1) % 64]);
            Assert.Equal(SlackSignatureVerification.Valid, _verifier.Verify(Timestamp, own.Signature, own.Body));
            Assert.Equal(SlackSignatureVerification.Mismatch, _verifier.Verify(Timestamp, other.Signature, own.Body));
        });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void An_empty_secret_is_refused(string? secret)
    {
        Assert.ThrowsAny<ArgumentException>(() => new SlackSignatureVerifier(secret!));
    }

    [Fact]
    public void The_secret_is_not_in_the_text()
    {
        Assert.DoesNotContain(Secret, _verifier.ToString(), StringComparison.Ordinal);
    }

    private static string Sign(byte[] body) =>
        "v0=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), (byte[])[.. Encoding.UTF8.GetBytes($"v0:{Timestamp}:"), .. body]));

    private sealed class StoppedClock : TimeProvider
    {
        private static readonly DateTimeOffset Instant = DateTimeOffset.FromUnixTimeSeconds(Now);

        public override DateTimeOffset GetUtcNow() => Instant;
    }
}
