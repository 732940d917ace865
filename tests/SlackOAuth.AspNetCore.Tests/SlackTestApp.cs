using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using SlackOAuth.Stores;
using SlackOAuth.Testing;

namespace SlackOAuth.AspNetCore.Tests;

/// <summary>What a test changes of an app; the rest is an app with one scope, on the in-memory stores, beside a Slack in memory.</summary>
internal sealed class SlackTestSetup
{
    public FakeSlackOptions? Slack { get; init; }

    public Action<SlackOAuthOptions>? Options { get; init; }

    public Action<SlackOAuthStoresBuilder>? Stores { get; init; }

    public Action<WebApplication>? Before { get; init; }

    public Action<SlackEventsBuilder>? Handlers { get; init; }

    public Func<SlackIdentity, HttpContext, Task>? OnSignedIn { get; init; }
}

/// <summary>An app on Kestrel and a free loopback port, with every endpoint mapped, and the Slack that it talks to.</summary>
internal sealed class SlackTestApp : IAsyncDisposable
{
    public const string ClientSecret = "fake-client-secret";
    public const string SigningSecret = "fake-signing-secret";

    private SlackTestApp(FakeSlack slack, WebApplication app, FakeTimeProvider time, FakeLogCollector logs)
    {
        (Slack, App, Time, Logs) = (slack, app, time, logs);
        BaseAddress = new(app.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        slack.AddRedirectUri(BaseAddress);
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = BaseAddress };
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public FakeSlack Slack { get; }

    public WebApplication App { get; }

    public FakeTimeProvider Time { get; }

    public FakeLogCollector Logs { get; }

    public Uri BaseAddress { get; }

    /// <summary>A client without cookies: Slack's, or one that sends its own.</summary>
    public HttpClient Client { get; }

    public IInstallationStore Store => App.Services.GetRequiredService<IInstallationStore>();

    public static async Task<SlackTestApp> StartAsync(SlackTestSetup? setup = null)
    {
        setup ??= new();
        var time = new FakeTimeProvider(new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));
        var slack = await FakeSlack.StartAsync(
            new()
            {
                Port = null,
                TimeProvider = time,
                Apps = setup.Slack?.Apps ?? [new()],
                Workspaces = setup.Slack?.Workspaces ?? [new()],
                Enterprises = setup.Slack?.Enterprises ?? [],
            },
            Cancellation);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var logs = new FakeLogCollector(Microsoft.Extensions.Options.Options.Create(new FakeLogCollectorOptions()));
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(logs))
            // As the README advises: ASP.NET Core writes each request's query, and with it a code and a state.
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        builder.Services.AddSingleton<TimeProvider>(time);
        var stores = builder.Services.AddSlackOAuth(options =>
        {
            options.ClientId = "1234567890.1234567890";
            options.ClientSecret = ClientSecret;
            options.SigningSecret = SigningSecret;
            options.Scopes = ["commands"];
            setup.Options?.Invoke(options);
        }).UseInMemory();
        setup.Stores?.Invoke(stores);
        builder.Services.AddHealthChecks().AddSlackOAuthStores();

        // Waits would be by the test's clock, which stands still.
        builder.Services.AddSlackOAuthClient(options => options.MaxRetries = 0).ConfigurePrimaryHttpMessageHandler(slack.CreateHandler);
        var app = builder.Build();
        setup.Before?.Invoke(app);
        app.UseRouting();
        app.MapSlackOAuth();
        var events = app.MapSlackEvents();
        setup.Handlers?.Invoke(events);
        app.MapSignInWithSlack(setup.OnSignedIn ?? ((identity, context) => context.Response.WriteAsync($"signed in: {identity.UserId}")));
        await app.StartAsync(Cancellation);
        return new(slack, app, time, logs);
    }

    /// <summary>A browser of its own, with its own cookies.</summary>
    public TestBrowser OpenBrowser() => new(this);

    /// <summary>Lets the app's clock go on until the work is done, for what waits by it. It stands until the wait may have begun: calls to Slack run by the real clock, and shall take no time by this one.</summary>
    public async Task<T> AdvanceUntilAsync<T>(Task<T> work, Func<bool> mayWait)
    {
        while (!work.IsCompleted)
        {
            if (mayWait())
            {
                Time.Advance(TimeSpan.FromMilliseconds(250));
            }

            await Task.WhenAny(work, Task.Delay(TimeSpan.FromMilliseconds(1), Cancellation));
        }

        return await work;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
        await Slack.DisposeAsync();
    }
}

/// <summary>What an app answered to a browser.</summary>
internal sealed record TestPage(HttpStatusCode Status, string Html, HttpResponseMessage Response)
{
    public string? Header(string name) =>
        Response.Headers.TryGetValues(name, out var values) ? Assert.Single(values) : Response.Content.Headers.TryGetValues(name, out values) ? Assert.Single(values) : null;

    public IReadOnlyList<string> SetCookies => Response.Headers.TryGetValues("Set-Cookie", out var values) ? [.. values] : [];

    public string? Text(string selector)
    {
        var document = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(Html);
        return document.QuerySelector(selector)?.TextContent;
    }

    public string? Link(string selector) => new AngleSharp.Html.Parser.HtmlParser().ParseDocument(Html).QuerySelector(selector)?.GetAttribute("href");

    /// <summary>The reason that the failure page shows.</summary>
    public string? Reason => Text("#reason");

    public static async Task<TestPage> OfAsync(HttpResponseMessage response) =>
        new(response.StatusCode, await response.Content.ReadAsStringAsync(SlackTestApp.Cancellation), response);
}

/// <summary>A browser that keeps cookies and follows no redirect by itself.</summary>
internal sealed class TestBrowser : IDisposable
{
    private readonly SlackTestApp _app;
    private readonly HttpClient _client;

    public TestBrowser(SlackTestApp app)
    {
        _app = app;
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = app.BaseAddress };
    }

    public CookieContainer Cookies { get; } = new();

    public async Task<TestPage> GetAsync(string url) => await TestPage.OfAsync(await _client.GetAsync(new Uri(url, UriKind.RelativeOrAbsolute), SlackTestApp.Cancellation));

    /// <summary>Opens the install page and gives the address of its button.</summary>
    public async Task<Uri> BeginInstallAsync(string query = "")
    {
        var page = await GetAsync("/slack/install" + query);
        Assert.Equal(HttpStatusCode.OK, page.Status);
        return new(page.Link("#install")!);
    }

    /// <summary>Takes the decision at Slack and gives the way back, on this app's port.</summary>
    public string Decide(Uri authorizeUrl, AuthorizeDecision? decision = null) => "/slack/oauth_redirect" + _app.Slack.Authorize(authorizeUrl, decision).Query;

    public async Task<TestPage> InstallAsync(AuthorizeDecision? decision = null, string query = "") => await GetAsync(Decide(await BeginInstallAsync(query), decision));

    /// <summary>Begins a sign-in, takes the decision at Slack and gives the way back.</summary>
    public async Task<string> BeginSignInAsync(AuthorizeDecision? decision = null)
    {
        var start = await GetAsync("/slack/signin");
        Assert.Equal(HttpStatusCode.Redirect, start.Status);
        return _app.Slack.Authorize(start.Response.Headers.Location!, decision).PathAndQuery;
    }

    public void Dispose() => _client.Dispose();
}
