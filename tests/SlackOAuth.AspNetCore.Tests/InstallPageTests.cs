using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.WebUtilities;
using SlackOAuth.Stores;
using SlackOAuth.Testing;

namespace SlackOAuth.AspNetCore.Tests;

public sealed class InstallPageTests
{
    [Fact]
    public async Task The_button_leads_to_Slack_with_what_the_options_ask_for()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => (options.Scopes, options.UserScopes, options.AppName) = (["commands", "chat:write"], ["search:read"], "R&D") });
        using var browser = app.OpenBrowser();

        var page = await browser.GetAsync("/slack/install?team=T0FAKETEAM1");

        var url = new Uri(page.Link("#install")!);
        Assert.Equal("https://slack.com/oauth/v2/authorize", url.GetLeftPart(UriPartial.Path));
        var query = QueryHelpers.ParseQuery(url.Query);
        Assert.Equal("commands,chat:write", query["scope"]);
        Assert.Equal("search:read", query["user_scope"]);
        Assert.Equal("T0FAKETEAM1", query["team"]);
        Assert.Equal("1234567890.1234567890", query["client_id"]);
        Assert.False(query.ContainsKey("redirect_uri"));
        Assert.Equal("Install R&D", page.Text("h1"));
    }

    [Theory]
    [InlineData("?team=T1%26client_id%3Devil")]
    [InlineData("?team=%3Cscript%3E")]
    [InlineData("?team=T1&team=T2")]
    [InlineData("?team=TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT")]
    public async Task A_team_that_is_no_id_is_left_out(string query)
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();

        var url = await browser.BeginInstallAsync(query);

        Assert.Equal(["state", "client_id", "scope", "user_scope"], QueryHelpers.ParseQuery(url.Query).Keys);
        Assert.Equal("1234567890.1234567890", QueryHelpers.ParseQuery(url.Query)["client_id"]);
    }

    [Fact]
    public async Task The_cookie_says_Secure_HttpOnly_Lax_and_the_states_lifetime()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Before = TrustForwardedHeaders });

        var page = await GetAsync(app, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "app.example.com"));

        Assert.NotEmpty(page.SetCookies);
        Assert.All(page.SetCookies, cookie => Assert.StartsWith("slack-app-oauth-state", cookie, StringComparison.Ordinal));
        Assert.All(page.SetCookies, cookie => Assert.EndsWith("; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax", cookie, StringComparison.Ordinal));
    }

    [Fact]
    public async Task On_plain_http_on_loopback_alone_the_cookie_does_without_Secure()
    {
        await using var app = await SlackTestApp.StartAsync();

        var loopback = await GetAsync(app);
        var otherHost = await GetAsync(app, ("Host", "app.example.com"));
        var behindProxy = await GetAsync(app, ("X-Forwarded-For", "203.0.113.7"));
        var forgedScheme = await GetAsync(app, ("X-Forwarded-Proto", "http"));

        Assert.NotEmpty(loopback.SetCookies);
        Assert.All(loopback.SetCookies, cookie => Assert.EndsWith("; Path=/; HttpOnly; SameSite=Lax", cookie, StringComparison.Ordinal));
        foreach (var page in new[] { otherHost, behindProxy, forgedScheme })
        {
            Assert.NotEmpty(page.SetCookies);
            Assert.All(page.SetCookies, cookie => Assert.Contains("; Secure;", cookie, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Behind_a_Unix_socket_there_is_a_proxy_and_the_cookie_says_Secure_and_in_memory_there_is_none()
    {
        var context = new DefaultHttpContext();
        context.Request.Scheme = "http";
        context.Request.Host = new("localhost");
        Assert.False(FlowRequest.NeedsSecureCookie(context));

        var path = Path.Combine(Directory.CreateTempSubdirectory("sock").FullName, "s");
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(path));
        await using var behind = builder.Build();
        behind.Run(context => context.Response.WriteAsync(FlowRequest.NeedsSecureCookie(context) ? "secure" : "plain"));
        await behind.StartAsync(SlackTestApp.Cancellation);
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        Assert.Equal("secure", await client.GetStringAsync(new Uri("http://localhost/"), SlackTestApp.Cancellation));
    }

    [Fact]
    public async Task The_cookies_name_and_lifetime_are_the_apps_to_choose()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => (options.StateCookieName, options.StateLifetime) = ("my-state", TimeSpan.FromMinutes(2)) });

        var page = await GetAsync(app);

        Assert.NotEmpty(page.SetCookies);
        Assert.All(page.SetCookies, cookie => Assert.StartsWith("my-state", cookie, StringComparison.Ordinal));
        Assert.All(page.SetCookies, cookie => Assert.Contains("Max-Age=120;", cookie, StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_the_page_off_the_browser_is_sent_to_Slack_at_once()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => options.InstallPageEnabled = false });
        using var browser = app.OpenBrowser();

        var page = await browser.GetAsync("/slack/install");
        var done = await browser.GetAsync(browser.Decide(page.Response.Headers.Location!));

        Assert.Equal(HttpStatusCode.Redirect, page.Status);
        Assert.Equal("no-store", page.Header("Cache-Control"));
        Assert.Equal("no-referrer", page.Header("Referrer-Policy"));
        Assert.Equal(HttpStatusCode.OK, done.Status);
    }

    [Fact]
    public async Task Pages_of_the_apps_own_are_sent_in_place_of_the_built_in_ones()
    {
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Options = options =>
            {
                options.Pages.Install = url => $"<a id=install href=\"{WebUtility.HtmlEncode(url)}\">mine</a>";
                options.Pages.Success = (installation, url) => $"<p id=mine>{installation.TeamId} {WebUtility.HtmlEncode(url)}</p>";
                options.Pages.Failure = reason => $"<p id=mine>{WebUtility.HtmlEncode(reason)}</p>";
            },
        });
        using var browser = app.OpenBrowser();

        var success = await browser.InstallAsync();
        var failure = await browser.GetAsync("/slack/oauth_redirect?code=x");

        Assert.Equal("T0FAKETEAM1 slack://app?team=T0FAKETEAM1&id=A0FAKEAPP01", success.Text("#mine"));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_browser"), (failure.Status, failure.Text("#mine")));
        Assert.StartsWith("default-src 'none'; ", failure.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", failure.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("script-src", failure.Header("Content-Security-Policy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_paths_are_the_apps_to_choose_and_links_follow_the_path_base()
    {
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Options = options => (options.InstallPath, options.CallbackPath) = ("/add", "/added"),
            Before = app => app.UsePathBase("/base"),
        });
        using var browser = app.OpenBrowser();

        var install = await browser.GetAsync("/base/add");
        var failure = await browser.GetAsync("/base/added?error=x");

        Assert.Equal(HttpStatusCode.OK, install.Status);
        Assert.Equal("/base/add", failure.Link("#retry"));
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/slack/install")).Status);
    }

    [Theory]
    [InlineData("", "/added", "/add")]
    [InlineData("", "/added/", "/add")]
    [InlineData("/base", "/apps/1/added", "/base/apps/1/add")]
    [InlineData("/base", "/apps/1/ADDED/", "/base/apps/1/add")]
    public void A_link_follows_the_group_of_routes_with_and_without_a_slash_at_its_end(string pathBase, string path, string expected)
    {
        var context = new DefaultHttpContext();
        (context.Request.PathBase, context.Request.Path) = (pathBase, path);

        Assert.Equal(expected, FlowRequest.Sibling(context.Request, own: "/added", other: "/add"));
    }

    [Fact]
    public async Task Before_redirect_chooses_what_this_install_asks_for_and_the_later_hooks_see_it()
    {
        OAuthStateData? seen = null;
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Options = options =>
            {
                options.Hooks.BeforeRedirect = context =>
                {
                    context.Scopes = ["chat:write"];
                    context.UserScopes = ["search:read"];
                    context.TeamId = "T0FAKETEAM1";
                    context.RedirectUri = "http://localhost/slack/oauth_redirect";
                    context.AppData = JsonElement.Parse("""{"plan":"gold"}""");
                    return Task.CompletedTask;
                };
                options.Hooks.BeforeInstall = context =>
                {
                    seen = context.State;
                    return Task.CompletedTask;
                };
            },
        });
        using var browser = app.OpenBrowser();

        var url = await browser.BeginInstallAsync("?team=T0OTHER");
        var page = await browser.GetAsync(browser.Decide(url));

        var query = QueryHelpers.ParseQuery(url.Query);
        Assert.Equal(("chat:write", "search:read", "T0FAKETEAM1"), (query["scope"].ToString(), query["user_scope"].ToString(), query["team"].ToString()));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Equal("T0FAKETEAM1", seen!.TeamId);
        Assert.Equal(["chat:write"], seen.Scopes);
        Assert.Equal("gold", seen.AppData!.Value.GetProperty("plan").GetString());
    }

    [Fact]
    public async Task Before_redirect_may_refuse_and_then_no_state_is_issued()
    {
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Options = options => options.Hooks.BeforeRedirect = async context =>
            {
                context.HttpContext.Response.StatusCode = StatusCodes.Status403Forbidden;
                await context.HttpContext.Response.WriteAsync("members only");
                context.HandleResponse();
            },
        });
        using var browser = app.OpenBrowser();

        var page = await browser.GetAsync("/slack/install");

        Assert.Equal((HttpStatusCode.Forbidden, "members only"), (page.Status, page.Html));
        Assert.Empty(page.SetCookies);
    }

    [Fact]
    public async Task Before_install_may_refuse_and_then_the_code_is_not_exchanged()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => options.Hooks.BeforeInstall = context => AnswerAsync(context, "not today") });
        using var browser = app.OpenBrowser();

        Assert.Equal("not today", (await browser.InstallAsync()).Html);
        Assert.Equal(0, app.Slack.CountCalls("oauth.v2.access"));
    }

    [Fact]
    public async Task After_install_adds_to_what_is_saved()
    {
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Options = options => options.Hooks.AfterInstall = context =>
            {
                context.Installation = context.Installation with { CustomValues = JsonElement.Parse("""{"plan":"gold"}""") };
                return Task.CompletedTask;
            },
        });
        using var browser = app.OpenBrowser();

        await browser.InstallAsync();

        var saved = await app.Store.FindInstallationAsync(WorkspaceId.ForTeam("T0FAKETEAM1"), cancellationToken: SlackTestApp.Cancellation);
        Assert.Equal("gold", saved!.CustomValues!.Value.GetProperty("plan").GetString());
    }

    [Fact]
    public async Task After_install_may_refuse_and_then_nothing_is_saved()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => options.Hooks.AfterInstall = context => AnswerAsync(context, "not you") });
        using var browser = app.OpenBrowser();

        Assert.Equal("not you", (await browser.InstallAsync()).Html);
        Assert.Null(await app.Store.FindBotAsync(WorkspaceId.ForTeam("T0FAKETEAM1"), SlackTestApp.Cancellation));
    }

    [Fact]
    public async Task Succeeded_answers_in_place_of_the_page_and_the_cookie_is_deleted_all_the_same()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => options.Hooks.Succeeded = context => AnswerAsync(context, $"welcome {context.Installation.TeamId}") });
        using var browser = app.OpenBrowser();

        Assert.Equal("welcome T0FAKETEAM1", (await browser.InstallAsync()).Html);
        Assert.Empty(browser.Cookies.GetAllCookies());
    }

    [Fact]
    public async Task Failed_sees_the_reason_Slacks_error_and_the_exception_and_may_answer()
    {
        var seen = new List<FlowFailedContext>();
        var store = new RecordingInstallationStore { FailsForGood = call => call == "SaveAsync" };
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Stores = stores => stores.UseInstallationStore("test", _ => store),
            Options = options => options.Hooks.Failed = context =>
            {
                seen.Add(context);
                return seen.Count == 3 ? AnswerAsync(context, "mine") : Task.CompletedTask;
            },
        });
        using var browser = app.OpenBrowser();

        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Error("code_already_used"));
        await browser.InstallAsync();
        await browser.InstallAsync();
        var answered = await browser.GetAsync("/slack/oauth_redirect?error=access_denied");

        Assert.Equal(("invalid_code", 401, "code_already_used"), (seen[0].Reason, seen[0].StatusCode, seen[0].Error!.Code));
        Assert.Equal(("storage_error", 500), (seen[1].Reason, seen[1].StatusCode));
        Assert.IsType<SlackOAuthStoreException>(seen[1].Exception);
        Assert.Equal(("access_denied", OAuthStatePurpose.Install), (seen[2].Reason, seen[2].Purpose));
        Assert.Equal("mine", answered.Html);
    }

    private static Task AnswerAsync(SlackOAuthHookContext context, string text)
    {
        context.HandleResponse();
        return context.HttpContext.Response.WriteAsync(text);
    }

    private static void TrustForwardedHeaders(WebApplication app) =>
        app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost });

    private static async Task<TestPage> GetAsync(SlackTestApp app, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/slack/install");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await TestPage.OfAsync(await app.Client.SendAsync(request, SlackTestApp.Cancellation));
    }
}
