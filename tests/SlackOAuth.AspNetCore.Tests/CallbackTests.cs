using System.Net;
using Microsoft.AspNetCore.WebUtilities;
using SlackOAuth.Stores;
using SlackOAuth.Testing;

namespace SlackOAuth.AspNetCore.Tests;

public sealed class CallbackTests
{
    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T0FAKETEAM1");

    [Fact]
    public async Task An_allowed_install_is_saved_and_shown()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => options.UserScopes = ["search:read"] });
        using var browser = app.OpenBrowser();

        var page = await browser.InstallAsync();

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Equal("slack://app?team=T0FAKETEAM1&id=A0FAKEAPP01", page.Link("#open"));
        Assert.Equal("https://app.slack.com/client/T0FAKETEAM1", page.Link("#browser"));
        var installation = await app.Store.FindInstallationAsync(Workspace, "U0FAKEUSER1", SlackTestApp.Cancellation);
        Assert.NotNull(installation);
        Assert.StartsWith("xoxb-", installation.BotToken, StringComparison.Ordinal);
        Assert.StartsWith("xoxp-", installation.UserToken, StringComparison.Ordinal);
        Assert.StartsWith("B", installation.BotId, StringComparison.Ordinal);
        Assert.Equal(["commands"], installation.BotScopes);
        Assert.Equal(["search:read"], installation.UserScopes);
        Assert.Equal(app.Time.GetUtcNow(), installation.InstalledAt);
    }

    [Fact]
    public async Task Refresh_tokens_and_expiries_are_kept()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Slack = new() { Apps = [new() { TokenRotation = true }] } });
        using var browser = app.OpenBrowser();

        await browser.InstallAsync();

        var bot = await app.Store.FindBotAsync(Workspace, SlackTestApp.Cancellation);
        Assert.NotNull(bot!.BotRefreshToken);
        Assert.Equal(app.Time.GetUtcNow().AddSeconds(43_200), bot.BotTokenExpiresAt);
    }

    [Fact]
    public async Task An_org_wide_install_keeps_the_organizations_address_and_leads_to_its_administration()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Slack = Grid });
        using var browser = app.OpenBrowser();

        var page = await browser.InstallAsync(AuthorizeDecision.Allow("E0GRID"));

        Assert.Equal("https://grid.enterprise.slack.com/manage/organization/apps/profile/A0FAKEAPP01/workspaces/add", page.Link("#open"));
        Assert.Null(page.Link("#browser"));
        var installation = await app.Store.FindInstallationAsync(WorkspaceId.ForEnterprise("E0GRID"), cancellationToken: SlackTestApp.Cancellation);
        Assert.Equal("https://grid.enterprise.slack.com/", installation!.EnterpriseUrl);
        Assert.True(installation.IsEnterpriseInstall);
    }

    [Fact]
    public async Task A_cancelled_install_shows_Slacks_reason_with_200_and_saves_nothing()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();

        var page = await browser.InstallAsync(AuthorizeDecision.Cancel);

        Assert.Equal((HttpStatusCode.OK, "access_denied"), (page.Status, page.Reason));
        Assert.Equal("/slack/install", page.Link("#retry"));
        Assert.Null(await app.Store.FindBotAsync(Workspace, SlackTestApp.Cancellation));
    }

    [Fact]
    public async Task A_callback_in_a_foreign_browser_is_invalid_browser_and_leaves_the_state_to_its_own()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        using var stranger = app.OpenBrowser();
        var callback = browser.Decide(await browser.BeginInstallAsync());

        var refused = await stranger.GetAsync(callback);
        var accepted = await browser.GetAsync(callback);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_browser"), (refused.Status, refused.Reason));
        Assert.Equal(HttpStatusCode.OK, accepted.Status);
    }

    [Fact]
    public async Task A_used_state_is_invalid_state_even_where_the_cookie_is_still_there()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        var callback = browser.Decide(await browser.BeginInstallAsync());
        var cookies = browser.Cookies.GetCookieHeader(app.BaseAddress);

        var first = await SendAsync(app, callback, cookies);
        var second = await SendAsync(app, callback, cookies);

        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_state"), (second.Status, second.Reason));
        Assert.Equal(1, app.Slack.CountCalls("oauth.v2.access"));
    }

    [Fact]
    public async Task A_state_past_its_lifetime_is_invalid_state()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        var callback = browser.Decide(await browser.BeginInstallAsync());
        app.Time.Advance(TimeSpan.FromSeconds(600));

        var page = await browser.GetAsync(callback);

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_state"), (page.Status, page.Reason));
    }

    [Fact]
    public async Task A_state_of_a_sign_in_installs_nothing()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        var callback = await browser.BeginSignInAsync();

        var page = await browser.GetAsync("/slack/oauth_redirect" + callback[callback.IndexOf('?', StringComparison.Ordinal)..]);

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_state"), (page.Status, page.Reason));
    }

    [Fact]
    public async Task A_callback_without_a_code_is_missing_code()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        var state = State(await browser.BeginInstallAsync());

        var page = await browser.GetAsync($"/slack/oauth_redirect?state={state}");

        Assert.Equal((HttpStatusCode.Unauthorized, "missing_code"), (page.Status, page.Reason));
    }

    [Fact]
    public async Task A_code_that_Slack_refuses_is_invalid_code()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        var state = State(await browser.BeginInstallAsync());

        var page = await browser.GetAsync($"/slack/oauth_redirect?state={state}&code=made-up");

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_code"), (page.Status, page.Reason));
    }

    public static TheoryData<string, ScriptedAnswer> Failures => new()
    {
        { "an error", ScriptedAnswer.Error("internal_error") },
        { "malformed JSON", ScriptedAnswer.MalformedJson },
        { "a rate limit", ScriptedAnswer.RateLimited(TimeSpan.FromSeconds(30)) },
        { "503", ScriptedAnswer.Status(HttpStatusCode.ServiceUnavailable) },
        { "a dropped connection", ScriptedAnswer.DroppedConnection },
        { "a lost answer", ScriptedAnswer.LostAnswer },
        { "an answer that names nobody", ScriptedAnswer.Raw(HttpStatusCode.OK, "application/json", """{"ok":true,"access_token":"xoxb-nobody"}""") },
        { "an org-wide answer without an organization", ScriptedAnswer.Raw(HttpStatusCode.OK, "application/json", """{"ok":true,"access_token":"xoxb-1","team":{"id":"T1"},"is_enterprise_install":true,"authed_user":{"id":"U1"}}""") },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task Whatever_Slack_answers_to_a_code_the_browser_gets_a_clear_page(string what, ScriptedAnswer answer)
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        app.Slack.Script("oauth.v2.access", answer);

        var page = await browser.InstallAsync();

        Assert.True((HttpStatusCode.Unauthorized, "invalid_code") == (page.Status, page.Reason), $"{what}: {page.Status}, {page.Reason}");
        Assert.Equal("/slack/install", page.Link("#retry"));
        Assert.DoesNotContain("xoxb", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Slack_that_never_answers_ends_in_invalid_code_by_the_clients_timeout()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.NoAnswer);
        var pending = browser.InstallAsync();
        await app.Slack.WaitForCallsAsync("oauth.v2.access", 1, SlackTestApp.Cancellation);

        app.Time.Advance(TimeSpan.FromSeconds(31));
        var page = await pending;

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_code"), (page.Status, page.Reason));
    }

    [Fact]
    public async Task A_failing_auth_test_loses_no_install()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        app.Slack.Script("auth.test", ScriptedAnswer.Error("internal_error"));

        var page = await browser.InstallAsync();

        Assert.Equal(HttpStatusCode.OK, page.Status);
        var bot = await app.Store.FindBotAsync(Workspace, SlackTestApp.Cancellation);
        Assert.NotNull(bot);
        Assert.Null(bot.BotId);
    }

    [Fact]
    public async Task A_browser_that_goes_away_during_the_exchange_loses_no_install()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        var callback = browser.Decide(await browser.BeginInstallAsync());
        var release = new TaskCompletionSource();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Held(release.Task));
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(SlackTestApp.Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, callback);
        request.Headers.Add("Cookie", browser.Cookies.GetCookieHeader(app.BaseAddress));
        var pending = app.Client.SendAsync(request, leaving.Token);
        await app.Slack.WaitForCallsAsync("oauth.v2.access", 1, SlackTestApp.Cancellation);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        release.SetResult();

        await app.Slack.WaitForCallsAsync("auth.test", 1, SlackTestApp.Cancellation);
        Bot? bot = null;
        while (bot is null)
        {
            // The save follows auth.test at once; nothing that a test can see says when.
            await Task.Yield();
            SlackTestApp.Cancellation.ThrowIfCancellationRequested();
            bot = await app.Store.FindBotAsync(Workspace, SlackTestApp.Cancellation);
        }
    }

    [Fact]
    public async Task A_store_that_cannot_save_is_storage_error()
    {
        var store = new RecordingInstallationStore { FailsForGood = call => call == "SaveAsync" };
        await using var app = await SlackTestApp.StartAsync(new() { Stores = stores => stores.UseInstallationStore("test", _ => store) });
        using var browser = app.OpenBrowser();

        var page = await browser.InstallAsync();

        Assert.Equal((HttpStatusCode.InternalServerError, "storage_error"), (page.Status, page.Reason));
        Assert.Equal(["SaveAsync"], store.Calls);
    }

    [Theory]
    [InlineData(3, HttpStatusCode.OK)]
    [InlineData(4, HttpStatusCode.InternalServerError)]
    public async Task A_store_that_is_away_for_a_moment_is_asked_three_times_more_since_the_tokens_are_nowhere_else(int failures, HttpStatusCode expected)
    {
        var left = failures;
        var store = new RecordingInstallationStore { Fails = call => call == "SaveAsync" && Interlocked.Decrement(ref left) >= 0 };
        await using var app = await SlackTestApp.StartAsync(new() { Stores = stores => stores.UseInstallationStore("test", _ => store) });
        using var browser = app.OpenBrowser();
        var back = browser.Decide(await browser.BeginInstallAsync());
        var installedAt = app.Time.GetUtcNow();

        var page = await app.AdvanceUntilAsync(browser.GetAsync(back), () => store.Calls.Contains("SaveAsync"));

        Assert.Equal((expected, 4), (page.Status, store.Calls.Count(call => call == "SaveAsync")));
        var saved = await store.FindInstallationAsync(WorkspaceId.ForTeam("T0FAKETEAM1"), cancellationToken: SlackTestApp.Cancellation);
        Assert.Equal(expected == HttpStatusCode.OK ? installedAt : null, saved?.InstalledAt);
        Assert.Equal(3, app.Logs.GetSnapshot().Count(record => record.Id.Id == 11));
    }

    [Fact]
    public async Task A_state_store_that_cannot_be_reached_is_storage_error_at_either_end()
    {
        await using var down = await SlackTestApp.StartAsync(new() { Stores = stores => stores.UseStateStore("test", _ => new DownStateStore()) });
        await using var halfDown = await SlackTestApp.StartAsync(new() { Stores = stores => stores.UseStateStore("test", _ => new HalfDownStateStore()) });
        using var first = down.OpenBrowser();
        using var second = halfDown.OpenBrowser();

        var start = await first.GetAsync("/slack/install");
        var callback = await second.InstallAsync();

        Assert.Equal((HttpStatusCode.InternalServerError, "storage_error"), (start.Status, start.Reason));
        Assert.Equal((HttpStatusCode.InternalServerError, "storage_error"), (callback.Status, callback.Reason));
    }

    [Fact]
    public async Task An_error_goes_before_the_cookie_the_cookie_before_the_state_and_the_state_before_the_code()
    {
        await using var app = await SlackTestApp.StartAsync();
        var unknown = OAuthState.Create();
        var cookie = new OAuthStateCookie(TimeSpan.FromMinutes(10)).Issue(unknown)[0].Split(';')[0];

        var error = await SendAsync(app, "/slack/oauth_redirect?error=access_denied&state=x&code=y", cookies: null);
        var noCookie = await SendAsync(app, $"/slack/oauth_redirect?state={unknown}", cookies: null);
        var noState = await SendAsync(app, $"/slack/oauth_redirect?state={unknown}", cookie);

        Assert.Equal("access_denied", error.Reason);
        Assert.Equal("invalid_browser", noCookie.Reason);
        Assert.Equal("invalid_state", noState.Reason);
    }

    [Fact]
    public async Task Two_tabs_of_one_browser_finish_in_either_order()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        var first = browser.Decide(await browser.BeginInstallAsync());
        var second = browser.Decide(await browser.BeginInstallAsync());

        var secondPage = await browser.GetAsync(second);
        var firstPage = await browser.GetAsync(first);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (secondPage.Status, firstPage.Status));
        Assert.Equal(2, app.Slack.CountCalls("oauth.v2.access"));
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("</code></bdi><a href=javascript:alert(1)>")]
    public async Task A_hostile_error_is_shown_as_text(string error)
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();

        var page = await browser.GetAsync(QueryHelpers.AddQueryString("/slack/oauth_redirect", "error", error));

        Assert.Equal((HttpStatusCode.OK, error), (page.Status, page.Reason));
        Assert.DoesNotContain("<script", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?error=a&error=b")]
    [InlineData("?error=")]
    [InlineData("?error")]
    public async Task An_error_that_is_repeated_or_empty_is_an_error_all_the_same(string query)
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();

        var page = await browser.GetAsync("/slack/oauth_redirect" + query);

        Assert.Equal((HttpStatusCode.OK, "unknown_error"), (page.Status, page.Reason));
    }

    [Fact]
    public async Task Parameters_that_are_repeated_or_oversized_count_as_missing()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        var state = State(await browser.BeginInstallAsync());

        var twice = await browser.GetAsync($"/slack/oauth_redirect?state={state}&state={state}&code=a");
        var longState = await browser.GetAsync($"/slack/oauth_redirect?state={new string('a', 4000)}&code=a");
        var longCode = await browser.GetAsync($"/slack/oauth_redirect?state={state}&code={new string('a', 4000)}");

        Assert.Equal("invalid_browser", twice.Reason);
        Assert.Equal("invalid_browser", longState.Reason);
        Assert.Equal("missing_code", longCode.Reason);
        Assert.Equal(0, app.Slack.CountCalls("oauth.v2.access"));
    }

    [Theory]
    [InlineData("%00")]
    [InlineData("..%2F..%2Fetc%2Fpasswd")]
    [InlineData("%27%3B--")]
    [InlineData("%F0%9F%92%A9")]
    public async Task A_hostile_state_is_refused_and_deletes_no_other_cookie(string state)
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        var callback = browser.Decide(await browser.BeginInstallAsync());

        var refused = await browser.GetAsync($"/slack/oauth_redirect?state={state}&code=a");
        var accepted = await browser.GetAsync(callback);

        Assert.Equal("invalid_browser", refused.Reason);
        Assert.Equal(HttpStatusCode.OK, accepted.Status);
    }

    [Fact]
    public async Task Success_and_failure_delete_the_cookie_of_their_own_state_alone()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        var other = await browser.BeginInstallAsync();

        await browser.InstallAsync();
        await browser.InstallAsync(AuthorizeDecision.Cancel);

        var left = Assert.Single(browser.Cookies.GetAllCookies());
        Assert.Equal(State(other), left.Value);
    }

    [Fact]
    public async Task Every_answer_is_kept_from_caches_referrers_frames_and_sniffers()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();

        foreach (var page in new[] { await browser.GetAsync("/slack/install"), await browser.InstallAsync(), await browser.GetAsync("/slack/oauth_redirect?error=x") })
        {
            Assert.Equal("no-store", page.Header("Cache-Control"));
            Assert.Equal("no-referrer", page.Header("Referrer-Policy"));
            Assert.Equal("nosniff", page.Header("X-Content-Type-Options"));
            Assert.Equal(OAuthPages.ContentSecurityPolicy, page.Header("Content-Security-Policy"));
            Assert.Equal("text/html; charset=utf-8", page.Header("Content-Type"));
        }
    }

    [Fact]
    public async Task Success_leads_to_the_configured_url()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => options.SuccessUrl = "https://example.com/welcome?a=1&b=2" });
        using var browser = app.OpenBrowser();

        Assert.Equal("https://example.com/welcome?a=1&b=2", (await browser.InstallAsync(query: "?success_url=https://evil.example")).Link("#open"));
    }

    [Fact]
    public async Task Failure_redirects_to_the_configured_url_with_the_reason_escaped()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => options.FailureUrl = "https://example.com/sorry?lang=en" });
        using var browser = app.OpenBrowser();

        var page = await browser.GetAsync("/slack/oauth_redirect?error=a%26b%3Dc%0D%0ASet-Cookie:x");

        Assert.Equal(HttpStatusCode.Redirect, page.Status);
        Assert.Equal("https://example.com/sorry?lang=en&reason=a%26b%3Dc%0D%0ASet-Cookie%3Ax", page.Response.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task The_redirect_uri_of_the_start_is_repeated_at_the_exchange()
    {
        // The stand-in, as Slack, refuses a code with another redirect URI than at the start.
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => options.RedirectUri = "http://localhost/slack/oauth_redirect" });
        using var browser = app.OpenBrowser();
        var authorize = await browser.BeginInstallAsync();

        Assert.Equal("http://localhost/slack/oauth_redirect", QueryHelpers.ParseQuery(authorize.Query)["redirect_uri"]);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(browser.Decide(authorize))).Status);
    }

    [Fact]
    public async Task With_state_verification_off_an_install_that_began_at_Slack_is_accepted_and_a_warning_is_logged()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => options.StateVerificationEnabled = false });
        using var browser = app.OpenBrowser();
        var code = QueryHelpers.ParseQuery(app.Slack.Authorize(new("/oauth/v2/authorize?client_id=1234567890.1234567890&scope=commands", UriKind.Relative)).Query)["code"];

        var page = await browser.GetAsync($"/slack/oauth_redirect?code={code}");

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains(app.Logs.GetSnapshot(), record => record.Id.Id == 7);
    }

    internal static FakeSlackOptions Grid => new()
    {
        Apps = [new() { OrgWideInstalls = true }],
        Workspaces = [new() { Id = "T0GRID", Name = "Grid workspace", EnterpriseId = "E0GRID" }, new() { Id = "T0ALONE", Name = "Alone" }],
        Enterprises = [new() { Id = "E0GRID", Name = "Grid", Domain = "grid" }],
    };

    internal static string State(Uri authorizeUrl) => QueryHelpers.ParseQuery(authorizeUrl.Query)["state"].ToString();

    private static async Task<TestPage> SendAsync(SlackTestApp app, string path, string? cookies)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (cookies is not null)
        {
            request.Headers.Add("Cookie", cookies);
        }

        return await TestPage.OfAsync(await app.Client.SendAsync(request, SlackTestApp.Cancellation));
    }
}
