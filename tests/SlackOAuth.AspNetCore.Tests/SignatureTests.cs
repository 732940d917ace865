using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using SlackOAuth.Testing;

namespace SlackOAuth.AspNetCore.Tests;

/// <summary>RequireSlackSignature on endpoints of the app's own.</summary>
public sealed class SignatureTests
{
    private const string Path = "/own";

    private static readonly SlashCommand Command = new() { Command = "/own", Text = "grüße & co" };

    [Fact]
    public async Task A_signed_request_reaches_its_handler_which_reads_the_whole_body()
    {
        await using var app = await StartAsync();

        using var answer = await app.Slack.DeliverCommandAsync(app.Client, Path, Command, cancellationToken: SlackTestApp.Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("form: grüße & co", await ReadAsync(answer));
    }

    [Theory]
    [InlineData(DeliverySignature.WrongSecret)]
    [InlineData(DeliverySignature.WrongBody)]
    [InlineData(DeliverySignature.Stale)]
    [InlineData(DeliverySignature.FromTheFuture)]
    [InlineData(DeliverySignature.Missing)]
    [InlineData(DeliverySignature.Malformed)]
    public async Task A_request_that_is_not_signed_rightly_reaches_no_handler(DeliverySignature signature)
    {
        await using var app = await StartAsync();

        using var own = await app.Slack.DeliverCommandAsync(app.Client, Path, Command, signature, SlackTestApp.Cancellation);
        using var events = await app.Slack.DeliverCommandAsync(app.Client, "/slack/events", Command, signature, SlackTestApp.Cancellation);

        Assert.Equal((HttpStatusCode.Unauthorized, ""), (own.StatusCode, await ReadAsync(own)));
        Assert.Equal((HttpStatusCode.Unauthorized, ""), (events.StatusCode, await ReadAsync(events)));
    }

    [Fact]
    public async Task The_status_of_a_refusal_is_the_apps_to_choose()
    {
        await using var app = await StartAsync(options => options.InvalidSignatureStatusCode = 403);

        using var answer = await app.Slack.DeliverCommandAsync(app.Client, Path, Command, DeliverySignature.Missing, SlackTestApp.Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData("X-Slack-Signature")]
    [InlineData("X-Slack-Request-Timestamp")]
    public async Task A_repeated_header_is_refused(string header)
    {
        await using var app = await StartAsync();
        using var request = Sign(app, "text=a"u8.ToArray());
        var value = request.Headers.GetValues(header).Single();
        request.Headers.Remove(header);
        request.Headers.TryAddWithoutValidation(header, [value, value]);

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Client.SendAsync(request, SlackTestApp.Cancellation)).StatusCode);
    }

    [Theory]
    [InlineData("v0=zz")]
    [InlineData("v1=0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("v0=")]
    [InlineData("é")]
    public async Task A_malformed_signature_is_refused_without_an_exception(string signature)
    {
        await using var app = await StartAsync();
        using var request = Sign(app, "text=a"u8.ToArray());
        request.Headers.Remove(SlackSignatureVerifier.SignatureHeader);
        request.Headers.TryAddWithoutValidation(SlackSignatureVerifier.SignatureHeader, signature);
        using var client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1 }) { BaseAddress = app.BaseAddress };

        // Kestrel itself answers 400 to what is no UTF-8.
        Assert.Contains((await client.SendAsync(request, SlackTestApp.Cancellation)).StatusCode, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.BadRequest });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_at_the_limit_is_read_and_one_over_it_is_refused_with_and_without_a_length(bool hasLength)
    {
        await using var app = await StartAsync(options => options.MaxRequestBodyBytes = 20_000);
        var full = Encoding.ASCII.GetBytes("text=" + new string('a', 19_995));

        using var atLimit = Sign(app, full, hasLength);
        using var over = Sign(app, [.. full, (byte)'a'], hasLength);

        Assert.Equal(HttpStatusCode.OK, (await app.Client.SendAsync(atLimit, SlackTestApp.Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Client.SendAsync(over, SlackTestApp.Cancellation)).StatusCode);
    }

    [Fact]
    public async Task An_empty_body_is_verified_as_any_other()
    {
        await using var app = await StartAsync();
        using var request = Sign(app, []);

        Assert.Equal("form: ", await ReadAsync(await app.Client.SendAsync(request, SlackTestApp.Cancellation)));
    }

    [Fact]
    public async Task The_signature_is_verified_before_the_parameters_of_a_handler_are_bound()
    {
        // A parameter that cannot be bound is answered with 400; unsigned, it must not come so far.
        await using var app = await StartAsync();
        using var signed = Sign(app, "{}"u8.ToArray(), path: "/bound");
        using var unsigned = new HttpRequestMessage(HttpMethod.Post, "/bound") { Content = new StringContent("{}") };

        Assert.Equal(HttpStatusCode.BadRequest, (await app.Client.SendAsync(signed, SlackTestApp.Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Client.SendAsync(unsigned, SlackTestApp.Cancellation)).StatusCode);
    }

    [Fact]
    public async Task It_guards_every_endpoint_of_a_group()
    {
        await using var app = await StartAsync();
        using var signed = Sign(app, "text=a"u8.ToArray(), path: "/group/a");

        Assert.Equal(HttpStatusCode.OK, (await app.Client.SendAsync(signed, SlackTestApp.Cancellation)).StatusCode);
        using var unsigned = await app.Client.PostAsync(new Uri("/group/a", UriKind.Relative), null, SlackTestApp.Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, unsigned.StatusCode);
    }

    [Fact]
    public async Task Neither_body_nor_signature_is_logged()
    {
        await using var app = await StartAsync();

        using var answer = await app.Slack.DeliverCommandAsync(app.Client, Path, new() { Command = "/own", Text = "top-secret-words" }, DeliverySignature.WrongSecret, SlackTestApp.Cancellation);

        Assert.Contains(app.Logs.GetSnapshot(), record => record.Id.Id == 20);
        Assert.DoesNotContain(app.Logs.GetSnapshot(), record => record.Message.Contains("top-secret-words", StringComparison.Ordinal) || record.Message.Contains("v0=", StringComparison.Ordinal));
    }

    private static Task<SlackTestApp> StartAsync(Action<SlackOAuthOptions>? options = null) => SlackTestApp.StartAsync(new()
    {
        Options = options,
        Before = app =>
        {
            app.MapPost(Path, async context => await context.Response.WriteAsync($"form: {(await context.Request.ReadFormAsync())["text"]}")).RequireSlackSignature();
            app.MapPost("/bound", (int number) => number).RequireSlackSignature();
            app.MapGroup("/group").RequireSlackSignature().MapPost("/a", () => "a");
        },
    });

    internal static HttpRequestMessage Sign(SlackTestApp app, byte[] body, bool hasLength = true, string path = Path)
    {
        var timestamp = app.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(SlackTestApp.SigningSecret), (byte[])[.. Encoding.ASCII.GetBytes($"v0:{timestamp}:"), .. body]);
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        request.Headers.TransferEncodingChunked = !hasLength;
        request.Headers.Add(SlackSignatureVerifier.TimestampHeader, timestamp);
        request.Headers.Add(SlackSignatureVerifier.SignatureHeader, "v0=" + Convert.ToHexStringLower(hash));
        return request;
    }

    private static Task<string> ReadAsync(HttpResponseMessage response) => response.Content.ReadAsStringAsync(SlackTestApp.Cancellation);
}
