using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using SlackOAuth.Stores;
using SlackOAuth.Testing;

namespace SlackOAuth.AspNetCore.Tests;

/// <summary>What the flow shows of itself in metrics and traces.</summary>
public sealed class ObservabilityTests
{
    [Fact]
    public async Task An_install_is_counted_at_each_step()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var metrics = new FlowMetrics(app);
        using var browser = app.OpenBrowser();

        await browser.InstallAsync();

        Assert.Equal(["install succeeded"], metrics.Flows);
        Assert.Equal(["install issued", "install consumed"], metrics.States);
        Assert.Equal(["install succeeded"], metrics.Callbacks);
        Assert.Equal(["oauth.v2.access", "auth.test"], metrics.Calls);
    }

    [Fact]
    public async Task A_failure_is_counted_by_its_reason_and_what_anybody_could_send_as_other()
    {
        var store = new RecordingInstallationStore { FailsForGood = call => call == "SaveAsync" };
        await using var app = await SlackTestApp.StartAsync(new() { Stores = stores => stores.UseInstallationStore("test", _ => store) });
        using var metrics = new FlowMetrics(app);
        using var browser = app.OpenBrowser();
        using var stranger = app.OpenBrowser();

        await browser.GetAsync("/slack/oauth_redirect?error=access_denied");
        await browser.GetAsync("/slack/oauth_redirect?error=made_up_by_somebody");
        await stranger.GetAsync(browser.Decide(await browser.BeginInstallAsync()));
        var callback = browser.Decide(await browser.BeginInstallAsync());
        app.Time.Advance(TimeSpan.FromSeconds(600));
        await browser.GetAsync(callback);
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Error("code_already_used"));
        await browser.InstallAsync();
        await browser.InstallAsync();

        Assert.Equal(
            [
                "install failed access_denied", "install failed other", "install failed invalid_browser", "install failed invalid_state", "install failed invalid_code",
                "install failed storage_error",
            ],
            metrics.Callbacks);
        Assert.Equal(
            ["install issued", "install invalid_browser", "install issued", "install invalid_state", "install issued", "install consumed", "install issued", "install consumed"],
            metrics.States);
        Assert.Equal("oauth.v2.access code_already_used", metrics.Calls[0]);
    }

    [Fact]
    public async Task A_start_that_fails_is_counted_with_its_reason_and_one_that_a_hook_answers_as_answered()
    {
        await using var down = await SlackTestApp.StartAsync(new() { Stores = stores => stores.UseStateStore("test", _ => new DownStateStore()) });
        await using var hooked = await SlackTestApp.StartAsync(new()
        {
            Options = options => options.Hooks.BeforeRedirect = context =>
            {
                context.HandleResponse();
                return Task.CompletedTask;
            },
        });
        using var ofDown = new FlowMetrics(down);
        using var ofHooked = new FlowMetrics(hooked);

        await down.OpenBrowser().GetAsync("/slack/install");
        await hooked.OpenBrowser().GetAsync("/slack/install");

        Assert.Equal(["install failed storage_error"], ofDown.Flows);
        Assert.Empty(ofDown.States);
        Assert.Equal(["install answered_by_hook"], ofHooked.Flows);
    }

    [Fact]
    public async Task A_sign_in_is_told_from_an_install()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var metrics = new FlowMetrics(app);
        using var browser = app.OpenBrowser();

        await browser.GetAsync(await browser.BeginSignInAsync());
        app.Slack.ScriptIdToken(IdTokenDefect.WrongNonce);
        await browser.GetAsync(await browser.BeginSignInAsync());

        Assert.Equal(["sign_in succeeded", "sign_in succeeded"], metrics.Flows);
        Assert.Equal(["sign_in succeeded", "sign_in failed invalid_nonce"], metrics.Callbacks);
        Assert.Equal(["sign_in issued", "sign_in consumed", "sign_in issued", "sign_in consumed"], metrics.States);
    }

    [Fact]
    public async Task What_Slack_sends_is_counted_by_kind_type_and_outcome()
    {
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Handlers = events => events
                .OnCommand("/hello", _ => Task.CompletedTask)
                .OnCommand("/broken", _ => throw new InvalidDataException("words-of-a-handler"))
                .OnEvent("app_mention", _ => Task.CompletedTask),
        });
        using var metrics = new FlowMetrics(app);
        using var browser = app.OpenBrowser();

        await CommandAsync("/hello");
        await browser.InstallAsync();
        await CommandAsync("/hello");
        await CommandAsync("/unknown");
        await CommandAsync("/broken");
        await CommandAsync("/hello", DeliverySignature.WrongSecret);
        await CommandAsync("/hello", DeliverySignature.Stale);
        await EventAsync(SlackEvent.FromJson("""{"type":"app_mention"}"""));
        await EventAsync(SlackEvent.FromJson("""{"type":"made_up_by_somebody"}"""));
        foreach (var slackEvent in app.Slack.Uninstall())
        {
            await EventAsync(slackEvent);
        }

        Assert.Equal(
            [
                "command not_installed", "command succeeded", "command other failed no_handler", "command failed System.IO.InvalidDataException",
                "event app_mention succeeded", "event other failed no_handler",
            ],
            metrics.Requests.Take(6));
        Assert.Equal(["event app_uninstalled succeeded", "event tokens_revoked succeeded"], metrics.Requests.Skip(6).Order(StringComparer.Ordinal));
        Assert.Equal(["mismatch", "expired"], metrics.RefusedSignatures);
        Assert.Equal(["app_uninstalled", "tokens_revoked"], metrics.Uninstalls.Order(StringComparer.Ordinal));

        async Task CommandAsync(string command, DeliverySignature signature = DeliverySignature.Valid)
        {
            using var answer = await app.Slack.DeliverCommandAsync(app.Client, "/slack/events", new() { Command = command }, signature, SlackTestApp.Cancellation);
        }

        async Task EventAsync(SlackEvent slackEvent)
        {
            using var answer = await app.Slack.DeliverEventAsync(app.Client, "/slack/events", slackEvent, cancellationToken: SlackTestApp.Cancellation);
        }
    }

    [Fact]
    public async Task A_callback_is_a_span_with_the_calls_to_Slack_and_the_store_below_it()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        var callback = browser.Decide(await browser.BeginInstallAsync());
        using var spans = new SpanRecorder();

        using (spans.Begin())
        {
            await browser.GetAsync(callback);
        }

        var span = await spans.WaitForAsync("slackoauth.callback");
        Assert.Equal(SlackOAuthTelemetry.EndpointsName, span.Source.Name);
        Assert.Equal(("install", "succeeded", null), (span.GetTagItem(SlackOAuthTelemetry.PurposeAttribute), span.GetTagItem(SlackOAuthTelemetry.OutcomeAttribute), span.GetTagItem("error.type")));
        var below = spans.Spans.Where(other => other.ParentSpanId == span.SpanId).Select(other => other.OperationName).ToArray();
        Assert.Equal(["ConsumeAsync", "oauth.v2.access", "auth.test", "SaveAsync"], below);
    }

    [Fact]
    public async Task A_failed_callback_is_a_failed_span_by_its_reason()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();
        using var spans = new SpanRecorder();

        using (spans.Begin())
        {
            await browser.GetAsync("/slack/oauth_redirect?state=s&code=c");
        }

        var span = await spans.WaitForAsync("slackoauth.callback");
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("invalid_browser", span.GetTagItem(SlackOAuthTelemetry.ErrorTypeAttribute));
    }

    /// <summary>The measurements of one app: the attributes of each, in order.</summary>
    private sealed class FlowMetrics : IDisposable
    {
        private readonly MetricCollector<long> _flows;
        private readonly MetricCollector<long> _states;
        private readonly MetricCollector<double> _callbacks;
        private readonly MetricCollector<double> _requests;
        private readonly MetricCollector<double> _calls;
        private readonly MetricCollector<long> _refused;
        private readonly MetricCollector<long> _uninstalls;

        public FlowMetrics(SlackTestApp app)
        {
            var meters = app.App.Services.GetRequiredService<IMeterFactory>();
            _flows = new(meters, SlackOAuthTelemetry.EndpointsName, SlackOAuthTelemetry.FlowsName);
            _states = new(meters, SlackOAuthTelemetry.EndpointsName, SlackOAuthTelemetry.StatesName);
            _callbacks = new(meters, SlackOAuthTelemetry.EndpointsName, SlackOAuthTelemetry.CallbackDurationName);
            _requests = new(meters, SlackOAuthTelemetry.EndpointsName, SlackOAuthTelemetry.RequestDurationName);
            _calls = new(meters, SlackOAuthTelemetry.Name, SlackOAuthTelemetry.ApiDurationName);
            _refused = new(meters, SlackOAuthTelemetry.EndpointsName, SlackOAuthTelemetry.RefusedSignaturesName);
            _uninstalls = new(meters, SlackOAuthTelemetry.EndpointsName, SlackOAuthTelemetry.UninstallsName);
        }

        public string[] Flows => Of(_flows, SlackOAuthTelemetry.PurposeAttribute, SlackOAuthTelemetry.OutcomeAttribute);

        public string[] States => Of(_states, SlackOAuthTelemetry.PurposeAttribute, SlackOAuthTelemetry.StateResultAttribute);

        public string[] Callbacks => Of(_callbacks, SlackOAuthTelemetry.PurposeAttribute, SlackOAuthTelemetry.OutcomeAttribute);

        public string[] Requests => Of(_requests, SlackOAuthTelemetry.RequestKindAttribute, SlackOAuthTelemetry.RequestTypeAttribute, SlackOAuthTelemetry.OutcomeAttribute);

        public string[] Calls => Of(_calls, SlackOAuthTelemetry.MethodAttribute);

        public string[] RefusedSignatures => Of(_refused, SlackOAuthTelemetry.SignatureAttribute);

        public string[] Uninstalls => Of(_uninstalls, SlackOAuthTelemetry.RequestTypeAttribute);

        public void Dispose()
        {
            _flows.Dispose();
            _states.Dispose();
            _callbacks.Dispose();
            _requests.Dispose();
            _calls.Dispose();
            _refused.Dispose();
            _uninstalls.Dispose();
        }

        /// <summary>The attributes in the order given, then the error. One that is not expected shows at the end.</summary>
        private static string[] Of<T>(MetricCollector<T> collector, params string[] attributes)
            where T : struct =>
        [
            .. collector.GetMeasurementSnapshot().Select(measurement => string.Join(
                ' ',
                attributes.Append(SlackOAuthTelemetry.ErrorTypeAttribute)
                    .Select(name => measurement.Tags.GetValueOrDefault(name))
                    .Concat(measurement.Tags.Where(tag => tag.Key != SlackOAuthTelemetry.ErrorTypeAttribute && !attributes.Contains(tag.Key)).Select(tag => (object?)tag.Key))
                    .Where(value => value is not null))),
        ];
    }
}
