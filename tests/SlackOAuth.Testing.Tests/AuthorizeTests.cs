using System.Net;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.WebUtilities;
using static SlackOAuth.Testing.Tests.SlackFixture;

namespace SlackOAuth.Testing.Tests;

public sealed class AuthorizeTests
{
    private const string Hostile = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";

    [Theory, CombinatorialModes]
    public async Task The_page_shows_app_workspaces_users_and_scopes_and_has_both_buttons(Mode mode)
    {
        await using var fixture = await StartGridAsync(mode);

        var (status, page) = await GetAsync(fixture, InstallPath(userScope: "users:read"));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("en", page.DocumentElement.GetAttribute("lang"));
        Assert.Contains("Test app", page.QuerySelector("h1")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("Stand-in", page.QuerySelector("[role=note]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(["users:read", "commands", "chat:write"], page.QuerySelectorAll("li code").Select(code => code.TextContent));
        Assert.Equal(["Grid Workspace", "Alone", "Grid (the whole organization)"], page.QuerySelectorAll("optgroup").Select(group => group.GetAttribute("label")));
        Assert.Equal("as", page.QuerySelector("label")!.GetAttribute("for"));
        Assert.Equal(["cancel", "allow"], page.QuerySelectorAll("button").Select(button => button.GetAttribute("value")));
    }

    [Theory, CombinatorialModes]
    public async Task Allow_redirects_with_a_code_that_can_be_exchanged_and_the_state(Mode mode)
    {
        await using var fixture = await StartGridAsync(mode);

        using var response = await PostAsync(fixture, InstallPath(state: "a+b/c="), new() { ["decision"] = "allow", ["as"] = "1" });

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        var location = response.Headers.Location!;
        Assert.Equal(RedirectUri, location.GetLeftPart(UriPartial.Path));
        Assert.Equal("a+b/c=", Query(location, "state"));
        var answer = await fixture.ExchangeAsync(Query(location, "code"));
        Assert.Equal("T0ALONE", (string?)answer["team"]!["id"]);
    }

    [Theory, CombinatorialModes]
    public async Task Cancel_redirects_with_access_denied_and_the_state_and_no_code(Mode mode)
    {
        await using var fixture = await StartAsync(mode);

        using var response = await PostAsync(fixture, InstallPath(), new() { ["decision"] = "cancel" });

        Assert.Equal(RedirectUri + "?error=access_denied&state=state-1", response.Headers.Location!.AbsoluteUri);
        Assert.Equal(response.Headers.Location, fixture.Slack.Authorize(new(InstallPath(), UriKind.Relative), AuthorizeDecision.Cancel));
    }

    [Theory, CombinatorialModes]
    public async Task Sign_in_is_asked_for_and_decided_alike(Mode mode)
    {
        await using var fixture = await StartGridAsync(mode);

        var (status, page) = await GetAsync(fixture, SignInPath());
        using var allowed = await PostAsync(fixture, SignInPath(), new() { ["decision"] = "allow", ["as"] = "0" });

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("Sign in to Test app", page.QuerySelector("h1")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(["Grid Workspace", "Alone"], page.QuerySelectorAll("optgroup").Select(group => group.GetAttribute("label")));
        var answer = await fixture.ExchangeAsync(Query(allowed.Headers.Location!, "code"), method: "openid.connect.token");
        Assert.True((bool)answer["ok"]!);
    }

    [Theory]
    [CombinatorialModes("client_id", "scope", "user_scope", "state", "team", "redirect_uri")]
    public async Task A_hostile_parameter_is_shown_as_text_or_not_at_all(Mode mode, string parameter)
    {
        await using var fixture = await StartAsync(mode);
        var path = QueryHelpers.AddQueryString(
            "/oauth/v2/authorize",
            QueryHelpers.ParseQuery(InstallPath(userScope: "users:read", team: "T0FAKETEAM1").Split('?')[1]).ToDictionary(pair => pair.Key, pair => (string?)pair.Value)
                .Select(pair => pair.Key == parameter ? new KeyValuePair<string, string?>(parameter, Hostile) : pair));

        var (status, page) = await GetAsync(fixture, path);

        Assert.Equal(parameter == "state" ? HttpStatusCode.OK : HttpStatusCode.BadRequest, status);
        Assert.Empty(page.QuerySelectorAll("script, img"));
        if (parameter is "scope" or "redirect_uri" or "team")
        {
            Assert.Contains("<script>alert(1)</script>", page.Body!.TextContent, StringComparison.Ordinal);
        }
    }

    [Theory, CombinatorialModes]
    public async Task Hostile_names_of_apps_and_workspaces_are_shown_as_text(Mode mode)
    {
        await using var fixture = await StartAsync(
            mode, [new() { Name = Hostile, AppId = Hostile }], [new() { Name = Hostile, Users = [new() { RealName = Hostile }] }]);

        var (_, page) = await GetAsync(fixture, InstallPath());

        Assert.Empty(page.QuerySelectorAll("script, img"));
        Assert.Contains(Hostile, page.QuerySelector("h1")!.TextContent, StringComparison.Ordinal);
        Assert.Contains(Hostile, page.Title!, StringComparison.Ordinal);
        Assert.Equal(Hostile, page.QuerySelector("optgroup")!.GetAttribute("label"));
        Assert.Equal($"{Hostile} as {Hostile}", page.QuerySelector("option")!.TextContent);
    }

    [Theory, CombinatorialModes]
    public async Task Pages_forbid_scripts_framing_and_caching(Mode mode)
    {
        await using var fixture = await StartAsync(mode);

        using var response = await fixture.Client.GetAsync(new Uri(InstallPath(), UriKind.Relative), Cancellation);

        Assert.Contains("default-src 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Theory]
    [InlineData("client_id=nobody&scope=commands", "invalid_client_id")]
    [InlineData("scope=commands", "invalid_client_id")]
    [InlineData("client_id=1234567890.1234567890", "no_scopes")]
    [InlineData("client_id=1234567890.1234567890&scope=,%20,", "no_scopes")]
    [InlineData("client_id=1234567890.1234567890&scope=Commands!", "invalid_scope")]
    [InlineData("client_id=1234567890.1234567890&scope=files:read", "invalid_scope")]
    [InlineData("client_id=1234567890.1234567890&scope=commands&team=T0NOBODY", "invalid_team")]
    [InlineData("client_id=1234567890.1234567890&scope=commands&redirect_uri=https%3A%2F%2Fapp.example%2Foauth%2Fcallback%2Fsub%3Fa%3Db", null)]
    [InlineData("client_id=1234567890.1234567890&scope=commands&redirect_uri=https%3A%2F%2Fapp.example%2Foauth%2Fcallback", null)]
    [InlineData("client_id=1234567890.1234567890&scope=commands&redirect_uri=https%3A%2F%2Fapp.example%2Foauth%2Fcallbacks", "bad_redirect_uri")]
    [InlineData("client_id=1234567890.1234567890&scope=commands&redirect_uri=https%3A%2F%2Fapp.example%2Foauth", "bad_redirect_uri")]
    [InlineData("client_id=1234567890.1234567890&scope=commands&redirect_uri=https%3A%2F%2Fapp.example%2Foauth%2Fcallback%2F..%2Fother", "bad_redirect_uri")]
    [InlineData("client_id=1234567890.1234567890&scope=commands&redirect_uri=http%3A%2F%2Fapp.example%2Foauth%2Fcallback", "bad_redirect_uri")]
    [InlineData("client_id=1234567890.1234567890&scope=commands&redirect_uri=https%3A%2F%2Fapp.example%3A8443%2Foauth%2Fcallback", "bad_redirect_uri")]
    [InlineData("client_id=1234567890.1234567890&scope=commands&redirect_uri=https%3A%2F%2Fapp.example.evil.example%2Foauth%2Fcallback", "bad_redirect_uri")]
    [InlineData("client_id=1234567890.1234567890&scope=commands&redirect_uri=https%3A%2F%2Fapp.example%40evil.example%2Foauth%2Fcallback", "bad_redirect_uri")]
    [InlineData("client_id=1234567890.1234567890&scope=commands&redirect_uri=javascript%3Aalert(1)", "bad_redirect_uri")]
    [InlineData("client_id=1234567890.1234567890&scope=commands&redirect_uri=https%3A%2F%2Fuser%40app.example%2Foauth%2Fcallback", "bad_redirect_uri")]
    [InlineData("client_id=1234567890.1234567890&scope=commands&redirect_uri=https%3A%2F%2Fapp.example%2Foauth%2Fcallback%23fragment", "bad_redirect_uri")]
    public async Task Requests_are_checked_as_Slack_checks_them(string query, string? error)
    {
        foreach (var mode in Enum.GetValues<Mode>())
        {
            await using var fixture = await StartAsync(mode, [new() { RedirectUris = [new("https://app.example/oauth/callback")], BotScopes = ["commands"] }]);
            var path = "/oauth/v2/authorize?" + query;

            var (status, page) = await GetAsync(fixture, path);
            using var posted = await PostAsync(fixture, path, new() { ["decision"] = "allow", ["as"] = "0" });

            if (error is null)
            {
                Assert.Equal(HttpStatusCode.OK, status);
                Assert.Equal(HttpStatusCode.Redirect, posted.StatusCode);
            }
            else
            {
                Assert.Equal(HttpStatusCode.BadRequest, status);
                Assert.Equal(error, page.QuerySelector("main code")!.TextContent);
                Assert.Equal(HttpStatusCode.BadRequest, posted.StatusCode);
                Assert.Contains(error, Assert.Throws<ArgumentException>(() => fixture.Slack.Authorize(new(path, UriKind.Relative))).Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("response_type=token&scope=openid", "invalid_response_type")]
    [InlineData("response_type=code&scope=email", "invalid_scope")]
    [InlineData("response_type=code&scope=openid%20commands", "invalid_scope")]
    [InlineData("response_type=code", "no_scopes")]
    public async Task Sign_in_requests_are_checked_too(string query, string error)
    {
        await using var fixture = await StartAsync(Mode.InMemory);
        var path = $"/openid/connect/authorize?client_id={ClientId}&redirect_uri={Uri.EscapeDataString(RedirectUri)}&{query}";

        var (status, page) = await GetAsync(fixture, path);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(error, page.QuerySelector("main code")!.TextContent);
    }

    [Theory, CombinatorialModes]
    public async Task A_redirect_uri_keeps_its_own_query(Mode mode)
    {
        await using var fixture = await StartAsync(mode);

        var location = fixture.Slack.Authorize(new(InstallPath(redirectUri: "http://localhost/cb?a=b%26c"), UriKind.Relative));

        Assert.Equal("b&c", Query(location, "a"));
        Assert.NotEmpty(Query(location, "code"));
    }

    [Theory]
    [CombinatorialModes("", "decision=allow", "decision=allow&as=99", "decision=allow&as=-1", "decision=allow&as=x", "decision=delete&as=0")]
    public async Task A_form_that_the_page_would_not_send_gets_no_redirect(Mode mode, string form)
    {
        await using var fixture = await StartAsync(mode);

        using var response = await PostAsync(fixture, InstallPath(), QueryHelpers.ParseQuery(form).ToDictionary(pair => pair.Key, pair => pair.Value.ToString()));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory, CombinatorialModes]
    public async Task The_parameter_team_leaves_one_workspace_to_choose(Mode mode)
    {
        await using var fixture = await StartGridAsync(mode);

        var (_, page) = await GetAsync(fixture, InstallPath(team: "T0ALONE"));
        var answer = await fixture.ExchangeAsync(fixture.Code(InstallPath(team: "T0ALONE")));

        Assert.Equal("Alone", Assert.Single(page.QuerySelectorAll("optgroup")).GetAttribute("label"));
        Assert.Equal("T0ALONE", (string?)answer["team"]!["id"]);
        Assert.Throws<ArgumentException>(() => fixture.Slack.Authorize(new(InstallPath(team: "T0ALONE"), UriKind.Relative), AuthorizeDecision.Allow("T0GRID")));
    }

    [Theory, CombinatorialModes]
    public async Task A_decision_names_workspace_and_user_and_takes_an_address_on_any_host(Mode mode)
    {
        await using var fixture = await StartAsync(mode, workspaces: [new() { Id = "T1", Users = [new() { Id = "U1" }, new() { Id = "U2" }] }, new() { Id = "T2", Users = [new() { Id = "U3" }] }]);
        async Task<string> InstallerAsync(AuthorizeDecision decision)
        {
            var location = fixture.Slack.Authorize(new("https://slack.com" + InstallPath()), decision);
            var answer = await fixture.ExchangeAsync(Query(location, "code"));
            return $"{answer["team"]!["id"]}/{answer["authed_user"]!["id"]}";
        }

        Assert.Equal("T1/U1", await InstallerAsync(AuthorizeDecision.Allow()));
        Assert.Equal("T1/U2", await InstallerAsync(AuthorizeDecision.Allow("T1", "U2")));
        Assert.Equal("T2/U3", await InstallerAsync(AuthorizeDecision.Allow("T2")));
        Assert.Throws<ArgumentException>(() => fixture.Slack.Authorize(new(InstallPath(), UriKind.Relative), AuthorizeDecision.Allow("T2", "U1")));
        Assert.Throws<ArgumentException>(() => fixture.Slack.Authorize(new("https://slack.com/elsewhere?client_id=1")));
    }

    [Theory, CombinatorialModes]
    public async Task An_organization_is_offered_only_to_an_app_that_may_be_installed_on_it(Mode mode)
    {
        await using var fixture = await StartAsync(mode, workspaces: [new() { EnterpriseId = "E1" }], enterprises: [new() { Id = "E1" }]);

        var (_, page) = await GetAsync(fixture, InstallPath());

        Assert.Single(page.QuerySelectorAll("option"));
        Assert.Throws<ArgumentException>(() => fixture.Slack.Authorize(new(InstallPath(), UriKind.Relative), AuthorizeDecision.Allow("E1")));
    }

    [Theory, CombinatorialModes]
    public async Task A_redirect_uri_can_be_registered_later(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var path = InstallPath(redirectUri: "http://127.0.0.1:5080/cb");
        Assert.Throws<ArgumentException>(() => fixture.Slack.Authorize(new(path, UriKind.Relative)));

        fixture.Slack.AddRedirectUri(new("http://127.0.0.1:5080/"));

        Assert.StartsWith("http://127.0.0.1:5080/cb?code=", fixture.Slack.Authorize(new(path, UriKind.Relative)).AbsoluteUri, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => fixture.Slack.AddRedirectUri(new("app://callback")));
    }

    private static async Task<(HttpStatusCode Status, IHtmlDocument Page)> GetAsync(SlackFixture fixture, string path)
    {
        using var response = await fixture.Client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return (response.StatusCode, new HtmlParser().ParseDocument(await response.Content.ReadAsStringAsync(Cancellation)));
    }

    private static async Task<HttpResponseMessage> PostAsync(SlackFixture fixture, string path, Dictionary<string, string> form)
    {
        using var content = new FormUrlEncodedContent(form);
        return await fixture.Client.PostAsync(new Uri(path, UriKind.Relative), content, Cancellation);
    }
}
