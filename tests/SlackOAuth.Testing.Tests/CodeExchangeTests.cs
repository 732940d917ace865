using System.Text.Json.Nodes;
using static SlackOAuth.Testing.Tests.SlackFixture;

namespace SlackOAuth.Testing.Tests;

public sealed class CodeExchangeTests
{
    [Theory, CombinatorialModes]
    public async Task A_bot_install_answers_in_Slacks_shape(Mode mode)
    {
        await using var fixture = await StartAsync(mode);

        var answer = await fixture.InstallAsync();

        Assert.Equal(
            ["access_token", "app_id", "authed_user", "bot_user_id", "enterprise", "is_enterprise_install", "ok", "scope", "team", "token_type"],
            answer.Select(pair => pair.Key).Order(StringComparer.Ordinal));
        Assert.Equal("A0FAKEAPP01", (string?)answer["app_id"]);
        Assert.Equal("bot", (string?)answer["token_type"]);
        Assert.StartsWith("xoxb-", (string?)answer["access_token"], StringComparison.Ordinal);
        Assert.Equal("chat:write,commands", (string?)answer["scope"]);
        Assert.Equal("""{"id":"U0FAKEUSER1"}""", answer["authed_user"]!.ToJsonString());
        Assert.Equal("""{"id":"T0FAKETEAM1","name":"Test Workspace"}""", answer["team"]!.ToJsonString());
        Assert.Null(answer["enterprise"]);
        Assert.False((bool)answer["is_enterprise_install"]!);
    }

    [Theory, CombinatorialModes]
    public async Task User_scopes_alone_give_a_user_token_and_no_bot(Mode mode)
    {
        await using var fixture = await StartAsync(mode);

        var answer = await fixture.InstallAsync(scope: "", userScope: "users:read");

        Assert.False(answer.ContainsKey("access_token"));
        Assert.False(answer.ContainsKey("bot_user_id"));
        var user = answer["authed_user"]!;
        Assert.StartsWith("xoxp-", (string?)user["access_token"], StringComparison.Ordinal);
        Assert.Equal("users:read", (string?)user["scope"]);
        Assert.Equal("user", (string?)user["token_type"]);
    }

    [Theory, CombinatorialModes]
    public async Task An_org_wide_install_has_an_enterprise_and_no_team(Mode mode)
    {
        await using var fixture = await StartGridAsync(mode);

        var answer = await fixture.InstallAsync(AuthorizeDecision.Allow("E0GRID"));

        Assert.True(answer.ContainsKey("team"));
        Assert.Null(answer["team"]);
        Assert.Equal("""{"id":"E0GRID","name":"Grid"}""", answer["enterprise"]!.ToJsonString());
        Assert.True((bool)answer["is_enterprise_install"]!);
        var test = await fixture.CallAsync("auth.test", token: (string)answer["access_token"]!);
        Assert.Equal("https://grid.enterprise.slack.com/", (string?)test["url"]);
        Assert.Equal("E0GRID", (string?)test["enterprise_id"]);
        Assert.True((bool)test["is_enterprise_install"]!);
    }

    [Theory, CombinatorialModes]
    public async Task A_workspace_of_an_organization_has_both_ids_and_is_not_org_wide(Mode mode)
    {
        await using var fixture = await StartGridAsync(mode);

        var answer = await fixture.InstallAsync(AuthorizeDecision.Allow("T0GRID"));

        Assert.Equal("T0GRID", (string?)answer["team"]!["id"]);
        Assert.Equal("E0GRID", (string?)answer["enterprise"]!["id"]);
        Assert.False((bool)answer["is_enterprise_install"]!);
    }

    [Theory, CombinatorialModes]
    public async Task A_workspace_that_joins_an_organization_keeps_its_tokens_and_is_named_with_it_from_then_on(Mode mode)
    {
        await using var fixture = await StartGridAsync(mode);
        var before = await fixture.InstallAsync(AuthorizeDecision.Allow("T0ALONE"));
        var token = (string)before["access_token"]!;
        Assert.Null(before["enterprise"]);
        Assert.Null((await fixture.CallAsync("auth.test", token: token))["enterprise_id"]);

        fixture.Slack.JoinEnterprise("T0ALONE", "E0GRID");

        var test = await fixture.CallAsync("auth.test", token: token);
        Assert.Equal(("T0ALONE", "E0GRID"), ((string?)test["team_id"], (string?)test["enterprise_id"]));
        Assert.Equal("E0GRID", (string?)(await fixture.InstallAsync(AuthorizeDecision.Allow("T0ALONE")))["enterprise"]!["id"]);
        using var app = new CapturingApp();
        using var delivered = await fixture.Slack.DeliverEventAsync(app.Client, "/", fixture.Slack.Uninstall("T0ALONE")[^1], cancellationToken: Cancellation);
        Assert.Equal("E0GRID", (string?)app.Json["enterprise_id"]);
        Assert.Throws<ArgumentException>(() => fixture.Slack.JoinEnterprise("T0ALONE", "T0GRID"));
        Assert.Throws<ArgumentException>(() => fixture.Slack.JoinEnterprise("E0GRID", "E0GRID"));
    }

    [Theory, CombinatorialModes]
    public async Task The_scope_incoming_webhook_gives_a_webhook_that_takes_messages(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var answer = await fixture.InstallAsync(scope: "incoming-webhook");
        var webhook = answer["incoming_webhook"]!;

        using var body = new StringContent("""{"text":"hello"}""", System.Text.Encoding.UTF8, "application/json");
        using var response = await fixture.Client.PostAsync(new Uri((string)webhook["url"]!), body, Cancellation);

        Assert.Equal("ok", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(["channel", "channel_id", "configuration_url", "url"], webhook.AsObject().Select(pair => pair.Key));
        var message = Assert.Single(fixture.Slack.PostedMessages);
        Assert.Equal(new("A0FAKEAPP01", "T0FAKETEAM1", "C0FAKECHAN1", "hello"), message);
        Assert.Equal("services", fixture.Slack.Calls[^1].Method);
        using var unknown = await fixture.Client.PostAsync(new Uri("/services/1/2", UriKind.Relative), null, Cancellation);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Theory, CombinatorialModes]
    public async Task Of_16_concurrent_exchanges_of_one_code_exactly_one_wins(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var code = fixture.Code(InstallPath());

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => fixture.ExchangeAsync(code)));

        Assert.Single(answers, answer => (bool)answer["ok"]!);
        Assert.Equal(15, answers.Count(answer => (string?)answer["error"] == "code_already_used"));
        Assert.Equal(16, fixture.Slack.CountCalls("oauth.v2.access", "authorization_code"));
    }

    [Theory, CombinatorialModes]
    public async Task A_code_is_good_until_ten_minutes_are_over(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var (inTime, late) = (fixture.Code(InstallPath()), fixture.Code(InstallPath()));

        fixture.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        var first = await fixture.ExchangeAsync(inTime);
        fixture.Time.Advance(TimeSpan.FromTicks(1));
        var second = await fixture.ExchangeAsync(late);

        Assert.True((bool)first["ok"]!);
        AssertError("invalid_code", second);
    }

    [Theory, CombinatorialModes]
    public async Task A_code_is_bound_to_its_redirect_uri_and_survives_a_wrong_one(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var code = fixture.Code(InstallPath());

        AssertError("bad_redirect_uri", await fixture.ExchangeAsync(code, RedirectUri + "/other"));
        AssertError("bad_redirect_uri", await fixture.ExchangeAsync(code, redirectUri: null));
        Assert.True((bool)(await fixture.ExchangeAsync(code))["ok"]!);
    }

    [Theory, CombinatorialModes]
    public async Task A_code_without_a_redirect_uri_is_exchanged_without_or_with_the_first_registered(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var path = InstallPath(redirectUri: null);

        Assert.True((bool)(await fixture.ExchangeAsync(fixture.Code(path), redirectUri: null))["ok"]!);
        Assert.True((bool)(await fixture.ExchangeAsync(fixture.Code(path), "http://localhost/"))["ok"]!);
        AssertError("bad_redirect_uri", await fixture.ExchangeAsync(fixture.Code(path)));
    }

    [Theory, CombinatorialModes]
    public async Task A_code_is_bound_to_its_client(Mode mode)
    {
        await using var fixture = await StartAsync(mode, [new(), new() { ClientId = "other", ClientSecret = "other-secret" }]);
        var code = fixture.Code(InstallPath());

        var stolen = await fixture.CallAsync("oauth.v2.access", new() { ["client_id"] = "other", ["client_secret"] = "other-secret", ["code"] = code, ["redirect_uri"] = RedirectUri });

        AssertError("invalid_code", stolen);
        Assert.True((bool)(await fixture.ExchangeAsync(code))["ok"]!);
    }

    [Theory, CombinatorialModes]
    public async Task A_code_of_one_flow_is_unknown_to_the_other(Mode mode)
    {
        await using var fixture = await StartAsync(mode);

        AssertError("invalid_code", await fixture.ExchangeAsync(fixture.Code(SignInPath())));
        AssertError("invalid_code", await fixture.ExchangeAsync(fixture.Code(InstallPath()), method: "openid.connect.token"));
    }

    [Theory, CombinatorialModes]
    public async Task Client_credentials_are_taken_from_the_form_and_refused_by_name(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        Dictionary<string, string> Form(string clientId, string? secret)
        {
            var form = new Dictionary<string, string> { ["client_id"] = clientId, ["code"] = fixture.Code(InstallPath()), ["redirect_uri"] = RedirectUri };
            if (secret is not null)
            {
                form["client_secret"] = secret;
            }

            return form;
        }

        Assert.True((bool)(await fixture.CallAsync("oauth.v2.access", Form(ClientId, ClientSecret)))["ok"]!);
        AssertError("bad_client_secret", await fixture.CallAsync("oauth.v2.access", Form(ClientId, "wrong")));
        AssertError("bad_client_secret", await fixture.CallAsync("oauth.v2.access", Form(ClientId, null)));
        AssertError("invalid_client_id", await fixture.CallAsync("oauth.v2.access", Form("nobody", ClientSecret)));
        AssertError("invalid_client_id", await fixture.CallAsync("oauth.v2.access"));
    }

    [Theory, CombinatorialModes]
    public async Task Unknown_codes_and_grant_types_are_refused_by_name(Mode mode)
    {
        await using var fixture = await StartAsync(mode);

        AssertError("invalid_code", await fixture.ExchangeAsync("nothing"));
        AssertError("invalid_code", await fixture.CallAsync("oauth.v2.access", basic: true));
        AssertError("invalid_grant_type", await fixture.CallAsync("oauth.v2.access", new() { ["grant_type"] = "password" }, basic: true));
        AssertError("unknown_method", await fixture.CallAsync("oauth.v3.access"));
    }

    [Theory, CombinatorialModes]
    public async Task A_second_install_keeps_the_bot_and_adds_its_scopes(Mode mode)
    {
        await using var fixture = await StartAsync(mode);

        var first = await fixture.InstallAsync(scope: "commands");
        var second = await fixture.InstallAsync(scope: "chat:write");

        Assert.Equal((string?)first["access_token"], (string?)second["access_token"]);
        Assert.Equal((string?)first["bot_user_id"], (string?)second["bot_user_id"]);
        Assert.Equal("chat:write,commands", (string?)second["scope"]);
    }

    internal static void AssertError(string error, JsonObject answer)
    {
        Assert.False((bool)answer["ok"]!);
        Assert.Equal(error, (string?)answer["error"]);
    }
}
