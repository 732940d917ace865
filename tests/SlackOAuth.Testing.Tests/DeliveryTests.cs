using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using static SlackOAuth.Testing.Tests.SlackFixture;

namespace SlackOAuth.Testing.Tests;

/// <summary>What the app receives. It does not depend on how this Slack is reached, but for the addresses in it.</summary>
public sealed class DeliveryTests
{
    [Fact]
    public void The_signature_of_Slacks_own_example_is_reproduced()
    {
        // https://docs.slack.dev/authentication/verifying-requests-from-slack
        var app = new FakeSlackApp { SigningSecret = "8f742231b10e8888abcd99yyyzzz85a5" };
        var body = Encoding.ASCII.GetBytes(
            "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
            + "&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
            + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c");
        using var request = new HttpRequestMessage();

        RequestSigner.Sign(request, body, app, DeliverySignature.Valid, DateTimeOffset.FromUnixTimeSeconds(1531420618));

        Assert.Equal("v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503", Assert.Single(request.Headers.GetValues("X-Slack-Signature")));
    }

    [Theory, CombinatorialModes]
    public async Task A_slash_command_is_a_signed_form_in_Slacks_shape(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        using var app = new CapturingApp();

        using var response = await fixture.Slack.DeliverCommandAsync(app.Client, "/slack/commands", new() { Command = "/open-modal", Text = "a & b = ü" }, cancellationToken: Cancellation);

        Assert.Equal("http://app.example/slack/commands", app.Request!.RequestUri!.AbsoluteUri);
        Assert.Equal("application/x-www-form-urlencoded", app.ContentType);
        var form = app.Form;
        Assert.Equal(
            ["api_app_id", "channel_id", "channel_name", "command", "is_enterprise_install", "response_url", "team_domain", "team_id", "text", "token", "trigger_id", "user_id", "user_name"],
            form.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("/open-modal", "a & b = ü", "false"), (form["command"], form["text"], form["is_enterprise_install"]));
        Assert.Equal(("T0FAKETEAM1", "U0FAKEUSER1", "ada", "A0FAKEAPP01"), (form["team_id"], form["user_id"], form["user_name"], form["api_app_id"]));
        AssertSigned(app, fixture.Time.GetUtcNow().ToUnixTimeSeconds());

        using var answer = await fixture.Client.PostAsync(new Uri(form["response_url"]!), new StringContent("""{"text":"done"}""", Encoding.UTF8, "application/json"), Cancellation);
        Assert.Equal("done", Assert.Single(fixture.Slack.PostedMessages).Text);
        Assert.Equal(1, fixture.Slack.CountCalls("commands"));
    }

    [Fact]
    public async Task A_command_in_an_org_wide_install_says_so_until_the_workspace_has_its_own()
    {
        await using var fixture = await StartGridAsync(Mode.InMemory);
        using var app = new CapturingApp();
        async Task<string?> SaysAsync()
        {
            using var response = await fixture.Slack.DeliverCommandAsync(app.Client, "/", new() { Command = "/x" }, cancellationToken: Cancellation);
            Assert.Equal(("T0GRID", "E0GRID", "Grid"), (app.Form["team_id"], app.Form["enterprise_id"], app.Form["enterprise_name"]));
            return app.Form["is_enterprise_install"];
        }

        Assert.Equal("false", await SaysAsync());
        await fixture.InstallAsync(AuthorizeDecision.Allow("E0GRID"));
        Assert.Equal("true", await SaysAsync());
        await fixture.InstallAsync(AuthorizeDecision.Allow("T0GRID"));
        Assert.Equal("false", await SaysAsync());
        fixture.Slack.Uninstall("T0GRID");
        Assert.Equal("true", await SaysAsync());
        fixture.Slack.Uninstall("E0GRID");
        Assert.Equal("false", await SaysAsync());
    }

    [Fact]
    public async Task A_view_submission_carries_the_opened_view_and_what_was_entered()
    {
        await using var fixture = await StartGridAsync(Mode.InMemory);
        await fixture.InstallAsync(AuthorizeDecision.Allow("E0GRID"));
        using var app = new CapturingApp();
        using var values = JsonDocument.Parse("""{"name":{"input":{"type":"plain_text_input","value":"Ada"}}}""");

        using var response = await fixture.Slack.DeliverInteractionAsync(
            app.Client, "/slack/interactions", new ViewSubmission { CallbackId = "greet", Values = values.RootElement }, cancellationToken: Cancellation);

        AssertSigned(app, fixture.Time.GetUtcNow().ToUnixTimeSeconds());
        var payload = app.Payload;
        Assert.Equal("view_submission", (string?)payload["type"]);
        Assert.Equal("""{"id":"T0GRID","domain":"test-workspace","enterprise_id":"E0GRID","enterprise_name":"Grid"}""", payload["team"]!.ToJsonString());
        Assert.Equal("""{"id":"E0GRID","name":"Grid"}""", payload["enterprise"]!.ToJsonString());
        Assert.True((bool)payload["is_enterprise_install"]!);
        Assert.Equal("U0FAKEUSER1", (string?)payload["user"]!["id"]);
        Assert.Equal("greet", (string?)payload["view"]!["callback_id"]);
        Assert.Equal("E0GRID", (string?)payload["view"]!["app_installed_team_id"]);
        Assert.Equal("Ada", (string?)payload["view"]!["state"]!["values"]!["name"]!["input"]!["value"]);
    }

    [Fact]
    public async Task A_block_action_carries_the_button_and_its_message()
    {
        await using var fixture = await StartAsync(Mode.InMemory);
        using var app = new CapturingApp();

        using var response = await fixture.Slack.DeliverInteractionAsync(
            app.Client, "/slack/interactions", new BlockAction { ActionId = "go", Value = "1", UserId = "U0STRANGER" }, cancellationToken: Cancellation);

        var payload = app.Payload;
        Assert.Equal("block_actions", (string?)payload["type"]);
        Assert.True(payload.ContainsKey("enterprise"));
        Assert.Null(payload["enterprise"]);
        Assert.Equal("U0STRANGER", (string?)payload["user"]!["id"]);
        var action = Assert.Single(payload["actions"]!.AsArray())!;
        Assert.Equal(("button", "go", "1"), ((string?)action["type"], (string?)action["action_id"], (string?)action["value"]));
        Assert.Equal("message", (string?)payload["container"]!["type"]);
    }

    [Fact]
    public async Task An_event_is_signed_JSON_in_Slacks_envelope()
    {
        await using var fixture = await StartAsync(Mode.InMemory);
        var installed = await fixture.InstallAsync();
        using var app = new CapturingApp();

        using var response = await fixture.Slack.DeliverEventAsync(app.Client, "/slack/events", SlackEvent.FromJson("""{"type":"app_mention","text":"hé"}"""), cancellationToken: Cancellation);

        Assert.Equal("application/json", app.ContentType);
        AssertSigned(app, fixture.Time.GetUtcNow().ToUnixTimeSeconds());
        var envelope = app.Json;
        Assert.Equal("event_callback", (string?)envelope["type"]);
        Assert.Equal("T0FAKETEAM1", (string?)envelope["team_id"]);
        Assert.Equal("A0FAKEAPP01", (string?)envelope["api_app_id"]);
        Assert.Equal(fixture.Time.GetUtcNow().ToUnixTimeSeconds(), (long)envelope["event_time"]!);
        Assert.StartsWith("Ev", (string?)envelope["event_id"], StringComparison.Ordinal);
        Assert.Equal("hé", (string?)envelope["event"]!["text"]);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse($$"""[{"enterprise_id":null,"team_id":"T0FAKETEAM1","user_id":"{{installed["bot_user_id"]}}","is_bot":true,"is_enterprise_install":false}]"""),
            envelope["authorizations"]));
    }

    [Fact]
    public async Task An_event_of_a_shared_channel_is_authorized_by_another_workspace_than_its_own()
    {
        await using var fixture = await StartGridAsync(Mode.InMemory);
        await fixture.InstallAsync(AuthorizeDecision.Allow("E0GRID"));
        using var app = new CapturingApp();

        using var response = await fixture.Slack.DeliverEventAsync(
            app.Client, "/", SlackEvent.FromJson("""{"type":"message"}""") with { TenantId = "T0ALONE", AuthorizedTenantId = "T0GRID" }, cancellationToken: Cancellation);

        Assert.Equal("T0ALONE", (string?)app.Json["team_id"]);
        var authorization = Assert.Single(app.Json["authorizations"]!.AsArray())!;
        Assert.Equal("E0GRID", (string?)authorization["enterprise_id"]);
        Assert.Null(authorization["team_id"]);
        Assert.True((bool)authorization["is_enterprise_install"]!);
        Assert.True((bool)app.Json["is_ext_shared_channel"]!);
    }

    [Fact]
    public async Task The_events_of_an_uninstall_name_who_lost_a_token_and_where()
    {
        await using var fixture = await StartGridAsync(Mode.InMemory);
        var installed = await fixture.InstallAsync(AuthorizeDecision.Allow("E0GRID"), userScope: "users:read");
        using var app = new CapturingApp();
        var events = fixture.Slack.Uninstall("E0GRID");
        var happened = fixture.Time.GetUtcNow().ToUnixTimeSeconds();
        fixture.Time.Advance(TimeSpan.FromMinutes(5));

        using var first = await fixture.Slack.DeliverEventAsync(app.Client, "/", events[0], cancellationToken: Cancellation);
        Assert.Equal($$$"""{"type":"tokens_revoked","tokens":{"oauth":["U0FAKEUSER1"],"bot":["{{{installed["bot_user_id"]}}}"]}}""", app.Json["event"]!.ToJsonString());
        using var second = await fixture.Slack.DeliverEventAsync(app.Client, "/", events[1], cancellationToken: Cancellation);
        Assert.Equal("""{"type":"app_uninstalled"}""", app.Json["event"]!.ToJsonString());
        Assert.Equal("E0GRID", (string?)app.Json["enterprise_id"]);
        Assert.True((bool)app.Json["authorizations"]![0]!["is_enterprise_install"]!);
        Assert.Equal(happened, (long)app.Json["event_time"]!);
    }

    [Fact]
    public async Task An_event_may_come_without_authorizations()
    {
        await using var fixture = await StartAsync(Mode.InMemory);
        using var app = new CapturingApp();

        using var response = await fixture.Slack.DeliverEventAsync(app.Client, "/", SlackEvent.AppUninstalled() with { IncludeAuthorizations = false }, cancellationToken: Cancellation);

        Assert.False(app.Json.ContainsKey("authorizations"));
    }

    [Fact]
    public async Task The_check_of_a_request_url_has_a_challenge_and_no_envelope()
    {
        await using var fixture = await StartAsync(Mode.InMemory);
        using var app = new CapturingApp();

        using var response = await fixture.Slack.DeliverEventAsync(app.Client, "/", SlackEvent.UrlVerification("3eZbrw1a"), cancellationToken: Cancellation);

        Assert.Equal(["token", "challenge", "type"], app.Json.Select(pair => pair.Key));
        Assert.Equal(("3eZbrw1a", "url_verification"), ((string?)app.Json["challenge"], (string?)app.Json["type"]));
        AssertSigned(app, fixture.Time.GetUtcNow().ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData(DeliverySignature.WrongSecret, 0)]
    [InlineData(DeliverySignature.WrongBody, 0)]
    [InlineData(DeliverySignature.Stale, -600)]
    [InlineData(DeliverySignature.FromTheFuture, 600)]
    public async Task A_delivery_can_be_signed_wrongly_or_at_the_wrong_time(DeliverySignature kind, int offset)
    {
        await using var fixture = await StartAsync(Mode.InMemory);
        using var app = new CapturingApp();

        using var response = await fixture.Slack.DeliverCommandAsync(app.Client, "/", new() { Command = "/x" }, kind, Cancellation);

        var seconds = fixture.Time.GetUtcNow().ToUnixTimeSeconds() + offset;
        Assert.Equal($"{seconds}", app.Header("X-Slack-Request-Timestamp"));
        Assert.Equal(offset != 0, app.Header("X-Slack-Signature") == Signature(app, seconds));
        Assert.Matches("^v0=[0-9a-f]{64}$", app.Header("X-Slack-Signature")!);
    }

    [Fact]
    public async Task A_delivery_can_have_no_signature_or_nonsense_for_one()
    {
        await using var fixture = await StartAsync(Mode.InMemory);
        using var app = new CapturingApp();

        using var first = await fixture.Slack.DeliverEventAsync(app.Client, "/", SlackEvent.AppUninstalled(), DeliverySignature.Missing, Cancellation);
        Assert.Null(app.Header("X-Slack-Signature"));
        Assert.Null(app.Header("X-Slack-Request-Timestamp"));
        using var second = await fixture.Slack.DeliverEventAsync(app.Client, "/", SlackEvent.AppUninstalled(), DeliverySignature.Malformed, Cancellation);
        Assert.False(long.TryParse(app.Header("X-Slack-Request-Timestamp"), out _));
        Assert.DoesNotMatch("^v0=[0-9a-f]{64}$", app.Header("X-Slack-Signature")!);
    }

    [Fact]
    public async Task A_delivery_of_a_second_app_is_signed_with_its_secret()
    {
        await using var fixture = await StartAsync(Mode.InMemory, [new(), new() { ClientId = "second", SigningSecret = "second-secret", AppId = "A2" }]);
        using var app = new CapturingApp();

        using var response = await fixture.Slack.DeliverCommandAsync(app.Client, "/", new() { Command = "/x", ClientId = "second" }, cancellationToken: Cancellation);

        Assert.Equal("A2", app.Form["api_app_id"]);
        Assert.Equal(Signature(app, fixture.Time.GetUtcNow().ToUnixTimeSeconds(), "second-secret"), app.Header("X-Slack-Signature"));
    }

    [Fact]
    public async Task What_is_not_configured_is_refused_with_the_fix()
    {
        await using var fixture = await StartGridAsync(Mode.InMemory);
        using var app = new CapturingApp();

        var unknown = await Assert.ThrowsAsync<ArgumentException>(() => fixture.Slack.DeliverCommandAsync(app.Client, "/", new() { Command = "/x", TeamId = "T0NOBODY" }, cancellationToken: Cancellation));
        Assert.Contains("FakeSlackOptions", unknown.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => fixture.Slack.DeliverCommandAsync(app.Client, "/", new() { Command = "/x", TeamId = "E0GRID" }, cancellationToken: Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => fixture.Slack.DeliverCommandAsync(app.Client, "/", new() { Command = "/x", ClientId = "nobody" }, cancellationToken: Cancellation));
        Assert.Throws<ArgumentException>(() => SlackEvent.FromJson("[]"));
        Assert.Throws<ArgumentException>(() => SlackEvent.FromJson("not json"));
        Assert.Throws<ArgumentException>(() => SlackEvent.FromJson("{}"));
        Assert.Null(app.Request);
    }

    private static string Signature(CapturingApp app, long seconds, string secret = SigningSecret)
        => "v0=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"v0:{seconds}:{app.BodyText}")));

    private static void AssertSigned(CapturingApp app, long seconds)
    {
        Assert.Equal($"{seconds}", app.Header("X-Slack-Request-Timestamp"));
        Assert.Equal(Signature(app, seconds), app.Header("X-Slack-Signature"));
    }
}
