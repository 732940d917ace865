using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;
using SlackOAuth.Testing;

namespace SlackOAuth.AspNetCore.Tests;

/// <summary>Nothing secret is in any log at any level, span, measurement, health report, <c>ToString</c> or exception, of any library; nor any id in this family's own.</summary>
public sealed class SecrecyTests
{
    /// <summary>Rotated, refused, not saved, no leases, retention.</summary>
    private static readonly int[] RotationEvents = [50, 53, 54, 59, 70];

    [Fact]
    public async Task Nothing_seen_from_outside_holds_a_token_a_state_a_code_a_nonce_or_a_secret()
    {
        var secrets = new List<string> { SlackTestApp.ClientSecret, SlackTestApp.SigningSecret };
        var store = new RecordingInstallationStore();
        using var spans = new SpanRecorder();
        using var measurements = new MeasurementRecorder();
        var shown = new List<string?>();
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Slack = new() { Apps = [new() { TokenRotation = true }] },
            Stores = stores =>
            {
                stores.UseInstallationStore("test", _ => store).CacheLookups()
                    .TrackWorkspaceActivity(_ => new InMemoryInstallationStore(new() { ClientId = "1234567890.1234567890.activity" }))
                    .AddRetention(options => options.UnusedAfter = TimeSpan.FromDays(7));
                stores.Services.AddHybridCache();
            },
            Options = options =>
            {
                options.Scopes = ["commands", "incoming-webhook"];
                options.UserScopes = ["search:read"];
                options.SignIn.UserInfoEnabled = true;
                options.Hooks.AfterInstall = context => Show(context, context.Installation, context.Installation.ToBot());

                // The text of the driver's own exception, below the store's, is the driver's.
                options.Hooks.Failed = context => Show(context, context.Error, context.Exception?.Message);
            },
            Handlers = events => events.OnCommand("/hello", request =>
            {
                secrets.AddRange(new[] { request.Authorization.BotToken, request.Authorization.Bot?.BotRefreshToken, request.Authorization.UserToken }.OfType<string>());
                return Show(request, request.Context, request.Authorization);
            }),
        });
        using var tracing = spans.Begin();
        using var browser = app.OpenBrowser();

        Collect(secrets, browser.Decide(await browser.BeginInstallAsync()), out var callback);
        await browser.GetAsync(callback);
        await browser.GetAsync(callback);
        var installation = (await store.FindInstallationAsync(WorkspaceId.ForTeam("T0FAKETEAM1"), cancellationToken: SlackTestApp.Cancellation))!;
        secrets.AddRange(new[] { installation.BotToken, installation.BotRefreshToken, installation.UserToken, installation.UserRefreshToken, installation.IncomingWebhookUrl }.OfType<string>());
        Assert.Equal(5 + 2 + 2, secrets.Count);

        Collect(secrets, await browser.BeginSignInAsync(), out callback);
        await browser.GetAsync(callback);
        foreach (var answer in new[] { ScriptedAnswer.MalformedJson, ScriptedAnswer.Error("invalid_code"), ScriptedAnswer.DroppedConnection, ScriptedAnswer.Status(System.Net.HttpStatusCode.BadGateway) })
        {
            app.Slack.Script("oauth.v2.access", answer);
            Collect(secrets, browser.Decide(await browser.BeginInstallAsync()), out callback);
            await browser.GetAsync(callback);
            app.Slack.Script("openid.connect.token", answer);
            Collect(secrets, await browser.BeginSignInAsync(), out callback);
            await browser.GetAsync(callback);
        }

        app.Slack.ScriptIdToken(IdTokenDefect.WrongSignature);
        await browser.GetAsync(await browser.BeginSignInAsync());
        await browser.GetAsync("/slack/oauth_redirect?error=xoxb-sent-by-a-client%0Aforged:%20line");
        secrets.Add("xoxb-sent-by-a-client");
        store.FailsForGood = call => call == "SaveAsync";
        Collect(secrets, browser.Decide(await browser.BeginInstallAsync()), out callback);
        await browser.GetAsync(callback);
        secrets.Add("driver-detail-with-a-key");
        store.FailsForGood = null;
        using var command = await app.Slack.DeliverCommandAsync(app.Client, "/slack/events", new() { Command = "/hello", Text = "words-of-a-user" }, cancellationToken: SlackTestApp.Cancellation);
        using var forged = await app.Slack.DeliverCommandAsync(app.Client, "/slack/events", new() { Command = "/hello", Text = "words-of-a-user" }, DeliverySignature.WrongSecret, SlackTestApp.Cancellation);
        secrets.Add("words-of-a-user");
        await RotateAsync();
        await app.App.Services.GetRequiredService<SlackRetention>().SweepAsync(SlackTestApp.Cancellation);
        foreach (var slackEvent in app.Slack.Uninstall())
        {
            using var answer = await app.Slack.DeliverEventAsync(app.Client, "/slack/events", slackEvent, cancellationToken: SlackTestApp.Cancellation);
        }

        Assert.True(shown.Count > 20, "nothing was shown");
        shown.AddRange([app.App.Services.GetRequiredService<IOptions<SlackOAuthOptions>>().Value.ToString(), app.App.Services.GetRequiredService<SlackOAuthClient>().ToString()]);
        store.Fails = _ => true;
        var health = await app.App.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(SlackTestApp.Cancellation);
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        shown.AddRange(health.Entries.Select(entry => $"{entry.Key} {entry.Value.Description} {entry.Value.Exception} {string.Join(' ', entry.Value.Data)}"));
        await spans.WaitForAsync("slackoauth.request");
        var ownSpans = spans.Spans.Where(span => span.Source.Name.StartsWith("SlackOAuth", StringComparison.Ordinal)).ToArray();
        Assert.True(ownSpans.Length > 50, "the spans were not captured");
        Assert.All(ownSpans, span => Assert.DoesNotContain("0FAKE", SpanRecorder.Write(span), StringComparison.Ordinal));
        var all = shown.Select(text => text ?? "").Concat(spans.Spans.Select(SpanRecorder.Write)).Concat(measurements.Written).ToArray();
        Assert.Contains(all, text => text.Contains("slackoauth.callback.duration", StringComparison.Ordinal));
        Assert.All(
            ["slackoauth.cache.lookups", "slackoauth.rotations", "slackoauth.retention", "refused", "expired_states"],
            word => Assert.Contains(all, text => text.Contains(word, StringComparison.Ordinal)));
        Assert.All(all, text => Assert.False(Holds(text), text));

        var records = app.Logs.GetSnapshot();
        Assert.True(records.Count > 50, "the logs were not captured");
        foreach (var record in records)
        {
            var text = $"{record.Message} {string.Join(' ', record.StructuredState?.Select(pair => pair.Value) ?? [])} {record.Exception}";
            Assert.False(Holds(text), $"{record.Category} {record.Id}: {text}");
        }

        var own = records.Where(record => record.Category!.StartsWith("SlackOAuth", StringComparison.Ordinal)).ToArray();
        Assert.True(own.Select(record => record.Id.Id).Distinct().Count() >= 8, "the package's own messages were not captured");
        Assert.All(RotationEvents, id => Assert.Contains(own, record => record.Id.Id == id));
        Assert.All(own, record => Assert.DoesNotContain("0FAKE", record.Message, StringComparison.Ordinal));

        // Rotated; refused, with a word that is none; not to be saved.
        async Task RotateAsync()
        {
            foreach (var step in (string[])["rotated", "refused", "not saved"])
            {
                app.Time.Advance(TimeSpan.FromHours(13));
                if (step == "refused")
                {
                    app.Slack.Script("oauth.v2.access", ScriptedAnswer.Error("xoxe-said-by-slack"), 2);
                }

                store.Fails = step == "not saved" ? call => call.StartsWith("Save", StringComparison.Ordinal) : null;
                using var due = await app.Slack.DeliverCommandAsync(app.Client, "/slack/events", new() { Command = "/hello" }, cancellationToken: SlackTestApp.Cancellation);
                store.Fails = null;
            }
        }

        bool Holds(string text) =>
            text.Contains("xox", StringComparison.Ordinal)
            || secrets.Any(secret => text.Contains(secret, StringComparison.Ordinal) || text.Contains(Uri.EscapeDataString(secret), StringComparison.Ordinal));

        Task Show(params object?[] things)
        {
            shown.AddRange(things.Select(thing => thing?.ToString()));
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task What_an_exception_of_a_store_of_the_apps_own_says_is_in_no_log()
    {
        var store = new RecordingInstallationStore { Fails = call => call == "SaveAsync", Throws = new ArgumentException("the value xoxb-quoted-by-a-driver is wrong") };
        await using var app = await SlackTestApp.StartAsync(new() { Stores = stores => stores.UseInstallationStore("test", _ => store) });
        using var browser = app.OpenBrowser();

        Assert.Equal(OAuthFailureReasons.StorageError, (await browser.InstallAsync()).Reason);

        Assert.Contains("System.ArgumentException", Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id == 5).Message, StringComparison.Ordinal);
        Assert.All(app.Logs.GetSnapshot(), record => Assert.DoesNotContain("quoted-by-a-driver", $"{record.Message} {record.Exception}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_page_holds_more_than_the_state_that_its_own_browser_has_to_bring_back()
    {
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Slack = new() { Apps = [new() { TokenRotation = true }] },
            Options = options => (options.Scopes, options.UserScopes) = (["commands", "incoming-webhook"], ["search:read"]),
        });
        using var browser = app.OpenBrowser();
        var secrets = new List<string> { SlackTestApp.ClientSecret, SlackTestApp.SigningSecret };

        Collect(secrets, browser.Decide(await browser.BeginInstallAsync()), out var callback);
        var success = await browser.GetAsync(callback);
        var failure = await browser.GetAsync(callback);
        var installation = (await app.Store.FindInstallationAsync(WorkspaceId.ForTeam("T0FAKETEAM1"), cancellationToken: SlackTestApp.Cancellation))!;
        secrets.AddRange(new[] { installation.BotToken, installation.BotRefreshToken, installation.UserToken, installation.UserRefreshToken, installation.IncomingWebhookUrl }.OfType<string>());
        var install = await browser.GetAsync("/slack/install");

        Assert.Equal(2 + 2 + 5, secrets.Count);
        Assert.Equal(("invalid_browser", System.Net.HttpStatusCode.OK), (failure.Reason, success.Status));
        foreach (var page in new[] { success, failure, install })
        {
            var text = $"{page.Html} {page.Response.Headers} {page.Response.Content.Headers}";
            Assert.DoesNotContain(secrets, secret => text.Contains(secret, StringComparison.Ordinal) || text.Contains(System.Net.WebUtility.HtmlEncode(secret), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Event_ids_are_distinct()
    {
        var ids = typeof(Log).GetMethods(System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)
            .SelectMany(method => method.GetCustomAttributes(typeof(Microsoft.Extensions.Logging.LoggerMessageAttribute), false).Cast<Microsoft.Extensions.Logging.LoggerMessageAttribute>())
            .Select(attribute => attribute.EventId)
            .ToArray();

        Assert.NotEmpty(ids);
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    private static void Collect(List<string> secrets, string callback, out string same)
    {
        var query = QueryHelpers.ParseQuery(callback[callback.IndexOf('?', StringComparison.Ordinal)..]);
        secrets.Add(query["state"].ToString());
        secrets.Add(query["code"].ToString());
        same = callback;
    }
}
