using SlackOAuth.Stores;
using SlackOAuth.Testing;
using static System.Net.WebUtility;

namespace SlackApp;

/// <summary>Buttons that do what a person does in Slack, so that the app can be tried without one: the built-in Slack sends the app the signed request.</summary>
internal static class Pretend
{
    private const string RequestUrl = "/slack/events";

    public static void MapPretend(this WebApplication app) =>
        app.MapPost("/pretend/{what}", async (string what, HttpContext context, IInstallationStore store, FakeSlack slack) =>
        {
            using var client = new HttpClient { BaseAddress = new(app.Urls.First()) };
            var outcome = await ActAsync(what, slack, client, context.RequestAborted);
            return outcome is null ? Results.NotFound() : Page.Html(await HomePage.RenderAsync(context, store, outcome));
        });

    public static string Render(string? outcome) => $"""
        <h2>Be a user of Slack</h2>
        <p class="soft">There is no SLACK_CLIENT_ID, so the app talks to a Slack of its own. Each button makes it send the app the signed request that Slack would send.</p>
        <form method="post">
        <button class="button quiet" formaction="/pretend/command">Type /open-modal</button>
        <button class="button quiet" formaction="/pretend/submit">Submit the modal</button>
        <button class="button quiet" formaction="/pretend/forged">Sign it wrongly</button>
        <button class="button quiet" formaction="/pretend/uninstall">Uninstall the app</button>
        </form>
        {(outcome is null ? "" : $"<pre id=\"outcome\">{HtmlEncode(outcome)}</pre>")}
        """;

    private static async Task<string?> ActAsync(string what, FakeSlack slack, HttpClient app, CancellationToken cancellationToken)
    {
        var command = new SlashCommand { Command = "/open-modal" };
        switch (what)
        {
            case "command":
                var before = slack.OpenedViews.Count;
                var answer = await DescribeAsync(slack.DeliverCommandAsync(app, RequestUrl, command, cancellationToken: cancellationToken), cancellationToken);
                return slack.OpenedViews.Count > before ? $"{answer}\nA modal opened: {slack.OpenedViews[^1].View.GetProperty("title").GetProperty("text")}" : answer;
            case "forged":
                return await DescribeAsync(slack.DeliverCommandAsync(app, RequestUrl, command, DeliverySignature.WrongSecret, cancellationToken), cancellationToken);
            case "submit":
                var submission = new ViewSubmission { View = slack.OpenedViews is [.., var opened] ? opened : null, CallbackId = "sample-modal" };
                return await DescribeAsync(slack.DeliverInteractionAsync(app, RequestUrl, submission, cancellationToken: cancellationToken), cancellationToken);
            case "uninstall":
                var answers = new List<string>();
                foreach (var slackEvent in slack.Uninstall())
                {
                    answers.Add($"{slackEvent.Type}: {await DescribeAsync(slack.DeliverEventAsync(app, RequestUrl, slackEvent, cancellationToken: cancellationToken), cancellationToken)}");
                }

                return string.Join('\n', answers);
            default:
                return null;
        }
    }

    private static async Task<string> DescribeAsync(Task<HttpResponseMessage> delivery, CancellationToken cancellationToken)
    {
        using var response = await delivery;
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        return $"The app answered {(int)response.StatusCode} {response.StatusCode}{(body.Length == 0 ? "" : $": {body}")}";
    }
}
