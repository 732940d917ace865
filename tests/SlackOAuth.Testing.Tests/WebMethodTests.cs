using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using static SlackOAuth.Testing.Tests.CodeExchangeTests;
using static SlackOAuth.Testing.Tests.SlackFixture;

namespace SlackOAuth.Testing.Tests;

public sealed class WebMethodTests
{
    private const string Modal = """{"type":"modal","callback_id":"greet","title":{"type":"plain_text","text":"Hello"},"blocks":[]}""";

    [Theory, CombinatorialModes]
    public async Task Auth_test_tells_who_a_bot_and_a_user_are(Mode mode)
    {
        await using var fixture = await StartGridAsync(mode);
        var installed = await fixture.InstallAsync(userScope: "users:read");

        var bot = await fixture.CallAsync("auth.test", token: (string)installed["access_token"]!);
        var user = await fixture.CallAsync("auth.test", new() { ["token"] = (string)installed["authed_user"]!["access_token"]! });

        Assert.Equal("https://test-workspace.slack.com/", (string?)bot["url"]);
        Assert.Equal("Grid Workspace", (string?)bot["team"]);
        Assert.Equal("T0GRID", (string?)bot["team_id"]);
        Assert.Equal("E0GRID", (string?)bot["enterprise_id"]);
        Assert.Equal((string?)installed["bot_user_id"], (string?)bot["user_id"]);
        Assert.StartsWith("B", (string?)bot["bot_id"], StringComparison.Ordinal);
        Assert.False((bool)bot["is_enterprise_install"]!);
        Assert.Equal("U0FAKEUSER1", (string?)user["user_id"]);
        Assert.Equal("ada", (string?)user["user"]);
        Assert.False(user.ContainsKey("bot_id"));
    }

    [Theory, CombinatorialModes]
    public async Task Tokens_that_are_missing_or_unknown_are_refused_by_name(Mode mode)
    {
        await using var fixture = await StartAsync(mode);

        AssertError("not_authed", await fixture.CallAsync("auth.test"));
        AssertError("invalid_auth", await fixture.CallAsync("auth.test", token: "xoxb-1-2-unknown"));
    }

    [Theory, CombinatorialModes]
    public async Task Auth_revoke_ends_a_token_and_only_tests_where_asked_to(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var installed = await fixture.InstallAsync(userScope: "users:read");
        var token = (string)installed["access_token"]!;

        Assert.False((bool)(await fixture.CallAsync("auth.revoke", new() { ["test"] = "1" }, token))["revoked"]!);
        Assert.True((bool)(await fixture.CallAsync("auth.revoke", token: token))["revoked"]!);

        AssertError("token_revoked", await fixture.CallAsync("auth.test", token: token));
        Assert.True((bool)(await fixture.CallAsync("auth.test", token: (string)installed["authed_user"]!["access_token"]!))["ok"]!);
    }

    [Theory, CombinatorialModes]
    public async Task An_uninstall_ends_every_token_of_the_workspace_and_no_other(Mode mode)
    {
        await using var fixture = await StartGridAsync(mode);
        var here = await fixture.InstallAsync(AuthorizeDecision.Allow("T0GRID"), userScope: "users:read");
        var org = await fixture.InstallAsync(AuthorizeDecision.Allow("E0GRID"));

        var events = fixture.Slack.Uninstall("T0GRID");

        Assert.Equal(["tokens_revoked", "app_uninstalled"], events.Select(slackEvent => slackEvent.Type));
        AssertError("account_inactive", await fixture.CallAsync("auth.test", token: (string)here["access_token"]!));
        AssertError("account_inactive", await fixture.CallAsync("auth.test", token: (string)here["authed_user"]!["access_token"]!));
        Assert.True((bool)(await fixture.CallAsync("auth.test", token: (string)org["access_token"]!))["ok"]!);
        Assert.Equal("app_uninstalled", Assert.Single(fixture.Slack.Uninstall("T0GRID")).Type);
        var again = await fixture.InstallAsync(AuthorizeDecision.Allow("T0GRID"));
        Assert.NotEqual((string?)here["access_token"], (string?)again["access_token"]);
        Assert.True((bool)(await fixture.CallAsync("auth.test", token: (string)again["access_token"]!))["ok"]!);
    }

    [Theory, CombinatorialModes]
    public async Task Revoking_a_users_token_leaves_the_bot(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var installed = await fixture.InstallAsync(userScope: "users:read");

        fixture.Slack.RevokeTokens(userIds: ["U0FAKEUSER1"]);

        AssertError("token_revoked", await fixture.CallAsync("auth.test", token: (string)installed["authed_user"]!["access_token"]!));
        Assert.True((bool)(await fixture.CallAsync("auth.test", token: (string)installed["access_token"]!))["ok"]!);
        fixture.Slack.RevokeTokens(bot: true);
        AssertError("token_revoked", await fixture.CallAsync("auth.test", token: (string)installed["access_token"]!));
    }

    [Theory, CombinatorialModes]
    public async Task A_modal_is_opened_once_per_trigger_and_recorded(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var token = (string)(await fixture.InstallAsync())["access_token"]!;
        var trigger = await TriggerAsync(fixture);

        var opened = await OpenAsync(fixture, token, trigger);

        Assert.True((bool)opened["ok"]!);
        var view = Assert.Single(fixture.Slack.OpenedViews);
        Assert.Equal(view.Id, (string?)opened["view"]!["id"]);
        Assert.Equal(("A0FAKEAPP01", "T0FAKETEAM1", "U0FAKEUSER1"), (view.AppId, view.TeamId, view.UserId));
        Assert.Equal(Modal, view.View.GetRawText());
        Assert.Equal("T0FAKETEAM1", (string?)opened["view"]!["app_installed_team_id"]);
        AssertError("exchanged_trigger_id", await OpenAsync(fixture, token, trigger));
        Assert.Single(fixture.Slack.OpenedViews);
    }

    [Theory, CombinatorialModes]
    public async Task A_trigger_expires_after_three_seconds(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var token = (string)(await fixture.InstallAsync())["access_token"]!;
        var (inTime, late) = (await TriggerAsync(fixture), await TriggerAsync(fixture));

        fixture.Time.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        Assert.True((bool)(await OpenAsync(fixture, token, inTime))["ok"]!);
        fixture.Time.Advance(TimeSpan.FromTicks(1));
        AssertError("expired_trigger_id", await OpenAsync(fixture, token, late));
    }

    [Theory, CombinatorialModes]
    public async Task A_trigger_belongs_to_its_app_and_workspace(Mode mode)
    {
        await using var fixture = await StartGridAsync(mode);
        var elsewhere = (string)(await fixture.InstallAsync(AuthorizeDecision.Allow("T0ALONE")))["access_token"]!;
        var org = await fixture.InstallAsync(AuthorizeDecision.Allow("E0GRID"));
        var trigger = await TriggerAsync(fixture, new() { Command = "/x", TeamId = "T0GRID" });

        AssertError("invalid_trigger_id", await OpenAsync(fixture, elsewhere, trigger));
        AssertError("invalid_trigger_id", await OpenAsync(fixture, elsewhere, "made-up"));
        AssertError("invalid_auth", await OpenAsync(fixture, "xoxb-unknown", trigger));
        var opened = await OpenAsync(fixture, (string)org["access_token"]!, trigger);
        Assert.True((bool)opened["ok"]!);
        Assert.Equal("E0GRID", (string?)opened["view"]!["app_installed_team_id"]);
    }

    [Theory]
    [CombinatorialModes("not json", "[]", """{"type":"home","title":{}}""", """{"type":"modal"}""", "")]
    public async Task A_view_that_is_no_modal_is_refused_and_uses_no_trigger(Mode mode, string view)
    {
        await using var fixture = await StartAsync(mode);
        var token = (string)(await fixture.InstallAsync())["access_token"]!;
        var trigger = await TriggerAsync(fixture);

        AssertError("invalid_arguments", await fixture.CallAsync("views.open", new() { ["trigger_id"] = trigger, ["view"] = view }, token));
        Assert.True((bool)(await OpenAsync(fixture, token, trigger))["ok"]!);
    }

    [Theory, CombinatorialModes]
    public async Task A_view_may_come_in_a_JSON_body(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var token = (string)(await fixture.InstallAsync())["access_token"]!;
        var body = new JsonObject { ["trigger_id"] = await TriggerAsync(fixture), ["view"] = JsonNode.Parse(Modal) };

        var answer = await PostJsonAsync(fixture, "views.open", body.ToJsonString(), token);

        Assert.True((bool)answer["ok"]!, answer.ToJsonString());
        Assert.Equal("greet", Assert.Single(fixture.Slack.OpenedViews).View.GetProperty("callback_id").GetString());
    }

    [Theory, CombinatorialModes]
    public async Task Bodies_that_are_no_JSON_object_are_refused_by_name(Mode mode)
    {
        await using var fixture = await StartAsync(mode);

        AssertError("invalid_json", await PostJsonAsync(fixture, "auth.test", "{", "x"));
        AssertError("invalid_json", await PostJsonAsync(fixture, "auth.test", """{"token":"a","token":"b"}""", "x"));
        AssertError("json_not_object", await PostJsonAsync(fixture, "auth.test", "[]", "x"));
        AssertError("invalid_json", await PostJsonAsync(fixture, "auth.test", """{"token":"\ud800"}""", "x"));
    }

    [Theory, CombinatorialModes]
    public async Task A_posted_message_is_recorded(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var token = (string)(await fixture.InstallAsync())["access_token"]!;

        var answer = await fixture.CallAsync("chat.postMessage", new() { ["channel"] = "C1", ["text"] = "hello" }, token);

        Assert.Equal("C1", (string?)answer["channel"]);
        Assert.Equal("hello", (string?)answer["message"]!["text"]);
        Assert.Equal(new("A0FAKEAPP01", "T0FAKETEAM1", "C1", "hello"), Assert.Single(fixture.Slack.PostedMessages));
        AssertError("no_text", await fixture.CallAsync("chat.postMessage", new() { ["channel"] = "C1" }, token));
        AssertError("channel_not_found", await fixture.CallAsync("chat.postMessage", new() { ["text"] = "x" }, token));
    }

    [Theory, CombinatorialModes]
    public async Task Methods_that_change_something_take_no_GET(Mode mode)
    {
        await using var fixture = await StartAsync(mode);

        using var refused = await fixture.Client.GetAsync(new Uri("/api/oauth.v2.access", UriKind.Relative), Cancellation);
        using var taken = await fixture.Client.GetAsync(new Uri("/api/auth.test", UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    private static async Task<string> TriggerAsync(SlackFixture fixture, SlashCommand? command = null)
    {
        using var app = new CapturingApp();
        using var response = await fixture.Slack.DeliverCommandAsync(app.Client, "/slack", command ?? new() { Command = "/open-modal" }, cancellationToken: Cancellation);
        return app.Form["trigger_id"]!;
    }

    private static Task<JsonObject> OpenAsync(SlackFixture fixture, string token, string trigger)
        => fixture.CallAsync("views.open", new() { ["trigger_id"] = trigger, ["view"] = Modal }, token);

    private static async Task<JsonObject> PostJsonAsync(SlackFixture fixture, string method, string json, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/{method}") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", token);
        using var response = await fixture.Client.SendAsync(request, Cancellation);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!.AsObject();
    }
}
