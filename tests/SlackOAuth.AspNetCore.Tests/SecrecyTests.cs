using Microsoft.AspNetCore.WebUtilities;
using SlackOAuth.Stores;
using SlackOAuth.Testing;

namespace SlackOAuth.AspNetCore.Tests;

/// <summary>Nothing secret is in any log, at any level, of any category; nor any id in this package's own.</summary>
public sealed class SecrecyTests
{
    [Fact]
    public async Task No_log_holds_a_token_a_state_a_code_a_nonce_or_a_secret()
    {
        var secrets = new List<string> { SlackTestApp.ClientSecret, SlackTestApp.SigningSecret };
        var store = new RecordingInstallationStore();
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Slack = new() { Apps = [new() { TokenRotation = true }] },
            Stores = stores => stores.UseInstallationStore("test", _ => store),
            Options = options =>
            {
                options.Scopes = ["commands", "incoming-webhook"];
                options.UserScopes = ["search:read"];
                options.SignIn.UserInfoEnabled = true;
            },
            Handlers = events => events.OnCommand("/hello", _ => Task.CompletedTask),
        });
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
        store.Fails = call => call == "SaveAsync";
        Collect(secrets, browser.Decide(await browser.BeginInstallAsync()), out callback);
        await browser.GetAsync(callback);
        secrets.Add("driver-detail-with-a-key");
        store.Fails = null;
        using var command = await app.Slack.DeliverCommandAsync(app.Client, "/slack/events", new() { Command = "/hello", Text = "words-of-a-user" }, cancellationToken: SlackTestApp.Cancellation);
        using var forged = await app.Slack.DeliverCommandAsync(app.Client, "/slack/events", new() { Command = "/hello", Text = "words-of-a-user" }, DeliverySignature.WrongSecret, SlackTestApp.Cancellation);
        secrets.Add("words-of-a-user");
        foreach (var slackEvent in app.Slack.Uninstall())
        {
            using var answer = await app.Slack.DeliverEventAsync(app.Client, "/slack/events", slackEvent, cancellationToken: SlackTestApp.Cancellation);
        }

        var records = app.Logs.GetSnapshot();
        Assert.True(records.Count > 50, "the logs were not captured");
        foreach (var record in records)
        {
            var text = $"{record.Message} {string.Join(' ', record.StructuredState?.Select(pair => pair.Value) ?? [])} {record.Exception}";
            Assert.False(secrets.Any(secret => text.Contains(secret, StringComparison.Ordinal) || text.Contains(Uri.EscapeDataString(secret), StringComparison.Ordinal)), $"{record.Category} {record.Id}: {text}");
            Assert.DoesNotContain("xox", text, StringComparison.Ordinal);
        }

        var own = records.Where(record => record.Category!.StartsWith("SlackOAuth", StringComparison.Ordinal)).ToArray();
        Assert.True(own.Select(record => record.Id.Id).Distinct().Count() >= 8, "the package's own messages were not captured");
        Assert.All(own, record => Assert.DoesNotContain("0FAKE", record.Message, StringComparison.Ordinal));
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
