using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using static SlackOAuth.Testing.Tests.CodeExchangeTests;
using static SlackOAuth.Testing.Tests.SlackFixture;

namespace SlackOAuth.Testing.Tests;

/// <summary>Checked with Microsoft's validator, so that a mistake of the signing is not repeated in the test.</summary>
public sealed class OpenIdTests
{
    [Theory, CombinatorialModes]
    public async Task An_id_token_validates_against_the_published_keys(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var answer = await SignInAsync(fixture);

        var result = await ValidateAsync(fixture, (string)answer["id_token"]!);

        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal(("xoxp-", "Bearer"), (((string)answer["access_token"]!)[..5], (string?)answer["token_type"]));
        Assert.Equal("U0FAKEUSER1", result.Claims["sub"]);
        Assert.Equal("nonce-1", result.Claims["nonce"]);
        Assert.Equal("U0FAKEUSER1", result.Claims["https://slack.com/user_id"]);
        Assert.Equal("T0FAKETEAM1", result.Claims["https://slack.com/team_id"]);
        Assert.Equal("ada@example.com", result.Claims["email"]);
        Assert.Equal("Ada Example", result.Claims["name"]);
    }

    [Theory, CombinatorialModes]
    public async Task The_metadata_points_to_this_Slack_and_names_Slacks_issuer(Mode mode)
    {
        await using var fixture = await StartAsync(mode);

        var metadata = await MetadataAsync(fixture);

        Assert.Equal("https://slack.com", metadata.Issuer);
        Assert.Equal(new Uri(fixture.Slack.BaseAddress, "openid/connect/keys").AbsoluteUri, metadata.JwksUri);
        Assert.Equal(new Uri(fixture.Slack.BaseAddress, "openid/connect/authorize").AbsoluteUri, metadata.AuthorizationEndpoint);
        Assert.Equal(new Uri(fixture.Slack.BaseAddress, "api/openid.connect.token").AbsoluteUri, metadata.TokenEndpoint);
        Assert.Equal(new Uri(fixture.Slack.BaseAddress, "api/openid.connect.userInfo").AbsoluteUri, metadata.UserInfoEndpoint);
        Assert.Single(metadata.SigningKeys);
    }

    [Theory, CombinatorialModes]
    public async Task Without_a_nonce_the_id_token_has_an_empty_one(Mode mode)
    {
        await using var fixture = await StartAsync(mode);

        var token = new JsonWebToken((string)(await SignInAsync(fixture, nonce: null))["id_token"]!);

        Assert.Equal("", token.GetClaim("nonce").Value);
    }

    [Theory, CombinatorialModes]
    public async Task Claims_follow_the_scopes(Mode mode)
    {
        await using var fixture = await StartAsync(mode);

        var token = new JsonWebToken((string)(await SignInAsync(fixture, scope: "openid"))["id_token"]!);

        Assert.False(token.TryGetClaim("email", out _));
        Assert.False(token.TryGetClaim("name", out _));
        Assert.True(token.TryGetClaim("https://slack.com/team_id", out _));
    }

    [Theory, CombinatorialModes]
    public async Task User_info_tells_the_same_person(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var token = (string)(await SignInAsync(fixture))["access_token"]!;

        var answer = await fixture.CallAsync("openid.connect.userInfo", token: token);

        Assert.Equal("U0FAKEUSER1", (string?)answer["sub"]);
        Assert.Equal("T0FAKETEAM1", (string?)answer["https://slack.com/team_id"]);
        Assert.Equal("ada@example.com", (string?)answer["email"]);
        Assert.Equal("Ada Example", (string?)answer["name"]);
        AssertError("invalid_auth", await fixture.CallAsync("openid.connect.userInfo", token: "nobody"));
        var bot = (string)(await fixture.InstallAsync())["access_token"]!;
        AssertError("missing_scope", await fixture.CallAsync("openid.connect.userInfo", token: bot));
    }

    [Theory, CombinatorialModes]
    public async Task Signing_in_installs_nothing(Mode mode)
    {
        await using var fixture = await StartGridAsync(mode);
        await SignInAsync(fixture, decision: AuthorizeDecision.Allow("T0GRID"));
        await fixture.InstallAsync(AuthorizeDecision.Allow("E0GRID"));
        using var app = new CapturingApp();

        using var response = await fixture.Slack.DeliverCommandAsync(app.Client, "/", new() { Command = "/x" }, cancellationToken: Cancellation);

        Assert.Equal("true", app.Form["is_enterprise_install"]);
    }

    [Theory, CombinatorialModes]
    public async Task With_rotation_a_sign_in_has_a_single_use_refresh_token(Mode mode)
    {
        await using var fixture = await StartAsync(mode, [new() { TokenRotation = true }]);
        var refresh = (string)(await SignInAsync(fixture))["refresh_token"]!;
        var form = new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = refresh };

        var first = await fixture.CallAsync("openid.connect.token", form, basic: true);
        var second = await fixture.CallAsync("openid.connect.token", form, basic: true);

        Assert.True((bool)first["ok"]!);
        Assert.True((await ValidateAsync(fixture, (string)first["id_token"]!)).IsValid);
        AssertError("invalid_refresh_token", second);
    }

    [Theory]
    [CombinatorialModes(
        IdTokenDefect.WrongAudience, IdTokenDefect.WrongIssuer, IdTokenDefect.Expired, IdTokenDefect.UnknownKey, IdTokenDefect.WrongSignature, IdTokenDefect.NoSignature)]
    public async Task A_spoilt_id_token_is_refused_and_the_next_is_good(Mode mode, IdTokenDefect defect)
    {
        await using var fixture = await StartAsync(mode);
        fixture.Slack.ScriptIdToken(defect);

        var spoilt = await ValidateAsync(fixture, (string)(await SignInAsync(fixture))["id_token"]!);
        var next = await ValidateAsync(fixture, (string)(await SignInAsync(fixture))["id_token"]!);

        Assert.False(spoilt.IsValid);
        Assert.IsType(
            defect switch
            {
                IdTokenDefect.WrongAudience => typeof(SecurityTokenInvalidAudienceException),
                IdTokenDefect.WrongIssuer => typeof(SecurityTokenInvalidIssuerException),
                IdTokenDefect.Expired => typeof(SecurityTokenInvalidLifetimeException),
                IdTokenDefect.UnknownKey => typeof(SecurityTokenSignatureKeyNotFoundException),
                _ => typeof(SecurityTokenInvalidSignatureException),
            },
            spoilt.Exception);
        Assert.True(next.IsValid, next.Exception?.Message);
    }

    [Theory, CombinatorialModes]
    public async Task A_nonce_can_be_wrong_or_missing_in_a_validly_signed_token(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        fixture.Slack.ScriptIdToken(IdTokenDefect.WrongNonce);
        fixture.Slack.ScriptIdToken(IdTokenDefect.MissingNonce);

        var wrong = await ValidateAsync(fixture, (string)(await SignInAsync(fixture))["id_token"]!);
        var missing = await ValidateAsync(fixture, (string)(await SignInAsync(fixture))["id_token"]!);

        Assert.True(wrong.IsValid && missing.IsValid);
        Assert.NotEqual("nonce-1", wrong.Claims["nonce"]);
        Assert.False(missing.Claims.ContainsKey("nonce"));
    }

    [Theory]
    [CombinatorialModes(true, false)]
    public async Task A_new_key_signs_and_is_published_and_the_old_one_stays_where_wanted(Mode mode, bool keep)
    {
        await using var fixture = await StartAsync(mode);
        var before = (string)(await SignInAsync(fixture))["id_token"]!;

        fixture.Slack.RotateSigningKey(keep);
        var after = (string)(await SignInAsync(fixture))["id_token"]!;

        Assert.NotEqual(new JsonWebToken(before).Kid, new JsonWebToken(after).Kid);
        Assert.True((await ValidateAsync(fixture, after)).IsValid);
        Assert.Equal(keep, (await ValidateAsync(fixture, before)).IsValid);
    }

    private static async Task<JsonObject> SignInAsync(SlackFixture fixture, string? nonce = "nonce-1", string scope = "openid email profile", AuthorizeDecision? decision = null)
    {
        var answer = await fixture.ExchangeAsync(fixture.Code(SignInPath(nonce, scope), decision), method: "openid.connect.token");
        Assert.True((bool)answer["ok"]!, (string?)answer["error"]);
        return answer;
    }

    private static Task<OpenIdConnectConfiguration> MetadataAsync(SlackFixture fixture)
        => new ConfigurationManager<OpenIdConnectConfiguration>(
            new Uri(fixture.Slack.BaseAddress, ".well-known/openid-configuration").AbsoluteUri,
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever(fixture.Client) { RequireHttps = false }).GetConfigurationAsync(Cancellation);

    private static async Task<TokenValidationResult> ValidateAsync(SlackFixture fixture, string idToken)
    {
        var metadata = await MetadataAsync(fixture);
        return await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(idToken, new TokenValidationParameters
        {
            ValidIssuer = "https://slack.com",
            ValidAudience = ClientId,
            IssuerSigningKeys = metadata.SigningKeys,
            ValidAlgorithms = ["RS256"],
            RequireSignedTokens = true,
            LifetimeValidator = (_, expires, _, _) => expires > fixture.Time.GetUtcNow().UtcDateTime,
        });
    }
}
