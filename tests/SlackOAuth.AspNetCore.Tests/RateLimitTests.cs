using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using SlackOAuth.Stores;
using SlackOAuth.Testing;

namespace SlackOAuth.AspNetCore.Tests;

/// <summary>The limits of the public endpoints. An address is that of the connection, which these tests choose by a header of their own.</summary>
public sealed class RateLimitTests
{
    private const string AddressHeader = "Test-Address";
    private const string Client = "203.0.113.7";

    [Theory]
    [InlineData("/slack/install", OAuthStatePurpose.Install)]
    [InlineData("/slack/oauth_redirect?state=a&code=b", OAuthStatePurpose.Install)]
    [InlineData("/slack/signin", OAuthStatePurpose.SignIn)]
    [InlineData("/slack/signin/callback?state=a&code=b", OAuthStatePurpose.SignIn)]
    public async Task A_client_over_its_limit_gets_429_with_the_page_the_reason_and_when_to_come_again(string path, OAuthStatePurpose purpose)
    {
        FlowFailedContext? seen = null;
        await using var app = await StartAsync(options => options.Hooks.Failed = context =>
        {
            seen = context;
            return Task.CompletedTask;
        });
        await ExhaustAsync(app, Client);
        seen = null;

        var refused = await GetAsync(app, path, Client);

        Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limited"), (refused.Status, refused.Reason));
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 3600);
        Assert.Equal("no-store", refused.Header("Cache-Control"));
        Assert.Equal(OAuthPages.ContentSecurityPolicy, refused.Header("Content-Security-Policy"));
        Assert.Empty(refused.SetCookies);
        Assert.Null(refused.Link("a"));
        Assert.Equal((purpose, OAuthFailureReasons.RateLimited, 429), (seen!.Purpose, seen.Reason, seen.StatusCode));
    }

    [Fact]
    public async Task Each_refusal_is_counted_by_its_flow_and_nothing_that_was_let_in_is()
    {
        await using var app = await StartAsync();
        using var refusals = new MetricCollector<long>(app.App.Services.GetRequiredService<IMeterFactory>(), SlackOAuthTelemetry.EndpointsName, SlackOAuthTelemetry.RateLimitedName);
        await ExhaustAsync(app, Client);
        Assert.Empty(refusals.GetMeasurementSnapshot());

        await GetAsync(app, "/slack/install", Client);
        await GetAsync(app, "/slack/signin", Client);
        await GetAsync(app, "/slack/signin/callback", Client);

        Assert.Equal(["install", "sign_in", "sign_in"], refusals.GetMeasurementSnapshot().Select(refusal => Assert.Single(refusal.Tags).Value));
    }

    [Fact]
    public async Task What_is_refused_costs_no_call_to_a_store_or_to_Slack_and_the_same_callback_works_later()
    {
        var issued = 0;
        await using var app = await StartAsync(options => options.Hooks.BeforeRedirect = _ =>
        {
            issued++;
            return Task.CompletedTask;
        });
        using var browser = app.OpenBrowser();
        var callback = browser.Decide(await browser.BeginInstallAsync());
        var cookie = browser.Cookies.GetCookieHeader(app.BaseAddress);
        await ExhaustAsync(app, Client);
        var before = issued;

        var install = await GetAsync(app, "/slack/install", Client);
        var refused = await GetAsync(app, callback, Client, cookie);

        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests), (install.Status, refused.Status));
        Assert.Equal((before, 0), (issued, app.Slack.CountCalls("oauth.v2.access")));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(app, callback, "203.0.113.8", cookie)).Status);
    }

    [Fact]
    public async Task One_client_over_its_limit_leaves_the_others_theirs()
    {
        await using var app = await StartAsync();
        await ExhaustAsync(app, Client);

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(app, "/slack/install", "203.0.113.8")).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(app, "/slack/install", "2001:db8:1:2::1")).Status);
    }

    [Fact]
    public async Task An_IPv6_client_is_its_network_of_64_bits()
    {
        await using var app = await StartAsync();
        await ExhaustAsync(app, "2001:db8:1:2::1");

        Assert.Equal(HttpStatusCode.TooManyRequests, (await GetAsync(app, "/slack/install", "2001:db8:1:2:ffff:ffff:ffff:ffff")).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(app, "/slack/install", "2001:db8:1:3::1")).Status);
    }

    [Fact]
    public async Task A_client_that_waits_as_it_was_told_gets_in_again()
    {
        await using var app = await StartAsync(options => (options.RateLimits.RequestsPerClient, options.RateLimits.Window) = (2, TimeSpan.FromSeconds(2)));
        TestPage page;
        do
        {
            page = await GetAsync(app, "/slack/install", Client);
        }
        while (page.Status == HttpStatusCode.OK);

        while (page.Status == HttpStatusCode.TooManyRequests)
        {
            // What Retry-After is for. On a busy machine the refill may come later than promised: then it says so again.
            await Task.Delay(TimeSpan.FromSeconds(int.Parse(page.Header("Retry-After")!, CultureInfo.InvariantCulture)), SlackTestApp.Cancellation);
            page = await GetAsync(app, "/slack/install", Client);
        }

        Assert.Equal(HttpStatusCode.OK, page.Status);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.1.1")]
    [InlineData("::1")]
    [InlineData("::ffff:10.1.2.3")]
    [InlineData("fd00::1")]
    [InlineData("fe80::1")]
    [InlineData("")]
    public async Task An_address_that_may_be_a_proxys_has_the_proxys_limit(string address)
    {
        await using var app = await StartAsync(options => options.RateLimits.RequestsPerProxy = 6);

        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(app, "/slack/install", address)).Status);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await GetAsync(app, "/slack/install", address)).Status);
    }

    [Theory]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("192.169.0.1")]
    [InlineData("11.0.0.1")]
    [InlineData("::ffff:203.0.113.7")]
    [InlineData("2001:db8::1")]
    public void An_address_of_the_internet_is_a_clients(string address) => Assert.False(ClientRateLimiter.MayBeProxy(IPAddress.Parse(address)));

    [Fact]
    public async Task Headers_that_no_middleware_has_applied_neither_raise_a_limit_nor_escape_it()
    {
        await using var app = await StartAsync(options => options.RateLimits.RequestsPerProxy = 100);
        await ExhaustAsync(app, Client);

        foreach (var (name, value) in new[] { ("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-For", "10.0.0.1"), ("Forwarded", "for=198.51.100.1"), ("X-Real-IP", "198.51.100.1") })
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, (await GetAsync(app, "/slack/install", Client, header: (name, value))).Status);
        }
    }

    [Fact]
    public async Task Behind_a_proxy_that_is_trusted_each_of_its_clients_has_the_clients_limit()
    {
        await using var app = await StartAsync(before: app => app.UseForwardedHeaders(new() { ForwardedHeaders = ForwardedHeaders.XForwardedFor }));

        // The proxy is on loopback, which the middleware trusts by itself.
        for (var i = 0; i < 3; i++)
        {
            await GetAsync(app, "/slack/install", "127.0.0.1", header: ("X-Forwarded-For", "198.51.100.1"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await GetAsync(app, "/slack/install", "127.0.0.1", header: ("X-Forwarded-For", "198.51.100.1"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(app, "/slack/install", "127.0.0.1", header: ("X-Forwarded-For", "198.51.100.2"))).Status);
    }

    [Fact]
    public async Task Behind_a_proxy_that_is_not_trusted_what_it_says_of_its_clients_counts_for_nothing()
    {
        await using var app = await StartAsync(before: app => app.UseForwardedHeaders(new() { ForwardedHeaders = ForwardedHeaders.XForwardedFor }));
        await ExhaustAsync(app, Client);

        Assert.Equal(HttpStatusCode.TooManyRequests, (await GetAsync(app, "/slack/install", Client, header: ("X-Forwarded-For", "198.51.100.2"))).Status);
    }

    [Fact]
    public async Task A_refused_browser_is_never_redirected_and_the_apps_own_page_and_hook_are_asked()
    {
        var isHandled = false;
        await using var app = await StartAsync(options =>
        {
            options.FailureUrl = "/slack/install";
            options.Pages.Failure = reason => $"<p id=mine>{reason}</p>";
            options.Hooks.Failed = context =>
            {
                if (isHandled)
                {
                    context.HandleResponse();
                }

                return Task.CompletedTask;
            };
        });
        await ExhaustAsync(app, Client);

        var refused = await GetAsync(app, "/slack/install", Client);
        isHandled = true;
        var handled = await GetAsync(app, "/slack/install", Client);

        Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limited"), (refused.Status, refused.Text("#mine")));
        Assert.Equal("", handled.Html);
        Assert.NotNull(handled.Header("Retry-After"));
    }

    [Fact]
    public async Task Slacks_requests_are_not_limited()
    {
        await using var app = await StartAsync();
        await ExhaustAsync(app, Client);

        using var request = SignatureTests.Sign(app, "command=%2Fnone&team_id=T1&user_id=U1"u8.ToArray(), path: "/slack/events");
        request.Headers.Add(AddressHeader, Client);
        using var answer = await app.Client.SendAsync(request, SlackTestApp.Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Switched_off_nothing_is_limited()
    {
        await using var app = await StartAsync(options => options.RateLimits.Enabled = false);

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(app, "/slack/install", Client)).Status);
        }
    }

    [Fact]
    public async Task By_default_an_office_installs_at_once_and_a_flood_ends()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Before = ChooseAddress });

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 300; i++)
        {
            statuses.Add((await GetAsync(app, "/slack/oauth_redirect", Client)).Status);
        }

        Assert.DoesNotContain(HttpStatusCode.TooManyRequests, statuses);
        Assert.True(await IsRefusedInAsync(3_000));

        async Task<bool> IsRefusedInAsync(int requests)
        {
            for (var i = 0; i < requests; i++)
            {
                if ((await GetAsync(app, "/slack/oauth_redirect", Client)).Status == HttpStatusCode.TooManyRequests)
                {
                    return true;
                }
            }

            return false;
        }
    }

    [Fact]
    public async Task Refusals_are_logged_once_a_minute_with_their_number_and_no_address()
    {
        await using var app = await StartAsync();
        await ExhaustAsync(app, Client);

        for (var i = 0; i < 5; i++)
        {
            await GetAsync(app, "/slack/install", Client);
        }

        app.Time.Advance(TimeSpan.FromMinutes(1));
        await GetAsync(app, "/slack/install", Client);

        var records = app.Logs.GetSnapshot().Where(record => record.Id.Name == "RateLimited").ToArray();
        Assert.Equal(["1", "5"], records.Select(record => record.GetStructuredStateValue("Count")));
        Assert.All(records, record => Assert.Contains("ForwardedHeaders", record.Message, StringComparison.Ordinal));
        Assert.DoesNotContain(app.Logs.GetSnapshot(), record => record.Message.Contains(Client, StringComparison.Ordinal));
    }

    [Fact]
    public void Any_number_of_clients_has_a_bounded_number_of_limiters_that_is_well_used()
    {
        var slots = new HashSet<int>();
        for (var i = 0; i < 200_000; i++)
        {
            slots.Add(ClientRateLimiter.Slot(new IPAddress([0x20, 0x01, (byte)(i >> 16), (byte)(i >> 8), (byte)i, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])));
        }

        Assert.All(slots, slot => Assert.InRange(slot, 0, ClientRateLimiter.Slots - 1));
        Assert.True(slots.Count > ClientRateLimiter.Slots * 9 / 10, $"{slots.Count} slots");
    }

    private static Task<SlackTestApp> StartAsync(Action<SlackOAuthOptions>? configure = null, Action<WebApplication>? before = null) => SlackTestApp.StartAsync(new()
    {
        Options = options =>
        {
            // An hour: nothing is refilled while a test runs.
            (options.RateLimits.RequestsPerClient, options.RateLimits.Window) = (3, TimeSpan.FromHours(1));
            configure?.Invoke(options);
        },
        Before = app =>
        {
            ChooseAddress(app);
            before?.Invoke(app);
        },
    });

    private static void ChooseAddress(WebApplication app) => app.Use((context, next) =>
    {
        if (context.Request.Headers[AddressHeader] is [{ } address])
        {
            context.Connection.RemoteIpAddress = address.Length == 0 ? null : IPAddress.Parse(address);
        }

        return next(context);
    });

    private static async Task ExhaustAsync(SlackTestApp app, string address)
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.NotEqual(HttpStatusCode.TooManyRequests, (await GetAsync(app, "/slack/install", address)).Status);
        }
    }

    private static async Task<TestPage> GetAsync(SlackTestApp app, string path, string address, string? cookie = null, (string Name, string Value) header = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation(AddressHeader, address);
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        if (header.Name is not null)
        {
            request.Headers.Add(header.Name, header.Value);
        }

        return await TestPage.OfAsync(await app.Client.SendAsync(request, SlackTestApp.Cancellation));
    }
}
