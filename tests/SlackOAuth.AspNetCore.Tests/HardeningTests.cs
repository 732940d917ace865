using System.Net;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.WebUtilities;
using SlackOAuth.Testing;

namespace SlackOAuth.AspNetCore.Tests;

/// <summary>What a hostile client, host or proxy cannot bring about: a link or a redirect elsewhere, a cookie of another host's, a body that is read for nothing.</summary>
public sealed class HardeningTests
{
    private static readonly string[] Paths = ["/slack/install", "/slack/oauth_redirect", "/slack/signin", "/slack/signin/callback", "/slack/events"];

    private static readonly string[] Hosts = ["slack.com", "localhost"];

    private static readonly string[] Parameters =
    [
        "state", "code", "error", "team", "redirect_uri", "redirect_url", "redirect", "next", "url", "return_to", "returnUrl", "continue", "success_url", "failure_url", "reason", "nonce", "scope",
    ];

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https:evil.example")]
    [InlineData("javascript:alert(1)")]
    public async Task No_parameter_leads_a_browser_elsewhere(string target)
    {
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => options.RateLimits.Enabled = false });
        using var browser = app.OpenBrowser();

        foreach (var path in Paths)
        {
            foreach (var parameter in Parameters)
            {
                var page = await browser.GetAsync($"{path}?{parameter}={Uri.EscapeDataString(target)}");
                Assert.All(Destinations(app, page), destination => Assert.Contains(destination.Host, Hosts));
            }
        }
    }

    [Fact]
    public async Task An_install_that_is_given_a_target_ends_where_the_options_say()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => (options.SuccessUrl, options.FailureUrl) = ("/welcome", "/sorry") });
        using var browser = app.OpenBrowser();

        var callback = browser.Decide(await browser.BeginInstallAsync("?success_url=//evil.example&redirect_uri=https://evil.example"));
        var success = await browser.GetAsync(callback + "&success_url=//evil.example&next=//evil.example");
        var failure = await browser.GetAsync("/slack/oauth_redirect?error=access_denied&failure_url=//evil.example&reason=x");

        Assert.Equal("/welcome", success.Link("#open"));
        Assert.Equal("/sorry?reason=access_denied", failure.Response.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_foreign_host_reaches_the_redirect_uri_of_a_sign_in_alone_and_Slack_refuses_it()
    {
        await using var app = await SlackTestApp.StartAsync();

        var install = await SendAsync(app, "/slack/install", ("Host", "evil.example"));
        var signIn = await SendAsync(app, "/slack/signin", ("Host", "evil.example"));
        var failure = await SendAsync(app, "/slack/oauth_redirect?error=x", ("Host", "evil.example"));

        Assert.DoesNotContain("evil", install.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", failure.Html, StringComparison.Ordinal);
        var authorize = signIn.Response.Headers.Location!;
        Assert.Equal("slack.com", authorize.Host);
        Assert.Equal("http://evil.example/slack/signin/callback", QueryHelpers.ParseQuery(authorize.Query)["redirect_uri"]);
        using var slack = new HttpClient(app.Slack.CreateHandler());
        using var page = await slack.GetAsync(authorize, SlackTestApp.Cancellation);
        Assert.Contains("bad_redirect_uri", await page.Content.ReadAsStringAsync(SlackTestApp.Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a@evil.example")]
    [InlineData("localhost/evil")]
    [InlineData("localhost?x=")]
    [InlineData("evil example")]
    [InlineData("localhost:80:81")]
    public async Task A_host_that_is_none_begins_no_sign_in(string host)
    {
        await using var app = await SlackTestApp.StartAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(app, "/slack/signin", ("Host", host))).Status);
    }

    [Theory]
    [InlineData("the install page", HttpStatusCode.OK)]
    [InlineData("a redirect to Slack", HttpStatusCode.Redirect)]
    [InlineData("a page of the app's own", HttpStatusCode.OK)]
    [InlineData("a hook's answer", HttpStatusCode.NoContent)]
    [InlineData("a hook's answer to a failure", HttpStatusCode.NoContent)]
    [InlineData("a success", HttpStatusCode.OK)]
    [InlineData("a failure", HttpStatusCode.BadRequest)]
    [InlineData("a redirect after a failure", HttpStatusCode.Redirect)]
    [InlineData("one too many", HttpStatusCode.TooManyRequests)]
    [InlineData("a sign-in's start", HttpStatusCode.Redirect)]
    [InlineData("a sign-in to a host that is none", HttpStatusCode.BadRequest)]
    [InlineData("a sign-in", HttpStatusCode.OK)]
    [InlineData("a sign-in that fails", HttpStatusCode.BadRequest)]
    public async Task No_answer_of_the_flow_is_cached_or_passes_its_address_on(string answer, HttpStatusCode status)
    {
        const string Policy = "default-src 'none'; script-src 'self'";
        await using var app = await SlackTestApp.StartAsync(new()
        {
            // As a middleware may leave it: the server itself answers a request with such a host.
            Before = app => app.Use((context, next) =>
            {
                context.Request.Host = answer == "a sign-in to a host that is none" ? new HostString("[") : context.Request.Host;
                return next(context);
            }),
            Options = options =>
            {
                options.InstallPageEnabled = answer != "a redirect to Slack";
                options.Pages.Install = answer == "a page of the app's own" ? url => WebUtility.HtmlEncode(url) : null;
                options.Pages.ContentSecurityPolicy = Policy;
                options.Hooks.BeforeRedirect = answer == "a hook's answer" ? HandleAsync : null;
                options.Hooks.Failed = answer == "a hook's answer to a failure" ? HandleAsync : null;
                options.FailureUrl = answer == "a redirect after a failure" ? "/sorry" : null;
                if (answer == "one too many")
                {
                    options.RateLimits.RequestsPerClient = options.RateLimits.RequestsPerProxy = 1;
                }
            },
        });
        using var browser = app.OpenBrowser();

        var page = answer switch
        {
            "a success" => await browser.InstallAsync(),
            "a failure" or "a redirect after a failure" or "a hook's answer to a failure" => await browser.GetAsync("/slack/oauth_redirect?state=x&code=y"),
            "one too many" => (await browser.GetAsync("/slack/install"), await browser.GetAsync("/slack/install")).Item2,
            "a sign-in's start" or "a sign-in to a host that is none" => await browser.GetAsync("/slack/signin"),
            "a sign-in" => await browser.GetAsync(await browser.BeginSignInAsync()),
            "a sign-in that fails" => await browser.GetAsync("/slack/signin/callback?state=x&code=y"),
            _ => await browser.GetAsync("/slack/install"),
        };

        Assert.Equal(status, page.Status);
        Assert.Equal(("no-store", "no-referrer", "nosniff"), (page.Header("Cache-Control"), page.Header("Referrer-Policy"), page.Header("X-Content-Type-Options")));
        Assert.Equal(answer == "a page of the app's own", page.Header("Content-Security-Policy") == Policy);

        static Task HandleAsync(SlackOAuthHookContext context)
        {
            context.HandleResponse();
            context.HttpContext.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("default-src 'none'\r\nSet-Cookie: a=b")]
    public async Task A_policy_that_no_header_can_hold_is_refused_at_start(string policy)
    {
        var refused = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => SlackTestApp.StartAsync(new() { Options = options => options.Pages.ContentSecurityPolicy = policy }));

        Assert.Contains("Pages.ContentSecurityPolicy", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false, "http", "localhost")]
    [InlineData(true, true, "https", "app.example.com")]
    [InlineData(true, false, "http", "localhost")]
    public async Task Scheme_and_host_are_a_proxys_only_where_the_middleware_trusts_it(bool hasMiddleware, bool isTrusted, string scheme, string host)
    {
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Before = app =>
            {
                if (hasMiddleware)
                {
                    var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost };
                    if (!isTrusted)
                    {
                        // Loopback, where this request is from, is what it trusts by itself.
                        options.KnownProxies.Clear();
                        options.KnownIPNetworks.Clear();
                        options.KnownProxies.Add(IPAddress.Parse("192.0.2.1"));
                    }

                    app.UseForwardedHeaders(options);
                }
            },
        });

        var page = await SendAsync(app, "/slack/signin", ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "app.example.com"));

        var redirectUri = new Uri(QueryHelpers.ParseQuery(page.Response.Headers.Location!.Query)["redirect_uri"]!);
        Assert.Equal((scheme, host), (redirectUri.Scheme, redirectUri.Host));
        Assert.All(page.SetCookies, cookie => Assert.Contains("; Secure;", cookie, StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_the_host_prefix_the_cookie_is_this_hosts_alone_and_a_flow_works()
    {
        await using var app = await SlackTestApp.StartAsync(new()
        {
            Options = options => options.StateCookieHostPrefixEnabled = true,
            Before = app => app.UseForwardedHeaders(new() { ForwardedHeaders = ForwardedHeaders.XForwardedProto }),
        });
        var https = ("X-Forwarded-Proto", "https");

        var start = await SendAsync(app, "/slack/install", https);
        var callback = "/slack/oauth_redirect" + app.Slack.Authorize(new Uri(start.Link("#install")!)).Query;
        var cookies = string.Join("; ", start.SetCookies.Select(cookie => cookie.Split(';')[0]));
        var planted = await SendAsync(app, callback, https, ("Cookie", cookies.Replace("__Host-", "", StringComparison.Ordinal)));
        var own = await SendAsync(app, callback, https, ("Cookie", cookies));

        Assert.Equal(2, start.SetCookies.Count);
        Assert.All(start.SetCookies, cookie => Assert.Matches("^__Host-slack-app-oauth-state[-0-9a-f]*=[^;]+; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax$", cookie));
        Assert.Equal("invalid_browser", planted.Reason);
        Assert.Equal(HttpStatusCode.OK, own.Status);
        Assert.Equal(2, own.SetCookies.Count);
        Assert.All(own.SetCookies, cookie => Assert.Matches("^__Host-.*=; Max-Age=0; .*; Path=/; Secure; HttpOnly; SameSite=Lax$", cookie));
    }

    [Fact]
    public async Task With_the_host_prefix_plain_http_on_loopback_does_without_it_and_works()
    {
        await using var app = await SlackTestApp.StartAsync(new() { Options = options => options.StateCookieHostPrefixEnabled = true });
        using var browser = app.OpenBrowser();

        Assert.All((await browser.GetAsync("/slack/install")).SetCookies, cookie => Assert.StartsWith("slack-app-oauth-state", cookie, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await browser.InstallAsync()).Status);
    }

    [Theory]
    [InlineData("/slack/events")]
    [InlineData("/own")]
    public async Task A_body_that_no_header_can_make_Slacks_is_not_read(string path)
    {
        var read = new Counter();
        await using var app = await StartCountingAsync(read);
        var body = new byte[500_000];
        var now = app.Time.GetUtcNow().ToUnixTimeSeconds();
        var signature = "v0=" + new string('a', 64);

        (string Name, string Value)[][] cases =
        [
            [],
            [("X-Slack-Signature", signature)],
            [("X-Slack-Request-Timestamp", $"{now}")],
            [("X-Slack-Request-Timestamp", $"{now - 301}"), ("X-Slack-Signature", signature)],
            [("X-Slack-Request-Timestamp", $"{now + 301}"), ("X-Slack-Signature", signature)],
            [("X-Slack-Request-Timestamp", "soon"), ("X-Slack-Signature", signature)],
            [("X-Slack-Request-Timestamp", $"{now}"), ("X-Slack-Signature", "v0=")],
            [("X-Slack-Request-Timestamp", $"{now}"), ("X-Slack-Signature", signature), ("X-Slack-Signature", signature)],
        ];
        foreach (var headers in cases)
        {
            using var answer = await PostAsync(app, path, body, hasLength: true, headers);
            Assert.Equal((HttpStatusCode.Unauthorized, 0L), (answer.StatusCode, read.Bytes));
        }

        using var forged = await PostAsync(app, path, body, hasLength: true, ("X-Slack-Request-Timestamp", $"{now}"), ("X-Slack-Signature", signature));
        Assert.Equal((HttpStatusCode.Unauthorized, body.LongLength), (forged.StatusCode, read.Bytes));
    }

    [Fact]
    public async Task Of_a_body_without_a_signature_and_a_length_no_more_is_read_than_a_certificate_check_has()
    {
        var read = new Counter();
        await using var app = await StartCountingAsync(read);

        using var endless = await PostAsync(app, "/slack/events", new byte[500_000], hasLength: false);

        Assert.Equal(HttpStatusCode.Unauthorized, endless.StatusCode);
        Assert.InRange(read.Bytes, 1, 64 * 1024);
    }

    [Fact]
    public async Task Cookies_without_end_are_read_once_and_answered_in_bounds()
    {
        await using var app = await SlackTestApp.StartAsync();
        var cookies = string.Join("; ", Enumerable.Range(0, 500).Select(i => $"slack-app-oauth-state-{i:x16}=x"));

        var install = await SendAsync(app, "/slack/install", ("Cookie", cookies));
        var callback = await SendAsync(app, "/slack/oauth_redirect?state=a&code=b", ("Cookie", cookies));

        Assert.Equal(HttpStatusCode.OK, install.Status);
        Assert.InRange(install.SetCookies.Count, 2, 40);
        Assert.Equal("invalid_browser", callback.Reason);
        Assert.InRange(callback.SetCookies.Count, 0, 2);
    }

    /// <summary>Where a browser may go from an answer: the redirect, links, forms and the refresh of the page.</summary>
    private static IEnumerable<Uri> Destinations(SlackTestApp app, TestPage page)
    {
        var texts = new List<string>();
        if (page.Response.Headers.Location is { } location)
        {
            texts.Add(location.OriginalString);
        }

        foreach (var element in new HtmlParser().ParseDocument(page.Html).QuerySelectorAll("[href],[action],[src],meta[http-equiv=refresh]"))
        {
            var text = element.GetAttribute("href") ?? element.GetAttribute("action") ?? element.GetAttribute("src") ?? element.GetAttribute("content")!.Split("URL=", 2)[1];
            if (!text.StartsWith("data:,", StringComparison.Ordinal))
            {
                texts.Add(text);
            }
        }

        // As a browser reads it.
        return texts.Select(text => new Uri(app.BaseAddress, text.Replace('\\', '/')));
    }

    private static Task<SlackTestApp> StartCountingAsync(Counter counter) => SlackTestApp.StartAsync(new()
    {
        Before = app =>
        {
            app.Use((context, next) =>
            {
                context.Request.Body = new CountingStream(context.Request.Body, counter);
                return next(context);
            });
            app.MapPost("/own", () => "own").RequireSlackSignature();
        },
    });

    private static async Task<HttpResponseMessage> PostAsync(SlackTestApp app, string path, byte[] body, bool hasLength, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        request.Headers.TransferEncodingChunked = !hasLength;
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await app.Client.SendAsync(request, SlackTestApp.Cancellation);
    }

    private static async Task<TestPage> SendAsync(SlackTestApp app, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await TestPage.OfAsync(await app.Client.SendAsync(request, SlackTestApp.Cancellation));
    }

    private sealed class Counter
    {
        private long _bytes;

        public long Bytes => Interlocked.Read(ref _bytes);

        public void Add(int count) => Interlocked.Add(ref _bytes, count);
    }

    private sealed class CountingStream(Stream inner, Counter counter) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            counter.Add(count);
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
