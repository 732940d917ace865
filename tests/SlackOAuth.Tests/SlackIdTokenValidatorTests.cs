using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace SlackOAuth.Tests;

/// <summary>The tokens are signed here by hand, so that nothing of the library under test vouches for itself.</summary>
public sealed class SlackIdTokenValidatorTests : IDisposable
{
    private const string Metadata = """{"issuer":"https://slack.com","jwks_uri":"https://slack.com/openid/connect/keys"}""";
    private const string Nonce = "nonce-1";

    private static readonly string NonceHash = OpenIdConnectNonce.Hash(Nonce);
    private static readonly RSA Key = RSA.Create(2048);
    private static readonly RSA OtherKey = RSA.Create(2048);
    private readonly ScriptedSlack _slack = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 8, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SlackIdTokenValidator _validator;

    public SlackIdTokenValidatorTests() =>
        _validator = _slack.Services(add: services => services.AddSingleton<TimeProvider>(_time)).GetRequiredService<SlackIdTokenValidator>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    public void Dispose() => _slack.Dispose();

    [Fact]
    public async Task A_token_of_Slacks_says_who_signed_in()
    {
        Publishes(("k1", Key));

        var result = await _validator.ValidateAsync(Token(claims => claims["email_verified"] = true), NonceHash, Cancellation);

        Assert.True(result.Ok, result.ToString());
        Assert.Equal(("U1", "U1", "T1", "a@b.example", true), (result.Value.Subject, result.Value.UserId, result.Value.TeamId, result.Value.Email, result.Value.EmailVerified));
        Assert.Equal(_time.GetUtcNow().AddMinutes(5), result.Value.ExpiresAt);
        Assert.DoesNotContain("a@b.example", result.ToString(), StringComparison.Ordinal);
        Assert.Equal(["https://slack.com/.well-known/openid-configuration", "https://slack.com/openid/connect/keys"], _slack.Sent.Select(request => request.Url));
    }

    [Fact]
    public async Task TheKeys_are_fetched_once_for_many_tokens()
    {
        Publishes(("k1", Key));

        for (var i = 0; i < 5; i++)
        {
            Assert.True((await _validator.ValidateAsync(Token(), NonceHash, Cancellation)).Ok);
        }

        Assert.Equal(2, _slack.Sent.Count);
    }

    [Fact]
    public async Task A_nonce_that_was_given_must_be_repeated()
    {
        Publishes(("k1", Key));

        Assert.Equal(SlackErrorCodes.IdTokenNonce, await Refusal(Token(), OpenIdConnectNonce.Hash("another")));
        Assert.Equal(SlackErrorCodes.IdTokenNonce, await Refusal(Token(claims => claims["nonce"] = ""), NonceHash));
        Assert.Equal(SlackErrorCodes.IdTokenNonce, await Refusal(Token(claims => claims.Remove("nonce")), NonceHash));
        Assert.Equal(SlackErrorCodes.IdTokenNonce, await Refusal(Token(claims => claims["nonce"] = (string[])[Nonce, "x"]), NonceHash));
        Assert.Equal(SlackErrorCodes.IdTokenNonce, await Refusal(Token(), ""));
    }

    [Fact]
    public async Task Where_no_nonce_was_given_the_tokens_is_absent_or_empty()
    {
        Publishes(("k1", Key));

        Assert.True((await _validator.ValidateAsync(Token(claims => claims["nonce"] = ""), null, Cancellation)).Ok);
        Assert.True((await _validator.ValidateAsync(Token(claims => claims.Remove("nonce")), null, Cancellation)).Ok);
        Assert.Equal(SlackErrorCodes.IdTokenNonce, await Refusal(Token(), null));
    }

    [Fact]
    public async Task Issuer_and_audience_are_checked()
    {
        Publishes(("k1", Key));

        Assert.Equal(SlackErrorCodes.IdTokenIssuer, await Refusal(Token(claims => claims["iss"] = "https://slack.com.evil.example")));
        Assert.Equal(SlackErrorCodes.IdTokenIssuer, await Refusal(Token(claims => claims.Remove("iss"))));
        Assert.Equal(SlackErrorCodes.IdTokenAudience, await Refusal(Token(claims => claims["aud"] = "111.333")));
        Assert.Equal(SlackErrorCodes.IdTokenAudience, await Refusal(Token(claims => claims["aud"] = (string[])["111.222", "111.333"])));
        Assert.Equal(SlackErrorCodes.IdTokenAudience, await Refusal(Token(claims => claims.Remove("aud"))));
    }

    [Fact]
    public async Task Expiry_is_judged_by_the_injected_clock_with_a_minute_of_grace()
    {
        Publishes(("k1", Key));
        var token = Token();

        _time.Advance(TimeSpan.FromSeconds(359));
        Assert.True((await _validator.ValidateAsync(token, NonceHash, Cancellation)).Ok);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(SlackErrorCodes.IdTokenExpired, await Refusal(token));
        Assert.Equal(SlackErrorCodes.IdTokenExpired, await Refusal(Token(claims => claims.Remove("exp"))));
        Assert.Equal(SlackErrorCodes.IdTokenExpired, await Refusal(Token(claims => claims["nbf"] = Now + 120)));
    }

    [Fact]
    public async Task A_signature_by_anotherKey_and_a_changed_payload_are_refused()
    {
        Publishes(("k1", Key));
        var parts = Token().Split('.');
        var changed = Encode(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])).Replace("U1", "U2", StringComparison.Ordinal)));

        Assert.Equal(SlackErrorCodes.IdTokenSignature, await Refusal(Token(key: OtherKey)));
        Assert.Equal(SlackErrorCodes.IdTokenSignature, await Refusal($"{parts[0]}.{changed}.{parts[2]}"));
        Assert.Equal(SlackErrorCodes.IdTokenSignature, await Refusal($"{parts[0]}.{parts[1]}."));
    }

    [Fact]
    public async Task No_other_algorithm_than_RS256_is_taken()
    {
        Publishes(("k1", Key));
        var payload = Token().Split('.')[1];
        var none = $"{Encode("""{"alg":"none","typ":"JWT"}"""u8)}.{payload}.";
        var noneWithKey = $"{Encode("""{"alg":"none","typ":"JWT","kid":"k1"}"""u8)}.{payload}.";

        // The classic confusion: the public key, which everybody knows, used as the secret of an HMAC.
        var head = Encode("""{"alg":"HS256","typ":"JWT","kid":"k1"}"""u8);
        var confusions = new[] { Key.ExportSubjectPublicKeyInfo(), Key.ExportRSAPublicKey(), Encoding.UTF8.GetBytes(Key.ExportSubjectPublicKeyInfoPem()), Key.ExportParameters(false).Modulus! }
            .Select(secret => $"{head}.{payload}.{Encode(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{head}.{payload}")))}");
        var head512 = Encode("""{"alg":"RS512","typ":"JWT","kid":"k1"}"""u8);
        var rs512 = $"{head512}.{payload}.{Encode(Key.SignData(Encoding.UTF8.GetBytes($"{head512}.{payload}"), HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1))}";

        foreach (var token in confusions.Append(none).Append(noneWithKey).Append(rs512))
        {
            Assert.Equal(SlackErrorCodes.IdTokenSignature, await Refusal(token));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJSUzI1NiJ9.e30.")]
    [InlineData("eyJhbGciOiJSUzI1NiJ9.bnVsbA.AAAA")]
    [InlineData("eyJhbGciOiJSUzI1NiJ9.e30.AAAA.BBBB.CCCC")]
    public async Task What_is_no_token_is_refused_without_an_exception(string? token)
    {
        Publishes(("k1", Key));

        Assert.StartsWith("id_token_", await Refusal(token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_oversized_token_is_refused()
    {
        Assert.Equal(SlackErrorCodes.IdTokenMalformed, await Refusal(new string('a', 1_000_000) + ".b.c"));
        Assert.Empty(_slack.Sent);
    }

    [Fact]
    public async Task Claims_of_other_kinds_and_a_missing_subject_throw_nothing()
    {
        Publishes(("k1", Key));

        Assert.Equal(SlackErrorCodes.IdTokenMalformed, await Refusal(Token(claims => claims.Remove("sub"))));
        var result = await _validator.ValidateAsync(
            Token(claims => (claims["email"], claims["email_verified"], claims["https://slack.com/team_id"], claims["name"]) = ((object)(int[])[1], "perhaps", new Dictionary<string, int>(), 5)),
            NonceHash,
            Cancellation);
        Assert.False(result.Value?.EmailVerified);
        Assert.StartsWith("id_token_", await Refusal(Token(claims => claims["exp"] = "tomorrow")), StringComparison.Ordinal);
        Assert.StartsWith("id_token_", await Refusal(Token(claims => claims["exp"] = 1e300)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknownKey_is_fetched_at_once_so_that_the_first_sign_in_after_a_change_ofKeys_succeeds()
    {
        Publishes(("k1", Key));
        Assert.True((await _validator.ValidateAsync(Token(), NonceHash, Cancellation)).Ok);

        Publishes(("k1", Key), ("k2", OtherKey));
        Assert.True((await _validator.ValidateAsync(Token(key: OtherKey, keyId: "k2"), NonceHash, Cancellation)).Ok);
        Assert.True((await _validator.ValidateAsync(Token(), NonceHash, Cancellation)).Ok);
        Assert.Equal(4, _slack.Sent.Count);
    }

    [Fact]
    public async Task UnknownKeys_are_fetched_for_once_a_minute_at_most()
    {
        Publishes(("k1", Key));
        Publishes(("k1", Key));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(SlackErrorCodes.IdTokenSignature, await Refusal(Token(key: OtherKey, keyId: "k2")));
        }

        Assert.Equal(4, _slack.Sent.Count);
        _time.Advance(TimeSpan.FromMinutes(1));
        Publishes(("k2", OtherKey));
        Assert.True((await _validator.ValidateAsync(Token(key: OtherKey, keyId: "k2"), NonceHash, Cancellation)).Ok);
    }

    [Fact]
    public async Task Where_theKeys_cannot_be_fetched_anew_those_of_before_still_serve()
    {
        Publishes(("k1", Key));
        Assert.True((await _validator.ValidateAsync(Token(), NonceHash, Cancellation)).Ok);

        _slack.Answers("", HttpStatusCode.NotFound);
        Assert.Equal(SlackErrorCodes.IdTokenSignature, await Refusal(Token(key: OtherKey, keyId: "k2")));
        Assert.True((await _validator.ValidateAsync(Token(), NonceHash, Cancellation)).Ok);
    }

    [Theory]
    [InlineData("""{"issuer":"https://slack.com","jwks_uri":"http://slack.com/keys"}""")]
    [InlineData("<html>")]
    [InlineData("")]
    [InlineData("{}")]
    public async Task Metadata_that_cannot_be_trusted_is_a_passing_failure_and_is_fetched_again(string metadata)
    {
        _slack.Answers(metadata);
        var result = await _validator.ValidateAsync(Token(), NonceHash, Cancellation);
        Assert.False(result.Ok);

        if (result.Error.Code == SlackErrorCodes.KeysUnavailable)
        {
            Assert.True(result.Error.IsTransient);
            Publishes(("k1", Key));
            Assert.True((await _validator.ValidateAsync(Token(), NonceHash, Cancellation)).Ok);
        }
        else
        {
            Assert.Equal("{}", metadata);
        }
    }

    [Fact]
    public async Task A_Slack_that_never_answers_ends_a_validation_within_the_total_timeout()
    {
        for (var i = 0; i < 10; i++)
        {
            _slack.Hangs();
        }

        var start = _time.GetUtcNow();
        var pending = Refusal(Token(), NonceHash);
        while (!pending.IsCompleted && _time.GetUtcNow() - start < TimeSpan.FromSeconds(30))
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }

        Assert.Equal(SlackErrorCodes.KeysUnavailable, await pending);
    }

    [Fact]
    public async Task The_callers_cancellation_is_an_exception()
    {
        using var source = new CancellationTokenSource();
        _slack.Hangs();
        var pending = _validator.ValidateAsync(Token(), NonceHash, source.Token);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
    }

    private void Publishes(params (string Id, RSA Key)[] keys)
    {
        var published = keys.Select(key => (key.Id, Parameters: key.Key.ExportParameters(false)))
            .Select(key => $$"""{"kty":"RSA","use":"sig","alg":"RS256","kid":"{{key.Id}}","n":"{{Encode(key.Parameters.Modulus)}}","e":"{{Encode(key.Parameters.Exponent)}}"}""");
        _slack.Answers(Metadata).Answers($$"""{"keys":[{{string.Join(',', published)}}]}""");
    }

    private string Token(Action<Dictionary<string, object>>? change = null, RSA? key = null, string keyId = "k1")
    {
        var claims = new Dictionary<string, object>
        {
            ["iss"] = "https://slack.com",
            ["sub"] = "U1",
            ["aud"] = "111.222",
            ["exp"] = Now + 300,
            ["iat"] = Now,
            ["nonce"] = Nonce,
            ["https://slack.com/user_id"] = "U1",
            ["https://slack.com/team_id"] = "T1",
            ["email"] = "a@b.example",
        };
        change?.Invoke(claims);
        var text = $"{Encode(Encoding.UTF8.GetBytes($$"""{"alg":"RS256","typ":"JWT","kid":"{{keyId}}"}"""))}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{text}.{Encode((key ?? Key).SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private async Task<string> Refusal(string? token, string? nonceHash) => (await _validator.ValidateAsync(token, nonceHash, Cancellation)).Error?.Code ?? "accepted";

    private Task<string> Refusal(string? token) => Refusal(token, NonceHash);

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
