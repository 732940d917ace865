using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores;
using SlackOAuth.Testing;

namespace SlackOAuth.AspNetCore.Tests;

public sealed class EventsTests
{
    private const string Path = "/slack/events";

    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T0FAKETEAM1");

    [Fact]
    public async Task A_command_reaches_its_handler_with_its_fields_and_its_tokens()
    {
        SlackRequest? seen = null;
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Handlers = events => events.OnCommand("/hello", async request =>
            {
                seen = request;
                await request.RespondAsync("Hi \"you\" <b>");
            }),
        });
        using var browser = app.OpenBrowser();
        await browser.InstallAsync();

        using var answer = await app.Slack.DeliverCommandAsync(app.Client, Path, new() { Command = "/hello", Text = "a=b&c ü+%" }, cancellationToken: SlackTestApp.Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var json = JsonElement.Parse(await ReadAsync(answer));
        Assert.Equal(("ephemeral", "Hi \"you\" <b>"), (json.GetProperty("response_type").GetString(), json.GetProperty("text").GetString()));
        Assert.Equal("a=b&c ü+%", seen!.GetField("text"));
        Assert.Null(seen.GetField("nothing"));
        Assert.Equal((SlackRequestKind.Command, "U0FAKEUSER1"), (seen.Context.Kind, seen.Context.UserId));
        Assert.Equal(Workspace, seen.Authorization.Workspace);
        Assert.StartsWith("xoxb-", seen.Authorization.BotToken, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_that_writes_nothing_acknowledges_with_an_empty_200()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Handlers = events => events.OnCommand("/quiet", _ => Task.CompletedTask) });
        using var browser = app.OpenBrowser();
        await browser.InstallAsync();

        using var answer = await app.Slack.DeliverCommandAsync(app.Client, Path, new() { Command = "/quiet" }, cancellationToken: SlackTestApp.Cancellation);

        Assert.Equal((HttpStatusCode.OK, ""), (answer.StatusCode, await ReadAsync(answer)));
    }

    [Fact]
    public async Task Interactions_reach_the_handler_of_their_callback_or_action_id()
    {
        var seen = new List<string>();
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Handlers = events => events
                .OnViewSubmission("modal", request =>
                {
                    seen.Add("modal");
                    return request.RespondJsonAsync("""{"response_action":"clear"}""");
                })
                .OnBlockAction("button", request =>
                {
                    seen.Add(request.Payload.GetProperty("actions")[0].GetProperty("value").GetString()!);
                    return Task.CompletedTask;
                })
                .OnInteraction("view_submission", null, _ =>
                {
                    seen.Add("any other modal");
                    return Task.CompletedTask;
                }),
        });
        using var browser = app.OpenBrowser();
        await browser.InstallAsync();

        foreach (var interaction in new SlackInteraction[] { new ViewSubmission { CallbackId = "modal" }, new BlockAction { ActionId = "button", Value = "v" }, new ViewSubmission { CallbackId = "else" } })
        {
            using var answer = await app.Slack.DeliverInteractionAsync(app.Client, Path, interaction, cancellationToken: SlackTestApp.Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(["modal", "v", "any other modal"], seen);
    }

    [Fact]
    public async Task An_event_reaches_the_handler_of_its_type()
    {
        string? text = null;
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Handlers = events => events.OnEvent("app_mention", request =>
            {
                text = request.Payload.GetProperty("event").GetProperty("text").GetString();
                return Task.CompletedTask;
            }),
        });
        using var browser = app.OpenBrowser();
        await browser.InstallAsync();

        var mention = SlackEvent.FromJson("""{"type":"app_mention","user":"U0FAKEUSER1","text":"hello"}""");
        using var answer = await app.Slack.DeliverEventAsync(app.Client, Path, mention, cancellationToken: SlackTestApp.Cancellation);

        Assert.Equal((HttpStatusCode.OK, "hello"), (answer.StatusCode, text));
    }

    [Fact]
    public async Task What_has_no_handler_is_404_without_a_lookup()
    {
        var store = new RecordingInstallationStore();
        await using var app = await SlackTestApp.StartAsync(new() { Stores = stores => stores.UseInstallationStore("test", _ => store) });

        using var command = await app.Slack.DeliverCommandAsync(app.Client, Path, new() { Command = "/unknown" }, cancellationToken: SlackTestApp.Cancellation);
        using var action = await app.Slack.DeliverInteractionAsync(app.Client, Path, new BlockAction { ActionId = "unknown" }, cancellationToken: SlackTestApp.Cancellation);
        using var other = await app.Slack.DeliverEventAsync(app.Client, Path, SlackEvent.FromJson("""{"type":"app_mention"}"""), cancellationToken: SlackTestApp.Cancellation);

        Assert.All([command, action, other], answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
        Assert.Empty(store.Calls);
    }

    [Fact]
    public async Task Where_the_app_is_not_installed_the_user_is_told_with_200()
    {
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Options = options => options.NotInstalledMessage = "Install me first: <https://example.com|here>",
            Handlers = events => events.OnCommand("/hello", _ => throw new InvalidOperationException("must not run")),
        });

        using var answer = await app.Slack.DeliverCommandAsync(app.Client, Path, new() { Command = "/hello" }, cancellationToken: SlackTestApp.Cancellation);

        Assert.Equal((HttpStatusCode.OK, "Install me first: <https://example.com|here>"), (answer.StatusCode, await ReadAsync(answer)));
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task The_challenge_is_answered_where_it_is_signed()
    {
        await using var app = await SlackTestApp.StartAsync();

        using var signed = await app.Slack.DeliverEventAsync(app.Client, Path, SlackEvent.UrlVerification("challenge-<1>"), cancellationToken: SlackTestApp.Cancellation);
        using var forged = await app.Slack.DeliverEventAsync(app.Client, Path, SlackEvent.UrlVerification("challenge-<1>"), DeliverySignature.WrongSecret, SlackTestApp.Cancellation);

        Assert.Equal((HttpStatusCode.OK, "challenge-<1>"), (signed.StatusCode, await ReadAsync(signed)));
        Assert.Equal("text/plain", signed.Content.Headers.ContentType?.MediaType);
        Assert.Equal((HttpStatusCode.Unauthorized, ""), (forged.StatusCode, await ReadAsync(forged)));
    }

    [Fact]
    public async Task The_certificate_check_is_answered_though_it_is_unsigned()
    {
        await using var app = await SlackTestApp.StartAsync();

        using var get = await app.Client.GetAsync(new Uri(Path + "?ssl_check=1&token=x", UriKind.Relative), SlackTestApp.Cancellation);
        using var post = await PostAsync(app, "ssl_check=1&token=x", "application/x-www-form-urlencoded");
        using var command = await PostAsync(app, "ssl_check=1&command=/hello", "application/x-www-form-urlencoded");
        using var plainGet = await app.Client.GetAsync(new Uri(Path, UriKind.Relative), SlackTestApp.Cancellation);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (get.StatusCode, post.StatusCode));
        Assert.Equal(HttpStatusCode.Unauthorized, command.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, plainGet.StatusCode);
    }

    [Fact]
    public async Task Uninstalling_deletes_everything_in_any_order_and_twice()
    {
        foreach (var reverse in new[] { false, true })
        {
            await using var app = await SlackTestApp.StartAsync(new() { Options = options => options.UserScopes = ["search:read"] });
            using var browser = app.OpenBrowser();
            await browser.InstallAsync();
            var events = reverse ? app.Slack.Uninstall().Reverse().ToArray() : [.. app.Slack.Uninstall()];

            foreach (var slackEvent in events.Concat(events))
            {
                using var answer = await app.Slack.DeliverEventAsync(app.Client, Path, slackEvent, cancellationToken: SlackTestApp.Cancellation);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }

            Assert.Equal(2, events.Length);
            Assert.Null(await app.Store.FindBotAsync(Workspace, SlackTestApp.Cancellation));
            Assert.Null(await app.Store.FindInstallationAsync(Workspace, cancellationToken: SlackTestApp.Cancellation));
        }
    }

    [Fact]
    public async Task Revoking_a_user_deletes_that_users_installation_alone_and_revoking_the_bot_the_bot_alone()
    {
        var workspace = new FakeWorkspace { Users = [new(), new() { Id = "U0SECOND", Name = "grace" }] };
        await using var app = await SlackTestApp.StartAsync(new() { Slack = new() { Workspaces = [workspace] }, Options = options => options.UserScopes = ["search:read"] });
        using var browser = app.OpenBrowser();
        await browser.InstallAsync();
        await browser.InstallAsync(AuthorizeDecision.Allow(userId: "U0SECOND"));

        await DeliverAsync(app, app.Slack.RevokeTokens(userIds: ["U0FAKEUSER1"]));
        Assert.Null(await app.Store.FindInstallationAsync(Workspace, "U0FAKEUSER1", SlackTestApp.Cancellation));
        Assert.NotNull((await app.Store.FindInstallationAsync(Workspace, "U0SECOND", SlackTestApp.Cancellation))!.BotToken);

        await DeliverAsync(app, app.Slack.RevokeTokens(bot: true));
        Assert.Null(await app.Store.FindBotAsync(Workspace, SlackTestApp.Cancellation));
        Assert.NotNull((await app.Store.FindInstallationAsync(Workspace, "U0SECOND", SlackTestApp.Cancellation))!.UserToken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_uninstall_that_Slack_repeats_after_a_new_install_leaves_the_new_one(bool hasListing)
    {
        var store = new RecordingInstallationStore();
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Stores = hasListing ? null : stores => stores.UseInstallationStore("test", _ => store),
            Options = options => options.UserScopes = ["search:read"],
        });
        using var browser = app.OpenBrowser();
        await browser.InstallAsync();
        app.Time.Advance(TimeSpan.FromDays(1));

        var events = app.Slack.Uninstall();
        app.Time.Advance(TimeSpan.FromSeconds(30));
        await browser.InstallAsync();
        app.Time.Advance(TimeSpan.FromSeconds(30));
        foreach (var slackEvent in events)
        {
            await DeliverAsync(app, slackEvent);
        }

        var found = await app.Store.FindInstallationAsync(Workspace, "U0FAKEUSER1", SlackTestApp.Cancellation);
        Assert.NotNull(found?.UserToken);
        Assert.NotNull(found.BotToken);
        Assert.Contains(app.Logs.GetSnapshot(), record => record.Id.Id == 35);
    }

    [Fact]
    public async Task A_late_uninstall_deletes_what_is_older_and_leaves_what_is_newer()
    {
        var workspace = new FakeWorkspace { Users = [new(), new() { Id = "U0SECOND", Name = "grace" }] };
        await using var app = await SlackTestApp.StartAsync(new() { Slack = new() { Workspaces = [workspace] }, Options = options => options.UserScopes = ["search:read"] });
        using var browser = app.OpenBrowser();
        await browser.InstallAsync();
        app.Time.Advance(TimeSpan.FromMinutes(1));
        var uninstalled = app.Slack.Uninstall().Single(slackEvent => slackEvent.Type == "app_uninstalled");
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await browser.InstallAsync(AuthorizeDecision.Allow(userId: "U0SECOND"));

        await DeliverAsync(app, uninstalled);

        Assert.Null(await app.Store.FindInstallationAsync(Workspace, "U0FAKEUSER1", SlackTestApp.Cancellation));
        Assert.NotNull((await app.Store.FindInstallationAsync(Workspace, "U0SECOND", SlackTestApp.Cancellation))?.UserToken);
        Assert.NotNull(await app.Store.FindBotAsync(Workspace, SlackTestApp.Cancellation));
    }

    [Fact]
    public async Task A_late_uninstall_deletes_a_bot_that_the_new_install_did_not_bring()
    {
        await using var app = await SlackTestApp.StartAsync();
        var happened = app.Time.GetUtcNow();
        await app.Store.SaveAsync(AuthorizerTests.Installation(Workspace, "U1") with { InstalledAt = happened.AddMinutes(-1) }, SlackTestApp.Cancellation);
        await app.Store.SaveAsync(AuthorizerTests.Installation(Workspace, "U2").WithBot(null) with { InstalledAt = happened.AddMinutes(1) }, SlackTestApp.Cancellation);

        await DeliverAsync(app, SlackEvent.AppUninstalled() with { OccurredAt = happened });

        Assert.Null(await app.Store.FindBotAsync(Workspace, SlackTestApp.Cancellation));
        Assert.Null(await app.Store.FindInstallationAsync(Workspace, "U1", SlackTestApp.Cancellation));
        Assert.NotNull(await app.Store.FindInstallationAsync(Workspace, "U2", SlackTestApp.Cancellation));
    }

    [Fact]
    public async Task A_late_revocation_leaves_what_was_installed_since_each_by_itself()
    {
        await using var app = await SlackTestApp.StartAsync();
        var happened = app.Time.GetUtcNow();
        await app.Store.SaveAsync(AuthorizerTests.Installation(Workspace, "U1") with { InstalledAt = happened.AddMinutes(-1) }, SlackTestApp.Cancellation);
        await app.Store.SaveAsync(AuthorizerTests.Installation(Workspace, "U2") with { InstalledAt = happened.AddMinutes(1) }, SlackTestApp.Cancellation);

        await DeliverAsync(app, SlackEvent.TokensRevoked(["U1", "U2"], ["U0BOT"]) with { OccurredAt = happened });

        Assert.Null(await app.Store.FindInstallationAsync(Workspace, "U1", SlackTestApp.Cancellation));
        Assert.NotNull((await app.Store.FindInstallationAsync(Workspace, "U2", SlackTestApp.Cancellation))?.BotToken);
    }

    [Theory]
    [InlineData("app_uninstalled")]
    [InlineData("tokens_revoked")]
    public async Task An_install_that_is_ended_at_once_is_deleted_though_the_apps_clock_is_a_little_ahead(string type)
    {
        await using var app = await SlackTestApp.StartAsync();
        await app.Store.SaveAsync(AuthorizerTests.Installation(Workspace, "U1") with { InstalledAt = app.Time.GetUtcNow() }, SlackTestApp.Cancellation);

        var slackEvent = type == "app_uninstalled" ? SlackEvent.AppUninstalled() : SlackEvent.TokensRevoked(["U1"], ["U0BOT"]);
        await DeliverAsync(app, slackEvent with { OccurredAt = app.Time.GetUtcNow().AddSeconds(-5) });

        Assert.Null(await app.Store.FindBotAsync(Workspace, SlackTestApp.Cancellation));
        Assert.Null(await app.Store.FindInstallationAsync(Workspace, "U1", SlackTestApp.Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"event_time\":null")]
    [InlineData(",\"event_time\":\"1\"")]
    [InlineData(",\"event_time\":99999999999999")]
    public async Task An_event_that_does_not_say_when_it_happened_deletes_everything(string eventTime)
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        await browser.InstallAsync();

        using var answer = await PostAsync(
            app, $$"""{"type":"event_callback","team_id":"T0FAKETEAM1","event":{"type":"app_uninstalled"}{{eventTime}}}""", "application/json", isSigned: true);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Null(await app.Store.FindBotAsync(Workspace, SlackTestApp.Cancellation));
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_is_deleted_all_the_same()
    {
        var store = new RecordingInstallationStore { FailsForGood = call => call.StartsWith("Find", StringComparison.Ordinal) };
        await using var app = await SlackTestApp.StartAsync(new() { Stores = stores => stores.UseInstallationStore("test", _ => store) });

        await DeliverAsync(app, SlackEvent.AppUninstalled());
        await DeliverAsync(app, SlackEvent.TokensRevoked(["U1"], ["U0BOT"]));

        Assert.Equal(["DeleteAllAsync none-T0FAKETEAM1", "DeleteInstallationAsync none-T0FAKETEAM1 U1", "DeleteBotAsync none-T0FAKETEAM1"], store.Calls.Where(call => call.StartsWith("Delete", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_late_uninstall_leaves_a_newer_install_beside_a_users_record_that_cannot_be_read()
    {
        var protector = new LosingProtector();
        await using var app = await SlackTestApp.StartAsync(new() { Stores = stores => stores.UseInMemory().ProtectTokens(protector) });
        var happened = app.Time.GetUtcNow();
        await app.Store.SaveAsync(AuthorizerTests.Installation(Workspace, "U1").WithBot(null) with { InstalledAt = happened.AddMinutes(-2) }, SlackTestApp.Cancellation);
        await app.Store.SaveAsync(AuthorizerTests.Installation(Workspace, "U2").WithBot(null) with { InstalledAt = happened.AddMinutes(-1) }, SlackTestApp.Cancellation);
        await app.Store.SaveAsync(AuthorizerTests.Installation(Workspace, "U3").WithBot(null) with { InstalledAt = happened.AddMinutes(1) }, SlackTestApp.Cancellation);
        protector.LostUser = "U2";

        await DeliverAsync(app, SlackEvent.AppUninstalled() with { OccurredAt = happened });

        protector.LostUser = null;
        Assert.Null(await app.Store.FindInstallationAsync(Workspace, "U1", SlackTestApp.Cancellation));
        Assert.Null(await app.Store.FindInstallationAsync(Workspace, "U2", SlackTestApp.Cancellation));
        Assert.NotNull(await app.Store.FindInstallationAsync(Workspace, "U3", SlackTestApp.Cancellation));
    }

    [Fact]
    public async Task Uninstalling_an_organization_leaves_its_workspaces_and_the_other_way_round()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Slack = CallbackTests.Grid });
        using var browser = app.OpenBrowser();
        var (organization, workspace) = (WorkspaceId.ForEnterprise("E0GRID"), WorkspaceId.ForTeam("T0GRID", "E0GRID"));
        await browser.InstallAsync(AuthorizeDecision.Allow("E0GRID"));
        await browser.InstallAsync(AuthorizeDecision.Allow("T0GRID"));

        foreach (var slackEvent in app.Slack.Uninstall("E0GRID"))
        {
            await DeliverAsync(app, slackEvent);
        }

        Assert.Null(await app.Store.FindBotAsync(organization, SlackTestApp.Cancellation));
        Assert.NotNull(await app.Store.FindBotAsync(workspace, SlackTestApp.Cancellation));

        await browser.InstallAsync(AuthorizeDecision.Allow("E0GRID"));
        foreach (var slackEvent in app.Slack.Uninstall("T0GRID"))
        {
            await DeliverAsync(app, slackEvent);
        }

        Assert.NotNull(await app.Store.FindBotAsync(organization, SlackTestApp.Cancellation));
        Assert.Null(await app.Store.FindBotAsync(workspace, SlackTestApp.Cancellation));
    }

    [Fact]
    public async Task Uninstalling_deletes_what_is_left_under_the_key_of_before_a_Grid_upgrade_too()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Slack = CallbackTests.Grid });
        var before = WorkspaceId.ForTeam("T0GRID");
        await app.Store.SaveAsync(AuthorizerTests.Installation(before, "U1"), SlackTestApp.Cancellation);

        await DeliverAsync(app, SlackEvent.AppUninstalled() with { TenantId = "T0GRID" });

        Assert.Null(await app.Store.FindBotAsync(before, SlackTestApp.Cancellation));
        Assert.Null(await app.Store.FindInstallationAsync(before, cancellationToken: SlackTestApp.Cancellation));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_rekeying_between_the_deletions_of_an_uninstall_carries_nothing_past_them(int deletion)
    {
        var (before, after) = (WorkspaceId.ForTeam("T0GRID"), WorkspaceId.ForTeam("T0GRID", "E0GRID"));
        var store = new RecordingInstallationStore();
        await using var app = await SlackTestApp.StartAsync(new() { Slack = CallbackTests.Grid, Stores = stores => stores.UseInstallationStore("test", _ => store) });
        await store.SaveAsync(AuthorizerTests.Installation(before, "U1"), SlackTestApp.Cancellation);
        var deletions = 0;
        store.Fails = call =>
        {
            if (call.StartsWith("DeleteAllAsync", StringComparison.Ordinal) && ++deletions == deletion)
            {
                // The store is in memory: this has run when it returns.
                new GridUpgrade(store, TimeProvider.System).RekeyAsync(before, after, SlackTestApp.Cancellation).AsTask().GetAwaiter().GetResult();
            }

            return false;
        };

        await DeliverAsync(app, SlackEvent.AppUninstalled() with { TenantId = "T0GRID" });

        Assert.Equal(2, deletions);
        foreach (var key in new[] { before, after })
        {
            Assert.Null(await store.FindBotAsync(key, SlackTestApp.Cancellation));
            Assert.Null(await store.FindInstallationAsync(key, cancellationToken: SlackTestApp.Cancellation));
        }
    }

    [Fact]
    public async Task The_apps_own_handler_of_an_uninstall_runs_when_everything_is_deleted_and_has_no_tokens()
    {
        var isDeleted = false;
        Exception? noTokens = null;
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Handlers = events => events.OnEvent("app_uninstalled", async request =>
            {
                var store = (IInstallationStore)request.HttpContext.RequestServices.GetService(typeof(IInstallationStore))!;
                isDeleted = await store.FindBotAsync(request.Context.Workspace!) is null;
                noTokens = Record.Exception(() => request.Authorization);
            }),
        });
        using var browser = app.OpenBrowser();
        await browser.InstallAsync();

        await DeliverAsync(app, SlackEvent.AppUninstalled());

        Assert.True(isDeleted);
        Assert.IsType<InvalidOperationException>(noTokens);
    }

    [Fact]
    public async Task A_store_that_fails_is_500_so_that_Slack_sends_the_event_again()
    {
        var store = new RecordingInstallationStore { Fails = _ => true };
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Stores = stores => stores.UseInstallationStore("test", _ => store),
            Handlers = events => events.OnCommand("/hello", _ => Task.CompletedTask),
        });

        using var uninstall = await app.Slack.DeliverEventAsync(app.Client, Path, SlackEvent.AppUninstalled(), cancellationToken: SlackTestApp.Cancellation);
        using var command = await app.Slack.DeliverCommandAsync(app.Client, Path, new() { Command = "/hello" }, cancellationToken: SlackTestApp.Cancellation);

        Assert.Equal((HttpStatusCode.InternalServerError, HttpStatusCode.InternalServerError), (uninstall.StatusCode, command.StatusCode));
        Assert.Contains(app.Logs.GetSnapshot(), record => record.Id.Id == 24 && record.Message.Contains("the engine is down", StringComparison.Ordinal));
        Assert.DoesNotContain(app.Logs.GetSnapshot(), record => record.Message.Contains("driver-detail-with-a-key", StringComparison.Ordinal) || record.Exception is not null);
    }

    [Theory]
    [InlineData("", "application/json")]
    [InlineData("{", "application/json")]
    [InlineData("[]", "application/json")]
    [InlineData("null", "application/json")]
    [InlineData("""{"type":"\ud800"}""", "application/json")]
    [InlineData("payload=%7B", "application/x-www-form-urlencoded")]
    [InlineData("payload=", "application/x-www-form-urlencoded")]
    [InlineData("a=b", "application/x-www-form-urlencoded")]
    [InlineData("payload=%7B%22type%22%3A%22view_submission%22%2C%22view%22%3A%7B%22callback_id%22%3A%22%5Cud800%22%7D%7D", "application/x-www-form-urlencoded")]
    [InlineData("\0", "text/plain")]
    public async Task A_signed_body_that_Slack_does_not_send_is_400(string body, string contentType)
    {
        await using var app = await SlackTestApp.StartAsync();

        using var answer = await PostAsync(app, body, contentType, isSigned: true);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("command=%2Fhello")]
    [InlineData("command=%2Fhello&team_id=")]
    [InlineData("command=%2Fhello&is_enterprise_install=true&team_id=T1")]
    [InlineData("command=%2Fhello&team_id=..%2F..&enterprise_id=%00")]
    public async Task A_signed_command_that_names_no_workspace_of_the_apps_is_not_installed(string body)
    {
        await using var app = await SlackTestApp.StartAsync(new() { Handlers = events => events.OnCommand("/hello", _ => throw new InvalidOperationException("must not run")) });

        using var answer = await PostAsync(app, body, "application/x-www-form-urlencoded", isSigned: true);

        Assert.Equal((HttpStatusCode.OK, "Please install this app first!"), (answer.StatusCode, await ReadAsync(answer)));
    }

    [Fact]
    public async Task A_handler_is_registered_once_and_a_command_with_its_slash()
    {
        Exception? twice = null;
        Exception? noSlash = null;
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Handlers = events =>
            {
                events.OnCommand("/a", _ => Task.CompletedTask);
                twice = Record.Exception(() => events.OnCommand("/a", _ => Task.CompletedTask));
                noSlash = Record.Exception(() => events.OnCommand("a", _ => Task.CompletedTask));
            },
        });

        Assert.Contains("'/a' has a handler already", Assert.IsType<ArgumentException>(twice).Message, StringComparison.Ordinal);
        Assert.Contains("Register '/a'", Assert.IsType<ArgumentException>(noSlash).Message, StringComparison.Ordinal);
    }

    private static async Task DeliverAsync(SlackTestApp app, SlackEvent slackEvent)
    {
        using var answer = await app.Slack.DeliverEventAsync(app.Client, Path, slackEvent, cancellationToken: SlackTestApp.Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<HttpResponseMessage> PostAsync(SlackTestApp app, string body, string contentType, bool isSigned = false)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        using var request = isSigned ? SignatureTests.Sign(app, bytes, path: Path) : new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(bytes) };
        request.Content!.Headers.ContentType = new(contentType);
        return await app.Client.SendAsync(request, SlackTestApp.Cancellation);
    }

    private static Task<string> ReadAsync(HttpResponseMessage response) => response.Content.ReadAsStringAsync(SlackTestApp.Cancellation);

    /// <summary>Encrypts nothing, and has lost the key of one user.</summary>
    private sealed class LosingProtector : ITokenProtector
    {
        internal string? LostUser { get; set; }

        public byte[] Protect(ReadOnlySpan<byte> plaintext, TokenProtectionContext context) => plaintext.ToArray();

        public byte[] Unprotect(ReadOnlySpan<byte> ciphertext, TokenProtectionContext context) =>
            context.UserId is { } user && user == LostUser ? throw new InvalidOperationException("no key") : ciphertext.ToArray();
    }
}
