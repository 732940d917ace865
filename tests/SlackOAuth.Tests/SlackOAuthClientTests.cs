using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace SlackOAuth.Tests;

public sealed class SlackOAuthClientTests : IDisposable
{
    private const string Access = """
        {"ok":true,"app_id":"A1","authed_user":{"id":"U1","scope":"search:read","access_token":"xoxp-secret-1","token_type":"user","refresh_token":"xoxe-secret-2","expires_in":43200},
         "scope":"commands,chat:write","token_type":"bot","access_token":"xoxb-secret-3","bot_user_id":"UB1","refresh_token":"xoxe-secret-4","expires_in":43200,
         "team":{"id":"T1","name":"Téam ✓"},"enterprise":null,"is_enterprise_install":false,
         "incoming_webhook":{"url":"https://hooks.slack.com/secret-5","channel":"#c","channel_id":"C1","configuration_url":"https://x.slack.com/c"},"unknown":{"a":[1]}}
        """;

    private readonly ScriptedSlack _slack = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_code_is_exchanged_with_the_credentials_as_Basic_authentication()
    {
        var result = await _slack.Answers(Access).Client().ExchangeCodeAsync("code&1", "https://app.example/cb?x=1", Cancellation);

        var request = Assert.Single(_slack.Sent);
        Assert.Equal(("POST", "https://slack.com/api/oauth.v2.access"), (request.Method, request.Url));
        Assert.Equal("Basic " + Convert.ToBase64String("111.222:the-client-secret"u8), request.Authorization);
        Assert.Equal("code=code%261&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%3Fx%3D1", request.Body);

        Assert.True(result.Ok);
        var access = result.Value;
        Assert.Equal(("A1", "xoxb-secret-3", "bot", "commands,chat:write", "UB1"), (access.AppId, access.AccessToken, access.TokenType, access.Scope, access.BotUserId));
        Assert.Equal(("xoxe-secret-4", 43200L), (access.RefreshToken, access.ExpiresIn));
        Assert.Equal(("T1", "Téam ✓"), (access.Team?.Id, access.Team?.Name));
        Assert.Equal(("U1", "xoxp-secret-1", "search:read", "xoxe-secret-2"), (access.AuthedUser?.Id, access.AuthedUser?.AccessToken, access.AuthedUser?.Scope, access.AuthedUser?.RefreshToken));
        Assert.Equal(("https://hooks.slack.com/secret-5", "C1"), (access.IncomingWebhook?.Url, access.IncomingWebhook?.ChannelId));
    }

    [Fact]
    public async Task No_text_of_an_answer_shows_a_secret()
    {
        var result = await _slack.Answers(Access).Client().ExchangeCodeAsync("code", cancellationToken: Cancellation);

        foreach (var text in new[] { $"{result}", $"{result.Value}", $"{result.Value!.AuthedUser}", $"{result.Value.IncomingWebhook}" })
        {
            Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        }

        var token = await _slack.Answers("""{"ok":true,"access_token":"xoxp-secret","id_token":"e.y.secret","refresh_token":"secret","token_type":"Bearer"}""").Client().ExchangeSignInCodeAsync("c", cancellationToken: Cancellation);
        Assert.DoesNotContain("secret", token.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", _slack.Client().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_token_is_exchanged_for_a_bots_and_for_a_users_tokens()
    {
        var result = await _slack.Answers("""{"ok":true,"access_token":"xoxe.xoxp-2","token_type":"user","refresh_token":"xoxe-3","expires_in":43200}""")
            .Client().RefreshAsync("xoxe-1", Cancellation);

        Assert.Equal("grant_type=refresh_token&refresh_token=xoxe-1", Assert.Single(_slack.Sent).Body);
        Assert.Equal(("xoxe.xoxp-2", "user", "xoxe-3"), (result.Value?.AccessToken, result.Value?.TokenType, result.Value?.RefreshToken));
    }

    [Fact]
    public async Task The_other_methods_send_what_Slack_documents()
    {
        var client = _slack
            .Answers("""{"ok":true,"url":"https://e.enterprise.slack.com/","bot_id":"B1","user_id":"UB1","team_id":"T1","enterprise_id":"E1","is_enterprise_install":true}""")
            .Answers("""{"ok":true,"revoked":true}""")
            .Answers("""{"ok":true,"id_token":"a.b.c","access_token":"xoxp-1","token_type":"Bearer"}""")
            .Answers("""{"ok":true,"sub":"U1","https://slack.com/user_id":"U1","https://slack.com/team_id":"T1","email":"a@b.example","email_verified":true,"name":"N","picture":"https://p"}""")
            .Answers("""{"ok":true,"view":{"id":"V1","hash":"1.2"}}""")
            .Client(options => options.ApiBaseUrl = new Uri("http://127.0.0.1:5080/slack/api"));

        var test = await client.AuthTestAsync("xoxb-1", Cancellation);
        var revoked = await client.RevokeAsync("xoxb-1", Cancellation);
        var token = await client.ExchangeSignInCodeAsync("c1", "https://app.example/cb", Cancellation);
        var user = await client.GetUserInfoAsync("xoxp-1", Cancellation);
        var view = await client.OpenViewAsync("xoxb-1", "1.2.3", JsonElement.Parse("""{"type":"modal"}"""), Cancellation);

        Assert.Equal(
            [
                new("POST", "http://127.0.0.1:5080/slack/api/auth.test", "Bearer xoxb-1", ""),
                new("POST", "http://127.0.0.1:5080/slack/api/auth.revoke", "Bearer xoxb-1", ""),
                new("POST", "http://127.0.0.1:5080/slack/api/openid.connect.token", "Basic " + Convert.ToBase64String("111.222:the-client-secret"u8), "grant_type=authorization_code&code=c1&redirect_uri=https%3A%2F%2Fapp.example%2Fcb"),
                new("POST", "http://127.0.0.1:5080/slack/api/openid.connect.userInfo", "Bearer xoxp-1", ""),
                new("POST", "http://127.0.0.1:5080/slack/api/views.open", "Bearer xoxb-1", "trigger_id=1.2.3&view=%7B%22type%22%3A%22modal%22%7D"),
            ],
            _slack.Sent);
        Assert.Equal(("https://e.enterprise.slack.com/", "B1", true), (test.Value?.Url, test.Value?.BotId, test.Value?.IsEnterpriseInstall));
        Assert.True(revoked.Value?.Revoked);
        Assert.Equal(("a.b.c", "xoxp-1"), (token.Value?.IdToken, token.Value?.AccessToken));
        Assert.Equal(("U1", "T1", "a@b.example", true), (user.Value?.UserId, user.Value?.TeamId, user.Value?.Email, user.Value?.EmailVerified));
        Assert.Equal(("V1", "1.2"), (view.Value?.View?.Id, view.Value?.View?.Hash));
    }

    [Fact]
    public async Task An_error_of_Slacks_is_a_final_result_with_its_code_scopes_and_messages()
    {
        var result = await _slack.Answers("""{"ok":false,"error":"missing_scope","needed":"chat:write","provided":"commands","response_metadata":{"messages":["[ERROR] a",null,"b"]}}""")
            .Client().AuthTestAsync("xoxb-1", Cancellation);

        Assert.False(result.Ok);
        Assert.Null(result.Value);
        Assert.Equal(("missing_scope", false, 200, "chat:write", "commands"), (result.Error.Code, result.Error.IsTransient, result.Error.StatusCode, result.Error.Needed, result.Error.Provided));
        Assert.Equal(["[ERROR] a", "b"], result.Error.Details);
        Assert.Equal("error: missing_scope (HTTP 200, final)", result.ToString());
    }

    [Theory]
    [InlineData("ratelimited")]
    [InlineData("internal_error")]
    [InlineData("fatal_error")]
    [InlineData("service_unavailable")]
    [InlineData("request_timeout")]
    [InlineData("team_added_to_org")]
    public async Task Errors_of_Slacks_that_pass_are_told_from_final_ones(string code)
    {
        var result = await _slack.Answers($$"""{"ok":false,"error":"{{code}}"}""").Client().RefreshAsync("xoxe-1", Cancellation);

        Assert.Equal((code, true), (result.Error?.Code, result.Error?.IsTransient));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("{\"ok\":")]
    [InlineData("{\"ok\":\"true\"}")]
    [InlineData("{\"ok\":1}")]
    [InlineData("{\"ok\":false}")]
    [InlineData("{\"ok\":false,\"error\":\"\"}")]
    [InlineData("{\"ok\":false,\"error\":{\"code\":1}}")]
    [InlineData("<!DOCTYPE html><html><body>Sign in to the wifi</body></html>")]
    [InlineData("{\"ok\":true}")]
    [InlineData("{\"ok\":true,\"access_token\":\"xoxb\",\"team\":{\"id\":\"T1\"}}")]
    [InlineData("{\"ok\":true,\"access_token\":\"xoxb\",\"team\":{\"id\":\"\"},\"authed_user\":{\"id\":\"U1\"}}")]
    [InlineData("{\"ok\":true,\"access_token\":\"xoxb\",\"team\":{\"id\":\"T1\"},\"is_enterprise_install\":true,\"authed_user\":{\"id\":\"U1\"}}")]
    [InlineData("{\"ok\":true,\"team\":{\"id\":\"T1\"},\"authed_user\":{\"id\":\"U1\"}}")]
    [InlineData("{\"ok\":true,\"access_token\":\"xoxb\",\"team\":\"T1\",\"authed_user\":{\"id\":\"U1\"}}")]
    [InlineData("{\"ok\":true,\"access_token\":[\"xoxb\"],\"team\":{\"id\":\"T1\"},\"authed_user\":{\"id\":\"U1\"}}")]
    [InlineData("{\"ok\":true,\"access_token\":\"xoxb\",\"team\":{\"id\":\"T1\"},\"authed_user\":{\"id\":\"U1\"},\"expires_in\":\"soon\"}")]
    [InlineData("{\"ok\":true,\"access_token\":\"xoxb\",\"team\":{\"id\":\"T1\"},\"authed_user\":{\"id\":\"U1\"},\"expires_in\":1e99}")]
    [InlineData("{\"ok\":true,\"access_token\":\"\\ud800\",\"team\":{\"id\":\"T1\"},\"authed_user\":{\"id\":\"U1\"}}")]
    [InlineData("{\"\\ud800\":true}")]
    public async Task An_answer_of_another_shape_is_an_invalid_response(string body)
    {
        var result = await _slack.Answers(body, mediaType: "text/html").Client().ExchangeCodeAsync("code", cancellationToken: Cancellation);

        Assert.Equal((SlackErrorCodes.InvalidResponse, false, 200), (result.Error?.Code, result.Error?.IsTransient, result.Error?.StatusCode));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_and_endless_nesting_are_invalid_responses()
    {
        var client = _slack.Answers([0xff, 0xfe, 0x00, 0xd8]).Answers(new string('[', 100_000)).Answers("{\"ok\":true,\"a\":" + new string('[', 100_000)).Client();

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(SlackErrorCodes.InvalidResponse, (await client.ExchangeCodeAsync("code", cancellationToken: Cancellation)).Error?.Code);
        }
    }

    [Fact]
    public async Task An_answer_over_the_limit_is_read_no_further_and_not_asked_for_again()
    {
        var body = new EndlessContent();
        var client = _slack.Does((_, _) => Task.FromResult(new HttpResponseMessage { Content = body })).Client(options => options.MaxResponseBytes = 10_000);

        var result = await client.AuthTestAsync("xoxb-1", Cancellation);

        Assert.Equal((SlackErrorCodes.ResponseTooLarge, false), (result.Error?.Code, result.Error?.IsTransient));
        Assert.InRange(body.Written, 1, 100_000);
        Assert.Single(_slack.Sent);
    }

    [Fact]
    public async Task Codes_and_messages_of_an_answer_are_cut()
    {
        var result = await _slack.Answers($$$"""{"ok":false,"error":"{{{new string('x', 5000)}}}","response_metadata":{"messages":[{{{string.Join(',', Enumerable.Repeat($"\"{new string('y', 5000)}\"", 50))}}}]}}""")
            .Client().AuthTestAsync("xoxb-1", Cancellation);

        Assert.Equal(101, result.Error?.Code.Length);
        Assert.Equal(8, result.Error?.Details.Count);
        Assert.All(result.Error!.Details, detail => Assert.Equal(301, detail.Length));
    }

    [Fact]
    public async Task A_code_cannot_begin_a_line_of_a_log()
    {
        var result = await _slack.Answers("""{"ok":false,"error":"a\nb\u0000c"}""").Client().AuthTestAsync("xoxb-1", Cancellation);

        Assert.Equal("a b c", result.Error?.Code);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, false)]
    [InlineData(HttpStatusCode.NotFound, false)]
    [InlineData(HttpStatusCode.Redirect, false)]
    [InlineData(HttpStatusCode.InternalServerError, true)]
    [InlineData(HttpStatusCode.ServiceUnavailable, true)]
    public async Task A_status_that_is_no_success_is_an_HTTP_error(HttpStatusCode status, bool passing)
    {
        var result = await _slack.Answers("<html>", status).Client().ExchangeCodeAsync("code", cancellationToken: Cancellation);

        Assert.Equal((SlackErrorCodes.HttpError, passing, (int)status), (result.Error?.Code, result.Error?.IsTransient, result.Error?.StatusCode));
        Assert.Single(_slack.Sent);
    }

    [Fact]
    public async Task A_short_rate_limit_is_waited_out_by_the_injected_clock_even_for_a_code()
    {
        var time = new FakeTimeProvider();
        var call = _slack.Answers("""{"ok":false,"error":"ratelimited"}""", HttpStatusCode.TooManyRequests, retryAfter: "7").Answers(Access)
            .Client(WaitsOut, services => services.AddSingleton<TimeProvider>(time)).ExchangeCodeAsync("code", cancellationToken: Cancellation);

        time.Advance(TimeSpan.FromSeconds(6.9));
        Assert.Single(_slack.Sent);
        time.Advance(TimeSpan.FromSeconds(0.2));

        Assert.True((await call).Ok);
        Assert.Equal(2, _slack.Sent.Count);
    }

    [Fact]
    public async Task A_rate_limit_by_date_is_waited_out_by_the_injected_clock()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var call = _slack.Answers("", HttpStatusCode.TooManyRequests, retryAfter: "Thu, 01 Jan 2026 00:00:05 GMT").Answers("""{"ok":true}""")
            .Client(WaitsOut, services => services.AddSingleton<TimeProvider>(time)).AuthTestAsync("xoxb-1", Cancellation);

        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Single(_slack.Sent);
        time.Advance(TimeSpan.FromSeconds(0.2));

        Assert.True((await call).Ok);
    }

    [Fact]
    public async Task A_long_rate_limit_is_handed_to_the_caller_at_once()
    {
        var result = await _slack.Answers("", HttpStatusCode.TooManyRequests, retryAfter: "60").Client(WaitsOut).AuthTestAsync("xoxb-1", Cancellation);

        Assert.Equal((SlackErrorCodes.RateLimited, true, TimeSpan.FromSeconds(60)), (result.Error?.Code, result.Error?.IsTransient, result.Error?.RetryAfter));
        Assert.Single(_slack.Sent);
    }

    [Theory]
    [InlineData("-5")]
    [InlineData("soon")]
    [InlineData("99999999999999999999")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT")]
    public async Task A_hostile_Retry_After_breaks_nothing(string retryAfter)
    {
        var client = _slack.Answers("", HttpStatusCode.TooManyRequests, retryAfter: retryAfter).Answers("""{"ok":true}""")
            .Client();

        Assert.True((await client.AuthTestAsync("xoxb-1", Cancellation)).Ok);
    }

    public void Dispose() => _slack.Dispose();

    public static TheoryData<string> SingleUseCalls => ["code", "refresh", "sign-in", "revoke", "view"];

    [Theory]
    [MemberData(nameof(SingleUseCalls))]
    public async Task A_call_that_works_once_is_not_repeated_after_a_lost_answer(string call)
    {
        var client = _slack.Throws(new HttpRequestException(HttpRequestError.ResponseEnded, "lost")).Client();

        var result = await SingleUse(client, call);

        Assert.Equal((SlackErrorCodes.NetworkError, true), result);
        Assert.Single(_slack.Sent);
    }

    [Theory]
    [MemberData(nameof(SingleUseCalls))]
    public async Task A_call_that_works_once_is_not_repeated_after_a_fault_of_Slacks(string call)
    {
        var client = _slack.Answers("", HttpStatusCode.BadGateway).Client();

        Assert.Equal((SlackErrorCodes.HttpError, true), await SingleUse(client, call));
        Assert.Single(_slack.Sent);
    }

    [Theory]
    [MemberData(nameof(SingleUseCalls))]
    public async Task A_call_that_works_once_is_not_repeated_after_a_timeout(string call)
    {
        var time = new FakeTimeProvider();
        var pending = SingleUse(_slack.Hangs().Client(add: services => services.AddSingleton<TimeProvider>(time)), call);
        time.Advance(TimeSpan.FromSeconds(10.1));

        Assert.Equal((SlackErrorCodes.Timeout, true), await pending);
        Assert.Single(_slack.Sent);
    }

    public static TheoryData<string, Func<SlackOAuthClient, Task<string?>>> AllCalls => new()
    {
        { nameof(SlackOAuthClient.ExchangeCodeAsync), async client => (await client.ExchangeCodeAsync("code", cancellationToken: Cancellation)).Error?.Code },
        { nameof(SlackOAuthClient.RefreshAsync), async client => (await client.RefreshAsync("xoxe-1", Cancellation)).Error?.Code },
        { nameof(SlackOAuthClient.AuthTestAsync), async client => (await client.AuthTestAsync("xoxb-1", Cancellation)).Error?.Code },
        { nameof(SlackOAuthClient.RevokeAsync), async client => (await client.RevokeAsync("xoxb-1", Cancellation)).Error?.Code },
        { nameof(SlackOAuthClient.ExchangeSignInCodeAsync), async client => (await client.ExchangeSignInCodeAsync("code", cancellationToken: Cancellation)).Error?.Code },
        { nameof(SlackOAuthClient.GetUserInfoAsync), async client => (await client.GetUserInfoAsync("xoxp-1", Cancellation)).Error?.Code },
        { nameof(SlackOAuthClient.OpenViewAsync), async client => (await client.OpenViewAsync("xoxb-1", "1.2", JsonElement.Parse("{}"), Cancellation)).Error?.Code },
    };

    [Fact]
    public void All_calls_are_tried_against_a_Slack_that_never_answers() =>
        Assert.Equal(
            typeof(SlackOAuthClient).GetMethods().Where(method => typeof(Task).IsAssignableFrom(method.ReturnType)).Select(method => method.Name).Order(),
            AllCalls.Select(row => row.Data.Item1).Order());

    [Theory]
    [MemberData(nameof(AllCalls), DisableDiscoveryEnumeration = true)]
    public async Task A_Slack_that_never_answers_ends_every_call_within_its_total_timeout(string name, Func<SlackOAuthClient, Task<string?>> call)
    {
        var (time, total) = (new FakeTimeProvider(), TimeSpan.FromSeconds(30));
        for (var i = 0; i < 10; i++)
        {
            _slack.Hangs();
        }

        var start = time.GetUtcNow();
        var pending = call(_slack.Client(options => (options.TotalTimeout, options.MaxRetries) = (total, 9), services => services.AddSingleton<TimeProvider>(time)));
        while (!pending.IsCompleted && time.GetUtcNow() - start < total)
        {
            // A retry sets its timer on another thread; what it misses of a step is made up for by the total's own timer, which is there from the beginning.
            time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }

        Assert.Equal((name, SlackErrorCodes.Timeout), (name, await pending));
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError)]
    [InlineData(HttpRequestError.NameResolutionError)]
    [InlineData(HttpRequestError.SecureConnectionError)]
    public async Task A_code_is_sent_again_where_no_connection_came_about(HttpRequestError error)
    {
        var client = _slack.Throws(new HttpRequestException(error, "no connection")).Throws(new HttpRequestException(error, "no connection")).Answers(Access).Client();

        Assert.True((await client.ExchangeCodeAsync("code", cancellationToken: Cancellation)).Ok);
        Assert.Equal(3, _slack.Sent.Count);
    }

    [Fact]
    public async Task A_call_that_may_be_repeated_is_after_a_lost_answer_a_fault_and_a_broken_body()
    {
        var client = _slack
            .Throws(new HttpRequestException(HttpRequestError.ResponseEnded, "lost"))
            .Answers("", HttpStatusCode.BadGateway)
            .Answers("""{"ok":true,"bot_id":"B1"}""")
            .Does((_, _) => Task.FromResult(new HttpResponseMessage { Content = new BrokenContent() }))
            .Answers("""{"ok":true,"bot_id":"B2"}""")
            .Client();

        Assert.Equal("B1", (await client.AuthTestAsync("xoxb-1", Cancellation)).Value?.BotId);
        Assert.Equal("B2", (await client.AuthTestAsync("xoxb-1", Cancellation)).Value?.BotId);
    }

    [Fact]
    public async Task Retries_end()
    {
        var client = _slack.Answers("", HttpStatusCode.BadGateway).Answers("", HttpStatusCode.BadGateway).Answers("", HttpStatusCode.BadGateway)
            .Throws(new HttpRequestException(HttpRequestError.ConnectionError, "refused")).Client(options => options.MaxRetries = 2);

        Assert.Equal(SlackErrorCodes.HttpError, (await client.AuthTestAsync("xoxb-1", Cancellation)).Error?.Code);
        Assert.Equal(3, _slack.Sent.Count);

        var once = new ScriptedSlack().Throws(new HttpRequestException(HttpRequestError.ConnectionError, "refused")).Client(options => options.MaxRetries = 0);
        Assert.Equal((SlackErrorCodes.NetworkError, true), ((await once.AuthTestAsync("xoxb-1", Cancellation)).Error is { } error ? (error.Code, error.IsTransient) : default));
    }

    [Fact]
    public async Task A_body_that_hangs_ends_with_the_attempts_timeout()
    {
        var time = new FakeTimeProvider();
        var pending = _slack.Does((_, _) => Task.FromResult(new HttpResponseMessage { Content = new HangingContent() }))
            .Client(options => options.MaxRetries = 0, services => services.AddSingleton<TimeProvider>(time)).AuthTestAsync("xoxb-1", Cancellation);
        time.Advance(TimeSpan.FromSeconds(10.1));

        Assert.Equal(SlackErrorCodes.Timeout, (await pending).Error?.Code);
    }

    [Fact]
    public async Task The_callers_cancellation_is_an_exception_before_and_during_the_call()
    {
        var client = _slack.Hangs().Client();
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var pending = client.AuthTestAsync("xoxb-1", source.Token);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.AuthTestAsync("xoxb-1", source.Token));
        Assert.Single(_slack.Sent);
    }

    [Theory]
    [InlineData("xoxb-1\r\nX-Evil: 1")]
    [InlineData("xoxb 1")]
    [InlineData("xoxb-ä")]
    public async Task A_token_that_is_no_header_value_is_refused_and_not_quoted(string token)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => _slack.Client().AuthTestAsync(token, Cancellation));

        Assert.DoesNotContain("xoxb", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_slack.Sent);
    }

    [Fact]
    public async Task Empty_arguments_are_refused()
    {
        var client = _slack.Client();

        await Assert.ThrowsAsync<ArgumentException>(() => client.ExchangeCodeAsync("", cancellationToken: Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => client.RefreshAsync("", Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => client.AuthTestAsync("", Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => client.OpenViewAsync("xoxb-1", "", JsonElement.Parse("{}"), Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => client.OpenViewAsync("xoxb-1", "1", JsonElement.Parse("[]"), Cancellation));
    }

    [Fact]
    public async Task No_log_entry_holds_a_secret_at_any_level()
    {
        var log = new LogRecorder();
        var client = _slack
            .Answers("", HttpStatusCode.TooManyRequests, retryAfter: "0").Answers(Access)
            .Answers("""{"ok":false,"error":"invalid_code"}""")
            .Client(add: services => services.AddLogging(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(log)));

        await client.ExchangeCodeAsync("secret-code", "https://app.example/cb", Cancellation);
        await client.AuthTestAsync("xoxb-secret-1", Cancellation);

        Assert.NotEmpty(log.Entries);
        Assert.All(log.Entries, entry =>
        {
            Assert.DoesNotContain("secret", entry, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String("111.222:the-client-secret"u8), entry, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Registering_twice_does_not_multiply_the_retries()
    {
        var services = new ServiceCollection();
        services.AddSlackOAuthClient(options => (options.ClientId, options.ClientSecret) = ("1", "2"));
        services.AddSlackOAuthClient(options => options.MaxRetries = 1).ConfigurePrimaryHttpMessageHandler(() => _slack);
        _slack.Answers("", HttpStatusCode.BadGateway).Answers("", HttpStatusCode.BadGateway);

        var result = await services.BuildServiceProvider().GetRequiredService<SlackOAuthClient>().AuthTestAsync("xoxb-1", Cancellation);

        Assert.Equal(SlackErrorCodes.HttpError, result.Error?.Code);
        Assert.Equal(2, _slack.Sent.Count);
    }

    public static TheoryData<string, Action<SlackOAuthClientOptions>> BadOptions => new()
    {
        { "ClientId", options => options.ClientId = " " },
        { "ClientId", options => options.ClientId = "a:b" },
        { "ClientSecret", options => options.ClientSecret = "" },
        { "ApiBaseUrl", options => options.ApiBaseUrl = new Uri("http://slack.com/api/") },
        { "ApiBaseUrl", options => options.ApiBaseUrl = new Uri("/api/", UriKind.Relative) },
        { "ApiBaseUrl", options => options.ApiBaseUrl = null! },
        { "OpenIdConfigurationUrl", options => options.OpenIdConfigurationUrl = new Uri("ftp://slack.com/") },
        { "AttemptTimeout", options => options.AttemptTimeout = TimeSpan.Zero },
        { "TotalTimeout", options => options.TotalTimeout = TimeSpan.FromSeconds(1) },
        { "MaxRetries", options => options.MaxRetries = -1 },
        { "MaxRetryDelay", options => options.MaxRetryDelay = TimeSpan.FromSeconds(-1) },
        { "MaxResponseBytes", options => options.MaxResponseBytes = 0 },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Bad_options_fail_at_start_by_name_and_show_no_secret(string option, Action<SlackOAuthClientOptions> spoil)
    {
        using var services = _slack.Services(spoil);

        var exception = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.StartsWith(option, Assert.Single(exception.Failures), StringComparison.Ordinal);
        Assert.DoesNotContain("the-client-secret", exception.Message, StringComparison.Ordinal);
    }

    private static void WaitsOut(SlackOAuthClientOptions options) => options.MaxRetryDelay = TimeSpan.FromSeconds(10);

    private static async Task<(string?, bool?)> SingleUse(SlackOAuthClient client, string call)
    {
        var error = call switch
        {
            "code" => (await client.ExchangeCodeAsync("code", cancellationToken: Cancellation)).Error,
            "refresh" => (await client.RefreshAsync("xoxe-1", Cancellation)).Error,
            "sign-in" => (await client.ExchangeSignInCodeAsync("code", cancellationToken: Cancellation)).Error,
            "revoke" => (await client.RevokeAsync("xoxb-1", Cancellation)).Error,
            _ => (await client.OpenViewAsync("xoxb-1", "1.2", JsonElement.Parse("{}"), Cancellation)).Error,
        };
        return (error?.Code, error?.IsTransient);
    }

    private sealed class EndlessContent : HttpContent
    {
        public long Written { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var block = Encoding.UTF8.GetBytes(new string(' ', 4096));
            while (Written < 100_000_000)
            {
                await stream.WriteAsync(block, Cancellation);
                Written += block.Length;
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class BrokenContent : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.FromException(new IOException("The connection broke."));

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class HangingContent : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class LogRecorder : ILoggerProvider, ILogger
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Entries { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            Entries.Enqueue(state.ToString()!);
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Entries.Enqueue(formatter(state, exception) + exception);
            if (state is IEnumerable<KeyValuePair<string, object?>> values)
            {
                Entries.Enqueue(string.Join(';', values.Select(value => $"{value.Key}={value.Value}")));
            }
        }

        public void Dispose()
        {
        }
    }
}
