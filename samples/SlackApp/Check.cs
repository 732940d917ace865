using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using SlackOAuth.Stores;
using SlackOAuth.Testing;

namespace SlackApp;

/// <summary>Drives the whole app over HTTP, as browsers and Slack do, on a free port, in a temporary folder and under a client id of its own. Prints a line per step.</summary>
public sealed partial class Check(SlackAppHost host) : IDisposable
{
    private const string EventsPath = "/slack/events";

    private readonly FakeSlack _slack = host.BuiltInSlack ?? throw new InvalidOperationException("The check needs the built-in Slack.");
    private readonly HttpClient _client = new() { BaseAddress = host.Address };
    private readonly Browser _browser = new(host.Address);
    private int _failures;

    /// <returns>0 where every step went as it should, else 1.</returns>
    /// <param name="arguments">More settings, such as the store.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("slack-app-check-");
        try
        {
            // The store may be somebody's: what an earlier check left, or another one does now, is not this one's.
            await using var host = await SlackAppHost.StartAsync(
                [
                    "--Urls=http://127.0.0.1:0",
                    $"--DataFolder={folder.FullName}",
                    "--SLACK_CLIENT_ID=",
                    $"--BuiltInSlack:ClientId={RandomNumberGenerator.GetInt32(int.MaxValue)}.{RandomNumberGenerator.GetInt32(int.MaxValue)}",
                    "--Logging:LogLevel:Default=Critical",
                    .. arguments,
                ]);
            using var check = new Check(host);
            return await check.RunStepsAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _browser.Dispose();
    }

    private async Task<int> RunStepsAsync()
    {
        await StepAsync("nothing is installed at the start", async () => Contains("Nothing yet", await _browser.GetAsync("/")));
        await StepAsync("/open-modal before the install is told to install", async () => Expect(await CommandAsync("/open-modal"), HttpStatusCode.OK, "Please install this app first!"));
        await StepAsync("Cancel at Slack ends on a page that says so", async () => Expect(await InstallAsync(_browser, "cancel"), HttpStatusCode.OK, "access_denied"));
        await StepAsync("an install finished in a foreign browser is refused", async () =>
        {
            using var stranger = new Browser(host.Address);
            Expect(await stranger.GetAsync(await BackFromSlackAsync(_browser, "/slack/install", "allow")), HttpStatusCode.BadRequest, "invalid_browser");
        });
        await StepAsync("Allow at Slack installs the app", async () => Expect(await InstallAsync(_browser, "allow"), HttpStatusCode.OK, "Thank you!"));
        await StepAsync("what is installed is listed, without a token", async () =>
        {
            var home = await _browser.GetAsync("/");
            Contains("T0FAKETEAM1", home);
            True(!home.Body.Contains("xox", StringComparison.Ordinal), "the page shows a token");
        });
        await StepAsync("a state that was used is refused", async () =>
        {
            var back = await BackFromSlackAsync(_browser, "/slack/install", "allow");
            var cookies = _browser.Cookies.GetCookieHeader(host.Address);
            Expect(await _browser.GetAsync(back), HttpStatusCode.OK, "Thank you!");
            _browser.Cookies.SetCookies(host.Address, cookies.Replace(';', ','));
            Expect(await _browser.GetAsync(back), HttpStatusCode.Unauthorized, "invalid_state");
        });
        await StepAsync("/open-modal opens a modal", async () =>
        {
            Expect(await CommandAsync("/open-modal"), HttpStatusCode.OK, "");
            True(_slack.OpenedViews.Count == 1, "no modal was opened");
        });
        await StepAsync("a token that has expired is exchanged for a new one at a request", async () =>
        {
            // Twelve hours later, as the stored record has it.
            var store = host.App.Services.GetRequiredService<IInstallationStore>();
            var workspace = WorkspaceId.ForTeam("T0FAKETEAM1");
            var bot = await store.FindBotAsync(workspace) ?? throw new InvalidOperationException("no bot is stored");
            await store.SaveBotAsync(bot with { BotTokenExpiresAt = DateTimeOffset.FromUnixTimeSeconds(0) });
            for (var i = 0; i < 2; i++)
            {
                Expect(await CommandAsync("/open-modal"), HttpStatusCode.OK, "");
            }

            True(_slack.CountCalls("oauth.v2.access", "refresh_token") == 1, "the refresh token was not used exactly once");
            True((await store.FindBotAsync(workspace))?.BotToken != bot.BotToken, "the stored token is the old one");
            True(_slack.OpenedViews.Count == 3, "the new token opened no modal");
        });
        await StepAsync("/open-modal with a wrong signature is refused", async () =>
        {
            Expect(await CommandAsync("/open-modal", DeliverySignature.WrongSecret), HttpStatusCode.Forbidden, "");
            True(_slack.OpenedViews.Count == 3, "a modal was opened");
        });
        await StepAsync("a signature of five minutes ago is refused", async () => Expect(await CommandAsync("/open-modal", DeliverySignature.Stale), HttpStatusCode.Forbidden, ""));
        await StepAsync("the modal's submission is accepted", async () =>
        {
            var submission = new ViewSubmission { View = _slack.OpenedViews is [.., var opened] ? opened : null };
            Expect(await AnswerAsync(_slack.DeliverInteractionAsync(_client, EventsPath, submission)), HttpStatusCode.OK, "clear");
        });
        await StepAsync("an unknown command is not found", async () => Expect(await CommandAsync("/unknown"), HttpStatusCode.NotFound, ""));
        await StepAsync("an unknown path is not found", async () => Expect(await _browser.GetAsync("/unknown"), HttpStatusCode.NotFound, ""));
        await StepAsync("a sign-in with a wrong nonce is refused", async () =>
        {
            _slack.ScriptIdToken(IdTokenDefect.WrongNonce);
            Expect(await _browser.GetAsync(await BackFromSlackAsync(_browser, "/slack/signin", "allow")), HttpStatusCode.Unauthorized, "invalid_nonce");
            Contains("Not signed in", await _browser.GetAsync("/"));
        });
        await StepAsync("the status page shows the stores' health and what was counted, and no token", async () =>
        {
            Expect(await _browser.GetAsync("/health"), HttpStatusCode.OK, "Healthy");
            var status = await _browser.GetAsync("/status");
            Contains("slackoauth_installations", status);
            Contains("error.type=invalid_state", status);
            Contains("slackoauth.signature=mismatch", status);
            True(!status.Body.Contains("xox", StringComparison.Ordinal), "the page shows a token");
        });
        await StepAsync("Sign in with Slack signs in", async () =>
        {
            Expect(await _browser.GetAsync(await BackFromSlackAsync(_browser, "/slack/signin", "allow")), HttpStatusCode.Redirect, "");
            Contains("Ada Example", await _browser.GetAsync("/"));
        });
        await StepAsync("the uninstall events delete what was stored", async () =>
        {
            foreach (var slackEvent in _slack.Uninstall())
            {
                Expect(await AnswerAsync(_slack.DeliverEventAsync(_client, EventsPath, slackEvent)), HttpStatusCode.OK, "");
            }

            Contains("Nothing yet", await _browser.GetAsync("/"));
        });
        await StepAsync("/open-modal after the uninstall is told to install", async () => Expect(await CommandAsync("/open-modal"), HttpStatusCode.OK, "Please install this app first!"));

        Console.WriteLine(_failures == 0 ? "Everything works." : $"{_failures} failed.");
        return _failures == 0 ? 0 : 1;
    }

    private async Task StepAsync(string name, Func<Task> step)
    {
        try
        {
            await step();
            Console.WriteLine($"ok    {name}");
        }
        catch (Exception exception)
        {
            _failures++;
            Console.WriteLine($"FAIL  {name}: {exception.Message}");
        }
    }

    private static async Task<Answer> InstallAsync(Browser browser, string decision) => await browser.GetAsync(await BackFromSlackAsync(browser, "/slack/install", decision));

    /// <summary>Begins at the app, decides on Slack's authorize page, and gives the address that Slack sends the browser back to.</summary>
    private static async Task<string> BackFromSlackAsync(Browser browser, string start, string decision)
    {
        var begun = await browser.GetAsync(start);
        var authorizeUrl = begun.Location ?? WebUtility.HtmlDecode(AuthorizeLink().Match(begun.Body).Groups["url"].Value);
        Contains("Allow", await browser.GetAsync(authorizeUrl));
        var decided = await browser.PostAsync(authorizeUrl, new() { ["decision"] = decision, ["as"] = "0" });
        return decided.Location ?? throw new InvalidOperationException($"Slack answered {decided.Status} to the decision and sent the browser nowhere.");
    }

    private Task<Answer> CommandAsync(string command, DeliverySignature signature = DeliverySignature.Valid) =>
        AnswerAsync(_slack.DeliverCommandAsync(_client, EventsPath, new() { Command = command }, signature));

    private static async Task<Answer> AnswerAsync(Task<HttpResponseMessage> request)
    {
        using var response = await request;
        return new(response.StatusCode, response.Headers.Location?.OriginalString, await response.Content.ReadAsStringAsync());
    }

    private static void Expect(Answer answer, HttpStatusCode status, string text)
    {
        True(answer.Status == status, $"expected {(int)status}, got {(int)answer.Status}");
        Contains(text, answer);
    }

    private static void Contains(string text, Answer answer) => True(answer.Body.Contains(text, StringComparison.Ordinal), $"the answer does not say '{text}'");

    private static void True(bool condition, string problem)
    {
        if (!condition)
        {
            throw new InvalidOperationException(problem);
        }
    }

    [GeneratedRegex("id=\"install\" href=\"(?<url>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex AuthorizeLink();

    private sealed record Answer(HttpStatusCode Status, string? Location, string Body);

    /// <summary>A browser with its own cookies that follows no redirect by itself.</summary>
    private sealed class Browser : IDisposable
    {
        private readonly HttpClient _client;

        public Browser(Uri address) =>
            _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = address };

        public CookieContainer Cookies { get; } = new();

        public Task<Answer> GetAsync(string url) => AnswerAsync(_client.GetAsync(url));

        public async Task<Answer> PostAsync(string url, Dictionary<string, string> form)
        {
            using var content = new FormUrlEncodedContent(form);
            return await AnswerAsync(_client.PostAsync(url, content));
        }

        public void Dispose() => _client.Dispose();
    }
}
