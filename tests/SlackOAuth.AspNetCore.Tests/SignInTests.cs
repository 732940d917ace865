using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using SlackOAuth.Stores;
using SlackOAuth.Testing;

namespace SlackOAuth.AspNetCore.Tests;

public sealed class SignInTests
{
    [Fact]
    public async Task Who_signs_in_is_handed_to_the_app()
    {
        SlackIdentity? seen = null;
        await using var app = await SlackTestApp.StartAsync(new()
        {
            OnSignedIn = async (identity, context) =>
            {
                seen = identity;
                await context.Response.WriteAsync("welcome");
            },
        });
        using var browser = app.OpenBrowser();

        var page = await browser.GetAsync(await browser.BeginSignInAsync());

        Assert.Equal((HttpStatusCode.OK, "welcome"), (page.Status, page.Html));
        Assert.Equal("no-store", page.Header("Cache-Control"));
        Assert.Equal(("U0FAKEUSER1", "T0FAKETEAM1"), (seen!.UserId, seen.TeamId));
        Assert.Equal(("Ada Example", "ada@example.com"), (seen.IdToken.Name, seen.IdToken.Email));
        Assert.Null(seen.UserInfo);
        Assert.Empty(browser.Cookies.GetAllCookies());
        Assert.Equal(0, app.Slack.CountCalls("openid.connect.userInfo"));
    }

    [Fact]
    public void A_principal_names_the_user_within_the_workspace_and_a_verified_address_alone()
    {
        var token = new SlackIdToken { Subject = "U1", UserId = "U1", TeamId = "T1", Name = "Ada", Email = "ada@example.com", EmailVerified = true, ExpiresAt = default };

        var verified = new SlackIdentity { IdToken = token }.ToPrincipal();
        var unverified = new SlackIdentity { IdToken = token with { EmailVerified = false } }.ToPrincipal("Mine");

        Assert.True(verified.Identity!.IsAuthenticated);
        Assert.Equal(("T1:U1", "Ada", "ada@example.com"), (verified.FindFirstValue(ClaimTypes.NameIdentifier), verified.Identity.Name, verified.FindFirstValue(ClaimTypes.Email)));
        Assert.Equal(("T1", "U1"), (verified.FindFirstValue(SlackIdentity.TeamIdClaimType), verified.FindFirstValue(SlackIdentity.UserIdClaimType)));
        Assert.Equal(("Mine", null), (unverified.Identity!.AuthenticationType, unverified.FindFirstValue(ClaimTypes.Email)));
    }

    [Fact]
    public void A_principal_without_a_workspace_is_named_within_the_organization_and_without_either_not_at_all()
    {
        var token = new SlackIdToken { Subject = "U1", UserId = "U1", EnterpriseId = "E1", ExpiresAt = default };

        var organization = new SlackIdentity { IdToken = token }.ToPrincipal();
        var exception = Assert.Throws<InvalidOperationException>(() => new SlackIdentity { IdToken = token with { EnterpriseId = null } }.ToPrincipal());

        Assert.Equal(("E1:U1", null), (organization.FindFirstValue(ClaimTypes.NameIdentifier), organization.FindFirstValue(SlackIdentity.TeamIdClaimType)));
        Assert.Contains("neither a workspace nor an organization", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_start_asks_with_a_state_and_a_nonce_of_its_own_and_comes_back_beside_itself()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();

        var first = Query(await browser.GetAsync("/slack/signin?team=T0FAKETEAM1"));
        var second = Query(await browser.GetAsync("/slack/signin"));

        Assert.Equal(("code", "openid email profile", "T0FAKETEAM1"), (first["response_type"], first["scope"], first["team"]));
        Assert.Equal(new Uri(app.BaseAddress, "/slack/signin/callback").AbsoluteUri, first["redirect_uri"]);
        Assert.NotEqual(first["nonce"], second["nonce"]);
        Assert.NotEqual(first["state"], second["state"]);
        Assert.True(first["nonce"].Length >= 43);
    }

    [Fact]
    public async Task User_info_is_asked_for_on_request()
    {
        SlackIdentity? seen = null;
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Options = options => options.SignIn.UserInfoEnabled = true,
            OnSignedIn = (identity, _) =>
            {
                seen = identity;
                return Task.CompletedTask;
            },
        });
        using var browser = app.OpenBrowser();

        await browser.GetAsync(await browser.BeginSignInAsync());

        Assert.Equal("ada@example.com", seen!.UserInfo!.Email);
    }

    [Fact]
    public async Task User_info_about_another_subject_is_refused()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => options.SignIn.UserInfoEnabled = true, OnSignedIn = MustNotRunAsync });
        using var browser = app.OpenBrowser();
        app.Slack.Script("openid.connect.userInfo", ScriptedAnswer.Raw(HttpStatusCode.OK, "application/json", """{"ok":true,"sub":"U0OTHER","https://slack.com/user_id":"U0OTHER"}"""));

        var page = await browser.GetAsync(await browser.BeginSignInAsync());

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_id_token"), (page.Status, page.Reason));
    }

    [Theory]
    [InlineData(IdTokenDefect.WrongNonce, "invalid_nonce")]
    [InlineData(IdTokenDefect.MissingNonce, "invalid_nonce")]
    [InlineData(IdTokenDefect.WrongAudience, "invalid_id_token")]
    [InlineData(IdTokenDefect.WrongIssuer, "invalid_id_token")]
    [InlineData(IdTokenDefect.Expired, "invalid_id_token")]
    [InlineData(IdTokenDefect.UnknownKey, "invalid_id_token")]
    [InlineData(IdTokenDefect.WrongSignature, "invalid_id_token")]
    [InlineData(IdTokenDefect.NoSignature, "invalid_id_token")]
    public async Task An_id_token_that_is_not_right_signs_nobody_in(IdTokenDefect defect, string reason)
    {
        await using var app = await SlackTestApp.StartAsync(new() { OnSignedIn = MustNotRunAsync });
        using var browser = app.OpenBrowser();
        app.Slack.ScriptIdToken(defect);

        var page = await browser.GetAsync(await browser.BeginSignInAsync());

        Assert.Equal((HttpStatusCode.Unauthorized, reason), (page.Status, page.Reason));
        Assert.Equal("/slack/signin", page.Link("#retry"));
    }

    [Fact]
    public async Task Keys_that_cannot_be_fetched_sign_nobody_in_and_the_next_attempt_works()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        app.Slack.Script("openid/connect/keys", ScriptedAnswer.Status(HttpStatusCode.ServiceUnavailable));

        var refused = await browser.GetAsync(await browser.BeginSignInAsync());
        app.Time.Advance(TimeSpan.FromMinutes(2));
        var accepted = await browser.GetAsync(await browser.BeginSignInAsync());

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_id_token"), (refused.Status, refused.Reason));
        Assert.Equal(HttpStatusCode.OK, accepted.Status);
    }

    [Fact]
    public async Task The_callback_refuses_what_the_install_callback_refuses()
    {
        await using var app = await SlackTestApp.StartAsync(new()
        {
            OnSignedIn = MustNotRunAsync,
            // Switching it off for installs leaves it on here.
            Options = options => options.StateVerificationEnabled = false,
        });
        using var browser = app.OpenBrowser();
        using var stranger = app.OpenBrowser();
        var callback = await browser.BeginSignInAsync();
        var state = QueryHelpers.ParseQuery(callback[callback.IndexOf('?', StringComparison.Ordinal)..])["state"];
        var install = CallbackTests.State(await browser.BeginInstallAsync());

        var cancelled = await browser.GetAsync(await browser.BeginSignInAsync(AuthorizeDecision.Cancel));
        var foreign = await stranger.GetAsync(callback);
        var installs = await browser.GetAsync($"/slack/signin/callback?state={install}&code=x");
        var noCode = await browser.GetAsync($"/slack/signin/callback?state={state}");

        Assert.Equal((HttpStatusCode.OK, "access_denied"), (cancelled.Status, cancelled.Reason));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_browser"), (foreign.Status, foreign.Reason));
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_state"), (installs.Status, installs.Reason));
        Assert.Equal((HttpStatusCode.Unauthorized, "missing_code"), (noCode.Status, noCode.Reason));
    }

    [Fact]
    public async Task A_code_that_Slack_refuses_is_invalid_code_and_the_hook_knows_that_it_was_a_sign_in()
    {
        FlowFailedContext? seen = null;
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Options = options => options.Hooks.Failed = context =>
            {
                seen = context;
                return Task.CompletedTask;
            },
        });
        using var browser = app.OpenBrowser();
        app.Slack.Script("openid.connect.token", ScriptedAnswer.Error("invalid_code"));

        var page = await browser.GetAsync(await browser.BeginSignInAsync());

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_code"), (page.Status, page.Reason));
        Assert.Equal(OAuthStatePurpose.SignIn, seen!.Purpose);
    }

    [Fact]
    public async Task A_state_store_that_cannot_be_reached_is_storage_error()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Stores = stores => stores.UseStateStore("test", _ => new DownStateStore()) });
        using var browser = app.OpenBrowser();

        var page = await browser.GetAsync("/slack/signin");

        Assert.Equal((HttpStatusCode.InternalServerError, "storage_error"), (page.Status, page.Reason));
    }

    [Fact]
    public async Task The_configured_redirect_uri_goes_before_the_requests_host()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => options.SignIn.RedirectUri = "https://app.example.com/slack/signin/callback" });
        using var browser = app.OpenBrowser();

        Assert.Equal("https://app.example.com/slack/signin/callback", Query(await browser.GetAsync("/slack/signin"))["redirect_uri"]);
    }

    private static Task MustNotRunAsync(SlackIdentity identity, HttpContext context) => throw new InvalidOperationException("nobody signed in");

    private static Dictionary<string, string> Query(TestPage page) =>
        QueryHelpers.ParseQuery(page.Response.Headers.Location!.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
}
