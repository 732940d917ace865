using System.Net;
using System.Text.Json;
using static SlackOAuth.Testing.Tests.CodeExchangeTests;
using static SlackOAuth.Testing.Tests.SlackFixture;

namespace SlackOAuth.Testing.Tests;

public sealed class ScriptTests
{
    private static readonly Uri AuthTest = new("/api/auth.test", UriKind.Relative);

    [Theory, CombinatorialModes]
    public async Task A_scripted_error_holds_for_that_many_calls_and_does_nothing(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        fixture.Slack.Script("oauth.v2.access", ScriptedAnswer.Error("internal_error"), times: 2);
        var code = fixture.Code(InstallPath());

        AssertError("internal_error", await fixture.ExchangeAsync(code));
        AssertError("internal_error", await fixture.ExchangeAsync(code));
        Assert.True((bool)(await fixture.ExchangeAsync(code))["ok"]!);
    }

    [Theory, CombinatorialModes]
    public async Task Scripts_are_used_in_their_order_and_only_by_their_method(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        fixture.Slack.Script("auth.test", ScriptedAnswer.Error("first"));
        fixture.Slack.Script("auth.test", ScriptedAnswer.Error("second"));

        AssertError("not_authed", await fixture.CallAsync("auth.revoke"));
        AssertError("first", await fixture.CallAsync("auth.test"));
        AssertError("second", await fixture.CallAsync("auth.test"));
        AssertError("not_authed", await fixture.CallAsync("auth.test"));
    }

    [Theory, CombinatorialModes]
    public async Task A_scripted_status_is_no_JSON(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        fixture.Slack.Script("auth.test", ScriptedAnswer.Status(HttpStatusCode.ServiceUnavailable));

        using var response = await fixture.Client.GetAsync(AuthTest, Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
    }

    [Theory, CombinatorialModes]
    public async Task A_rate_limit_says_when_to_come_back(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        fixture.Slack.Script("auth.test", ScriptedAnswer.RateLimited(TimeSpan.FromSeconds(29.5)));

        using var response = await fixture.Client.GetAsync(AuthTest, Cancellation);

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(30), response.Headers.RetryAfter!.Delta);
        Assert.Equal("""{"ok":false,"error":"ratelimited"}""", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory, CombinatorialModes]
    public async Task Malformed_JSON_and_any_other_answer_can_be_scripted(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        fixture.Slack.Script("auth.test", ScriptedAnswer.MalformedJson);
        fixture.Slack.Script("auth.test", ScriptedAnswer.Raw(HttpStatusCode.Created, "application/json", "[1]"));

        using var malformed = await fixture.Client.GetAsync(AuthTest, Cancellation);
        using var raw = await fixture.Client.GetAsync(AuthTest, Cancellation);

        Assert.Equal(HttpStatusCode.OK, malformed.StatusCode);
        var text = await malformed.Content.ReadAsStringAsync(Cancellation);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(text));
        Assert.Equal(HttpStatusCode.Created, raw.StatusCode);
        Assert.Equal("[1]", await raw.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory, CombinatorialModes]
    public async Task A_dropped_connection_is_an_HttpRequestException_and_uses_nothing_up(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var code = fixture.Code(InstallPath());
        fixture.Slack.Script("oauth.v2.access", ScriptedAnswer.DroppedConnection);

        await Assert.ThrowsAsync<HttpRequestException>(() => fixture.ExchangeAsync(code));
        Assert.True((bool)(await fixture.ExchangeAsync(code))["ok"]!);
    }

    [Theory, CombinatorialModes]
    public async Task A_lost_answer_has_used_the_code_up(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var code = fixture.Code(InstallPath());
        fixture.Slack.Script("oauth.v2.access", ScriptedAnswer.LostAnswer);

        await Assert.ThrowsAsync<HttpRequestException>(() => fixture.ExchangeAsync(code));
        AssertError("code_already_used", await fixture.ExchangeAsync(code));
    }

    [Theory, CombinatorialModes]
    public async Task No_answer_lasts_until_the_caller_gives_up(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        fixture.Slack.Script("auth.test", ScriptedAnswer.NoAnswer);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var call = fixture.Client.GetAsync(AuthTest, patience.Token);
        await fixture.Slack.WaitForCallsAsync("auth.test", 1, Cancellation);
        Assert.False(call.IsCompleted);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Theory, CombinatorialModes]
    public async Task No_answer_ends_when_the_Slack_is_disposed_of(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        fixture.Slack.Script("auth.test", ScriptedAnswer.NoAnswer);
        var call = fixture.Client.GetAsync(AuthTest, Cancellation);
        await fixture.Slack.WaitForCallsAsync("auth.test", 1, Cancellation);

        await fixture.Slack.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => call);
    }

    [Theory, CombinatorialModes]
    public async Task A_held_call_is_carried_out_when_it_is_released(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        var code = fixture.Code(InstallPath());
        var release = new TaskCompletionSource();
        fixture.Slack.Script("oauth.v2.access", ScriptedAnswer.Held(release.Task));

        var held = fixture.ExchangeAsync(code);
        await fixture.Slack.WaitForCallsAsync("oauth.v2.access", 1, Cancellation);
        var overtaking = await fixture.ExchangeAsync(code);
        Assert.False(held.IsCompleted);
        release.SetResult();

        Assert.True((bool)overtaking["ok"]!);
        AssertError("code_already_used", await held);
    }

    [Theory, CombinatorialModes]
    public async Task Pages_and_keys_can_be_scripted_too(Mode mode)
    {
        await using var fixture = await StartAsync(mode);
        fixture.Slack.Script("openid/connect/keys", ScriptedAnswer.Status(HttpStatusCode.BadGateway));

        using var first = await fixture.Client.GetAsync(new Uri("/openid/connect/keys", UriKind.Relative), Cancellation);
        using var second = await fixture.Client.GetAsync(new Uri("/openid/connect/keys", UriKind.Relative), Cancellation);

        Assert.Equal((HttpStatusCode.BadGateway, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
    }

    [Theory, CombinatorialModes]
    public async Task Calls_are_recorded_with_their_grant_type_and_time(Mode mode)
    {
        await using var fixture = await StartAsync(mode, [new() { TokenRotation = true }]);
        var installed = await fixture.InstallAsync();
        fixture.Time.Advance(TimeSpan.FromSeconds(5));
        await fixture.RefreshAsync((string)installed["refresh_token"]!);
        await fixture.CallAsync("auth.test");

        var start = fixture.Time.GetUtcNow() - TimeSpan.FromSeconds(5);
        Assert.Equal(
            [
                new SlackCall("oauth.v2.access", "authorization_code", start),
                new SlackCall("oauth.v2.access", "refresh_token", start + TimeSpan.FromSeconds(5)),
                new SlackCall("auth.test", null, start + TimeSpan.FromSeconds(5)),
            ],
            fixture.Slack.Calls);
        Assert.Equal(2, fixture.Slack.CountCalls("oauth.v2.access"));
        Assert.Equal(1, fixture.Slack.CountCalls("oauth.v2.access", "refresh_token"));
        Assert.Equal(0, fixture.Slack.CountCalls("views.open"));
    }

    [Fact]
    public async Task A_misspelt_method_is_refused_with_the_names_there_are()
    {
        await using var fixture = await StartAsync(Mode.InMemory);

        Assert.Contains("oauth.v2.access", Assert.Throws<ArgumentException>(() => fixture.Slack.Script("oauth.v2.acess", ScriptedAnswer.NoAnswer)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => fixture.Slack.CountCalls("auth.tets"));
        Assert.Throws<ArgumentException>(() => { _ = fixture.Slack.WaitForCallsAsync("auth.tets", 1, Cancellation); });
        Assert.Throws<ArgumentOutOfRangeException>(() => fixture.Slack.Script("auth.test", ScriptedAnswer.NoAnswer, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScriptedAnswer.RateLimited(TimeSpan.FromSeconds(-1)));
    }
}
