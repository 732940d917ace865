using System.Net;
using SlackOAuth.Stores;
using SlackOAuth.Testing;
using static SlackOAuth.Tests.Rotation.RotationApp;

namespace SlackOAuth.Tests.Rotation;

/// <summary>What becomes of a token that Slack or the store does not let be rotated.</summary>
public sealed class RotationFailureTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMinutes(73);

    private static readonly Dictionary<string, ScriptedAnswer> Passing = new()
    {
        ["internal_error"] = ScriptedAnswer.Error("internal_error"),
        ["rate limit"] = ScriptedAnswer.RateLimited(TimeSpan.FromSeconds(1)),
        ["503"] = ScriptedAnswer.Status(HttpStatusCode.ServiceUnavailable),
        ["404 of a proxy"] = ScriptedAnswer.Status(HttpStatusCode.NotFound),
        ["dropped connection"] = ScriptedAnswer.DroppedConnection,
        ["malformed answer"] = ScriptedAnswer.MalformedJson,
        ["another's token"] = ScriptedAnswer.Raw(HttpStatusCode.OK, "application/json", """{"ok":true,"access_token":"xoxp-misfiled","token_type":"user","refresh_token":"r","expires_in":43200}"""),
    };

    public static TheoryData<string> PassingFailures => [.. Passing.Keys];

    [Theory]
    [MemberData(nameof(PassingFailures))]
    public async Task After_a_passing_failure_the_stored_token_is_served_and_a_later_request_tries_again(string failure)
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: false)).ToBot()!;
        var process = app.StartProcess();
        using var counter = Collect(process);
        var rotator = (TokenRotator)process.GetService(typeof(TokenRotator))!;
        app.Slack.Script("oauth.v2.access", Passing[failure]);
        Assert.Equal(bot.BotToken, (await rotator.RotateBotIfDueAsync(bot, Cancellation))!.BotToken);
        Assert.Equal(bot.BotToken, (await app.FindBotAsync())!.BotToken);

        // Not at once: Slack would be asked by every request.
        Assert.Same(bot, await rotator.RotateBotIfDueAsync(bot, Cancellation));
        Assert.Equal(1, app.Refreshes);
        app.Time.Advance(Pause);
        Assert.NotEqual(bot.BotToken, (await rotator.RotateBotIfDueAsync(bot, Cancellation))!.BotToken);
        Assert.Equal(2, app.Refreshes);
        Assert.Equal(["failed", "rotated"], counter.GetMeasurementSnapshot().Select(one => one.Tags["slackoauth.rotation.result"]));
        Assert.All(counter.GetMeasurementSnapshot(), one => Assert.Equal("bot", one.Tags["slackoauth.token.type"]));
        await app.EndProcessesAsync();
        Assert.Empty(app.Failures);
    }

    [Fact]
    public async Task The_waits_between_failures_grow_to_five_minutes_and_follow_what_Slack_asks_for()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var rotator = app.Start();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Error("internal_error"), 12);
        for (var i = 1; i <= 12; i++)
        {
            Assert.Equal(bot.BotToken, (await rotator.RotateBotIfDueAsync(bot, Cancellation))!.BotToken);
            Assert.Equal(i, app.Refreshes);
            app.Time.Advance(TimeSpan.FromMinutes(6));
        }

        app.Slack.Script("oauth.v2.access", ScriptedAnswer.RateLimited(TimeSpan.FromMinutes(30)));
        await rotator.RotateBotIfDueAsync(bot, Cancellation);
        app.Time.Advance(TimeSpan.FromMinutes(29));
        Assert.Same(bot, await rotator.RotateBotIfDueAsync(bot, Cancellation));
        app.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.NotEqual(bot.BotToken, (await rotator.RotateBotIfDueAsync(bot, Cancellation))!.BotToken);
    }

    [Theory]
    [InlineData("invalid_refresh_token")]
    [InlineData("token_revoked")]
    [InlineData("token_expired")]
    [InlineData("account_inactive")]
    [InlineData("bad_client_secret")]
    [InlineData("an_error_of_tomorrow")]
    public async Task A_final_refusal_is_reported_once_and_the_record_is_kept(string error)
    {
        await using var app = await StartAsync();
        var installation = await app.InstallAsync(expired: true);
        var (rotator, bot) = (app.Start(), installation.ToBot()!);
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Error(error), 3);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(bot.BotToken, (await rotator.RotateBotIfDueAsync(bot, Cancellation))!.BotToken);
        }

        Assert.Equal(1, app.Refreshes);
        await app.WaitUntilAsync(() => !app.Failures.IsEmpty);
        var failure = Assert.Single(app.Failures);
        Assert.Equal((WorkspaceId.ForTeam("T0FAKETEAM1"), (string?)null, bot.BotTokenExpiresAt!.Value, error), (failure.Workspace, failure.UserId, failure.ExpiresAt, failure.Error.Code));
        Assert.Equal(bot.BotRefreshToken, (await app.FindBotAsync())!.BotRefreshToken);

        // An hour later it may be good again: it is tried, and not reported twice.
        app.Time.Advance(AfterRefusal);
        await rotator.RotateBotIfDueAsync(bot, Cancellation);
        Assert.Equal(2, app.Refreshes);
        await rotator.RotateUserIfDueAsync(installation, Cancellation);
        await app.EndProcessesAsync();
        Assert.Equal([null, "U0FAKEUSER1"], app.Failures.Select(one => one.UserId));
    }

    [Fact]
    public async Task A_refusal_at_whose_moment_the_store_fails_is_reported_when_it_is_met_again()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var finds = 0;
        var store = new FailingStore(app.Store) { Fails = called => called == "FindBotAsync" && ++finds == 2 };
        var rotator = app.Start(store);
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Error("invalid_refresh_token"), 2);
        await rotator.RotateBotIfDueAsync(bot, Cancellation);
        Assert.Equal((1, 2), (app.Refreshes, finds));
        app.Time.Advance(LeaseDuration);
        await rotator.RotateBotIfDueAsync(bot, Cancellation);
        Assert.Equal(2, app.Refreshes);
        await app.EndProcessesAsync();
        Assert.Equal("invalid_refresh_token", Assert.Single(app.Failures).Error.Code);
    }

    [Fact]
    public async Task After_a_refusal_a_new_install_is_rotated_again()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var rotator = app.Start();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Error("invalid_refresh_token"));
        await rotator.RotateBotIfDueAsync(bot, Cancellation);
        var anew = (await app.InstallAsync()).ToBot()!;
        app.Time.Advance(TimeSpan.FromMinutes(30));
        Assert.Same(anew, await rotator.RotateBotIfDueAsync(anew, Cancellation));
        app.Time.Advance(TimeSpan.FromHours(11));
        Assert.NotEqual(anew.BotToken, (await rotator.RotateBotIfDueAsync(anew, Cancellation))!.BotToken);
    }

    [Fact]
    public async Task A_refusal_of_a_token_that_another_process_has_rotated_is_none()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var release = new TaskCompletionSource();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Held(release.Task));
        var request = app.Start().RotateBotIfDueAsync(bot, Cancellation).AsTask();
        await app.Slack.WaitForCallsAsync("oauth.v2.access", 2, Cancellation);

        // Without a lease, as an app on another library would.
        var other = await app.Start(new FailingStore(app.Store) { HasLeases = false }).RotateBotIfDueAsync(bot, Cancellation);
        release.SetResult();
        Assert.Equal(other, await request);
        await app.EndProcessesAsync();
        Assert.Empty(app.Failures);
    }

    [Fact]
    public async Task One_that_expires_in_the_same_second_as_the_one_that_was_refused_is_another_token()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var (release, rotator) = (new TaskCompletionSource(), app.Start());
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Held(release.Task));
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Error("invalid_refresh_token"));
        await app.Store.SaveBotAsync(bot with { BotRefreshToken = "xoxe-spent" }, Cancellation);
        var request = rotator.RotateBotIfDueAsync(bot, Cancellation).AsTask();
        await app.Slack.WaitForCallsAsync("oauth.v2.access", 2, Cancellation);
        await app.Store.SaveBotAsync(bot, Cancellation);
        release.SetResult();

        Assert.Equal(bot.BotRefreshToken, (await request)!.BotRefreshToken);
        await rotator.DisposeAsync();
        Assert.Empty(app.Failures);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("U0FAKEUSER1")]
    public async Task A_refusal_of_a_token_that_was_rotated_under_the_key_of_before_a_Grid_upgrade_is_none(string? userId)
    {
        await using var app = await StartAsync();
        var before = await app.InstallAsync(expired: true);
        var after = before with { EnterpriseId = "E1" };

        // What a re-keying leaves that broke off before its last call.
        await (userId is null ? app.Store.SaveBotAsync(after.ToBot()!, Cancellation) : app.Store.SaveAsync(after.WithBot(null), Cancellation));
        var rotator = app.Start();
        var (bot, user) = userId is null ? (await rotator.RotateBotIfDueAsync(before.ToBot()!, Cancellation), (Installation?)null) : (null, await rotator.RotateUserIfDueAsync(before, Cancellation));

        var served = userId is null
            ? (await rotator.RotateBotIfDueAsync(after.ToBot()!, Cancellation))!.BotToken
            : (await rotator.RotateUserIfDueAsync(after, Cancellation))!.UserToken;

        await app.EndProcessesAsync();
        Assert.Equal(userId is null ? bot!.BotToken : user!.UserToken, served);
        Assert.Empty(app.Failures);
        var (team, grid) = (WorkspaceId.ForTeam(before.TeamId!), WorkspaceId.ForTeam(before.TeamId!, "E1"));
        Assert.Equal(served, userId is null ? (await app.Store.FindBotAsync(grid, Cancellation))!.BotToken : (await app.Store.FindInstallationAsync(grid, userId, Cancellation))!.UserToken);
        Assert.True(userId is null ? await app.Store.FindBotAsync(team, Cancellation) is null : await app.Store.FindInstallationAsync(team, userId, Cancellation) is null);
    }

    [Fact]
    public async Task What_was_rotated_under_the_key_of_before_a_Grid_upgrade_stays_there_while_it_cannot_be_saved_under_the_new_one()
    {
        await using var app = await StartAsync();
        var before = (await app.InstallAsync(expired: true)).ToBot()!;
        await app.Store.SaveBotAsync(before with { EnterpriseId = "E1" }, Cancellation);
        var rotated = (await app.Start().RotateBotIfDueAsync(before, Cancellation))!;
        var rotator = app.Start(new FailingStore(app.Store) { Fails = operation => operation == "TrySaveBotAsync" });

        var served = await rotator.RotateBotIfDueAsync(before with { EnterpriseId = "E1" }, Cancellation);
        await rotator.DisposeAsync();

        Assert.Equal(rotated.BotToken, served!.BotToken);
        Assert.Equal(rotated, await app.FindBotAsync());
    }

    [Fact]
    public async Task While_Slack_limits_the_rate_a_token_that_is_still_valid_is_served_without_a_call_whatever_its_workspace()
    {
        await using var app = await StartAsync();
        var installation = await app.InstallAsync(expired: false);
        var rotator = app.Start();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.RateLimited(TimeSpan.FromMinutes(5)));
        await rotator.RotateBotIfDueAsync(installation.ToBot()!, Cancellation);

        Assert.Same(installation, await rotator.RotateUserIfDueAsync(installation, Cancellation));
        Assert.Equal(1, app.Refreshes);
        app.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.NotEqual(installation.UserToken, (await rotator.RotateUserIfDueAsync(installation, Cancellation))!.UserToken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_look_that_takes_so_long_that_the_call_could_outlive_the_lease_is_made_again_under_a_new_one(bool expired)
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync()).ToBot()!;
        app.Time.Advance(TimeSpan.FromHours(expired ? 12 : 10.5));
        var (looks, acquired, store) = (0, 0, new FailingStore(app.Store));
        store.Fails = operation =>
        {
            acquired += operation == "TryAcquireLeaseAsync" ? 1 : 0;
            if (operation == "FindBotAsync" && ++looks == 1)
            {
                app.Time.Advance(LeaseDuration / 2);
            }

            return false;
        };
        var rotator = app.Start(store, options => options.MaxWait = TimeSpan.FromDays(1));

        // Where the stored token is still valid it is served, and a later request looks again.
        var served = await app.AdvanceUntilAsync(rotator.RotateBotIfDueAsync(bot, Cancellation).AsTask(), TimeSpan.FromMilliseconds(10));

        Assert.Equal(expired, served!.BotToken != bot.BotToken);
        Assert.Equal((expired ? 2 : 1, expired ? 1 : 0), (acquired, app.Refreshes));
        Assert.NotNull(await app.Store.TryAcquireLeaseAsync(WorkspaceId.ForTeam("T0FAKETEAM1"), null, LeaseDuration, Cancellation));
    }

    [Fact]
    public async Task After_an_answer_that_was_lost_the_next_try_tells_that_the_refresh_token_is_spent()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var rotator = app.Start();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.LostAnswer);
        await rotator.RotateBotIfDueAsync(bot, Cancellation);
        app.Time.Advance(Pause);
        await rotator.RotateBotIfDueAsync(bot, Cancellation);
        await app.EndProcessesAsync();
        Assert.Equal("invalid_refresh_token", Assert.Single(app.Failures).Error.Code);
    }

    [Fact]
    public async Task A_hook_that_throws_harms_no_request()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Error("invalid_refresh_token"));
        var rotator = app.Start(configure: options => options.Failed = _ => throw new InvalidOperationException("a-hook's-secret"));
        Assert.Equal(bot.BotToken, (await rotator.RotateBotIfDueAsync(bot, Cancellation))!.BotToken);
        await app.EndProcessesAsync();
        Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id == 58);
        Assert.DoesNotContain(app.Logs.GetSnapshot(), record => record.Message.Contains("a-hook's-secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_process_that_ends_waits_for_the_hook()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Error("invalid_refresh_token"));
        var (called, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        var rotator = app.Start(configure: options => options.Failed = _ =>
        {
            called.SetResult();
            return release.Task;
        });
        await rotator.RotateBotIfDueAsync(bot, Cancellation);
        await called.Task.WaitAsync(Cancellation);
        var end = rotator.DisposeAsync().AsTask();
        Assert.False(end.IsCompleted);
        release.SetResult();
        await end;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_new_token_that_cannot_be_saved_serves_the_process_and_is_saved_when_the_store_is_back(bool hasLeases)
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var store = new FailingStore(app.Store) { HasLeases = hasLeases, Fails = operation => operation is "TrySaveBotAsync" or "SaveBotAsync" };
        var rotator = app.Start(store);
        var rotated = (await rotator.RotateBotIfDueAsync(bot, Cancellation))!;
        Assert.NotEqual(bot.BotToken, rotated.BotToken);
        Assert.Equal(bot.BotToken, (await app.FindBotAsync())!.BotToken);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Same(rotated, await rotator.RotateBotIfDueAsync(bot, Cancellation));
        store.Fails = _ => false;
        await app.AdvanceUntilAsync(async () => (await app.FindBotAsync())!.BotToken == rotated.BotToken, TimeSpan.FromMilliseconds(100));
        Assert.Equal(1, app.Refreshes);
    }

    [Fact]
    public async Task A_new_token_that_cannot_be_saved_is_tried_once_more_when_the_process_ends()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var (saves, store) = (0, new FailingStore(app.Store));
        store.Fails = operation => operation == "TrySaveBotAsync" && ++saves == 1;
        var rotator = app.Start(store);
        var rotated = await rotator.RotateBotIfDueAsync(bot, Cancellation);
        await rotator.DisposeAsync();
        Assert.Equal(rotated, await app.FindBotAsync());
    }

    [Theory]
    [InlineData("TryAcquireLeaseAsync")]
    [InlineData("FindBotAsync")]
    [InlineData("ReleaseLeaseAsync")]
    public async Task A_store_that_fails_beside_the_save_fails_no_request(string operation)
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var store = new FailingStore(app.Store) { Fails = called => called == operation };
        var rotator = app.Start(store);
        var served = (await rotator.RotateBotIfDueAsync(bot, Cancellation))!;
        Assert.Equal(operation == "ReleaseLeaseAsync", served.BotToken != bot.BotToken);
        store.Fails = _ => false;
        app.Time.Advance(LeaseDuration);
        Assert.NotEqual(bot.BotToken, (await rotator.RotateBotIfDueAsync((await app.FindBotAsync())!, Cancellation))!.BotToken);
        Assert.Equal(1, app.Refreshes);
    }

    [Fact]
    public async Task No_log_and_no_measurement_holds_a_token_or_an_id()
    {
        await using var app = await StartAsync();
        var installation = await app.InstallAsync(expired: true);
        var store = new FailingStore(app.Store) { Fails = operation => operation is "TrySaveBotAsync" or "ReleaseLeaseAsync" };
        var process = app.StartProcess(store);
        using var counter = Collect(process);
        var rotator = (TokenRotator)process.GetService(typeof(TokenRotator))!;
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Error("xoxb-not-a-word"));
        await rotator.RotateUserIfDueAsync(installation, Cancellation);
        var rotated = await rotator.RotateBotIfDueAsync(installation.ToBot()!, Cancellation);
        await rotator.DisposeAsync();
        var texts = app.Logs.GetSnapshot().Where(record => record.Category?.StartsWith("SlackOAuth", StringComparison.Ordinal) == true)
            .Select(record => $"{record.Message} {string.Join(' ', record.StructuredState?.Select(pair => pair.Value) ?? [])} {record.Exception}")
            .Concat(counter.GetMeasurementSnapshot().Select(one => string.Join(' ', one.Tags.Values)))
            .ToArray();
        Assert.True(texts.Length >= 5, string.Join('\n', texts));
        Assert.All(texts, text => Assert.DoesNotMatch("xox|0FAKE|driver-detail", text));
        Assert.DoesNotContain(rotated!.BotToken, string.Join(' ', app.Failures), StringComparison.Ordinal);
    }
}
