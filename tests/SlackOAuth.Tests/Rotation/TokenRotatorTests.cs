using SlackOAuth.Stores;
using SlackOAuth.Testing;
using static SlackOAuth.Tests.Rotation.RotationApp;

namespace SlackOAuth.Tests.Rotation;

/// <summary>Which token is rotated, once, and what becomes of the records.</summary>
public sealed class TokenRotatorTests
{
    private const string User = "U0FAKEUSER1";

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task A_token_is_due_120_minutes_before_it_expires_and_costs_nothing_before()
    {
        await using var app = await StartAsync();
        var installation = await app.InstallAsync();
        var (rotator, bot) = (app.Start(), installation.ToBot()!);
        app.Time.Advance(TimeSpan.FromHours(10) - TimeSpan.FromTicks(1));
        Assert.Same(bot, await rotator.RotateBotIfDueAsync(bot, Cancellation));
        Assert.Same(installation, await rotator.RotateUserIfDueAsync(installation, Cancellation));
        Assert.Equal(0, app.Refreshes);
        app.Time.Advance(TimeSpan.FromTicks(1));
        Assert.NotEqual(bot.BotToken, (await rotator.RotateBotIfDueAsync(bot, Cancellation))!.BotToken);
        Assert.NotEqual(installation.UserToken, (await rotator.RotateUserIfDueAsync(installation, Cancellation))!.UserToken);
        Assert.Equal(2, app.Refreshes);
    }

    [Fact]
    public async Task A_token_without_an_expiry_or_a_refresh_token_is_never_due_and_none_is_where_rotation_is_off()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var rotator = app.Start();
        foreach (var kept in new[] { bot with { BotTokenExpiresAt = null }, bot with { BotRefreshToken = null } })
        {
            Assert.Same(kept, await rotator.RotateBotIfDueAsync(kept, Cancellation));
        }

        Assert.Same(bot, await app.Start(configure: options => options.Enabled = false).RotateBotIfDueAsync(bot, Cancellation));
        Assert.Equal(0, app.Refreshes);
    }

    [Fact]
    public async Task A_rotated_bot_has_a_new_token_and_is_otherwise_the_same()
    {
        await using var app = await StartAsync();
        var before = (await app.InstallAsync(expired: true)).ToBot()!;

        var rotated = (await app.Start().RotateBotIfDueAsync(before, Cancellation))!;

        Assert.NotEqual(before.BotToken, rotated.BotToken);
        Assert.NotEqual(before.BotRefreshToken, rotated.BotRefreshToken);
        Assert.Equal(app.Time.GetUtcNow().AddHours(12), rotated.BotTokenExpiresAt);
        Assert.Equal(before with { BotToken = rotated.BotToken, BotRefreshToken = rotated.BotRefreshToken, BotTokenExpiresAt = rotated.BotTokenExpiresAt }, rotated);
        Assert.Equal(rotated, await app.FindBotAsync());
        Assert.True((await app.Slack.CreateClient().PostAsync(new Uri("api/auth.test", UriKind.Relative), new FormUrlEncodedContent([new("token", rotated.BotToken)]), Cancellation)).IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_rotated_user_has_a_new_token_and_leaves_the_bot_and_the_other_users_as_they_are()
    {
        await using var app = await StartAsync();
        var other = await app.InstallAsync("U0FAKEUSER2");
        app.Time.Advance(TimeSpan.FromSeconds(1));
        var before = await app.InstallAsync(expired: true);
        var bot = await app.FindBotAsync();

        var rotated = (await app.Start().RotateUserIfDueAsync(before, Cancellation))!;

        Assert.NotEqual(before.UserToken, rotated.UserToken);
        Assert.Equal(
            before with { UserToken = rotated.UserToken, UserRefreshToken = rotated.UserRefreshToken, UserTokenExpiresAt = app.Time.GetUtcNow().AddHours(12) },
            rotated);
        Assert.Equal(rotated, await app.FindAsync(User));
        Assert.Equal(bot, await app.FindBotAsync());
        Assert.Equal(other.WithBot(bot), await app.FindAsync("U0FAKEUSER2"));
    }

    [Fact]
    public async Task A_user_rotated_from_a_record_of_before_the_bots_rotation_does_not_bring_the_old_bot_back()
    {
        await using var app = await StartAsync();
        var before = await app.InstallAsync(expired: true);
        var rotator = app.Start();
        var bot = await rotator.RotateBotIfDueAsync(before.ToBot()!, Cancellation);
        await rotator.RotateUserIfDueAsync(before, Cancellation);
        Assert.Equal(bot, await app.FindBotAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Of_64_requests_with_an_expired_token_one_refreshes_it_and_all_get_the_new_one(int processes)
    {
        await using var app = await StartAsync();
        var before = await app.InstallAsync(expired: true);
        var release = new TaskCompletionSource();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Held(release.Task));
        var rotators = Enumerable.Range(0, processes).Select(_ => app.Start(configure: options => options.MaxWait = TimeSpan.FromDays(1))).ToArray();

        var requests = Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () => await rotators[i % processes].RotateBotIfDueAsync(before.ToBot()!, Cancellation), Cancellation)));
        await app.Slack.WaitForCallsAsync("oauth.v2.access", 2, Cancellation);
        release.SetResult();
        var bots = await app.AdvanceUntilAsync(requests, Step);

        Assert.Equal(1, app.Refreshes);
        Assert.NotEqual(before.BotToken, (await app.FindBotAsync())!.BotToken);
        Assert.Equal([(await app.FindBotAsync())!], bots.Distinct());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task While_one_request_rotates_a_token_that_is_still_valid_the_others_are_served_with_it_at_once(int processes)
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: false)).ToBot()!;
        var release = new TaskCompletionSource();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Held(release.Task));
        var first = app.Start();
        var other = processes == 1 ? first : app.Start();

        var holder = first.RotateBotIfDueAsync(bot, Cancellation).AsTask();
        await app.Slack.WaitForCallsAsync("oauth.v2.access", 2, Cancellation);
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(bot.BotToken, (await other.RotateBotIfDueAsync(bot, Cancellation))!.BotToken);
        }

        Assert.False(holder.IsCompleted);
        release.SetResult();
        Assert.NotEqual(bot.BotToken, (await holder)!.BotToken);
        Assert.Equal(1, app.Refreshes);
    }

    [Fact]
    public async Task The_request_that_rotates_a_token_that_is_still_valid_waits_no_longer_than_it_may_and_the_rotation_goes_on()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: false)).ToBot()!;
        var release = new TaskCompletionSource();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Held(release.Task));
        var rotator = app.Start();
        var holder = rotator.RotateBotIfDueAsync(bot, Cancellation).AsTask();
        await app.Slack.WaitForCallsAsync("oauth.v2.access", 2, Cancellation);
        app.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Same(bot, await holder);
        release.SetResult();
        await app.AdvanceUntilAsync(async () => (await app.FindBotAsync())!.BotToken != bot.BotToken, TimeSpan.Zero);
    }

    [Fact]
    public async Task A_request_whose_token_has_expired_waits_no_longer_than_it_may()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        Assert.NotNull(await app.Store.TryAcquireLeaseAsync(WorkspaceId.ForTeam("T0FAKETEAM1"), null, TimeSpan.FromHours(1), Cancellation));
        var start = app.Time.GetUtcNow();
        var kept = await app.AdvanceUntilAsync(app.Start().RotateBotIfDueAsync(bot, Cancellation).AsTask(), Step);
        Assert.Same(bot, kept);
        Assert.InRange(app.Time.GetUtcNow() - start, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(11));
        Assert.Equal(0, app.Refreshes);
    }

    [Fact]
    public async Task A_dead_holder_blocks_for_no_longer_than_its_lease()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var duration = TimeSpan.FromSeconds(60);
        var lease = await app.Store.TryAcquireLeaseAsync(WorkspaceId.ForTeam("T0FAKETEAM1"), null, duration, Cancellation);
        var request = app.Start(configure: options => options.MaxWait = TimeSpan.FromDays(1)).RotateBotIfDueAsync(bot, Cancellation).AsTask();
        await app.AdvanceUntilAsync(() => Task.FromResult(app.Time.GetUtcNow() >= lease!.ExpiresAt - TimeSpan.FromSeconds(2)), TimeSpan.FromMilliseconds(500));
        Assert.False(request.IsCompleted);
        Assert.Equal(0, app.Refreshes);
        Assert.NotEqual(bot.BotToken, (await app.AdvanceUntilAsync(request, Step))!.BotToken);
        Assert.Equal(1, app.Refreshes);
    }

    [Fact]
    public async Task The_result_is_saved_though_the_request_that_asked_was_aborted()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var release = new TaskCompletionSource();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Held(release.Task));
        using var aborted = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var request = app.Start().RotateBotIfDueAsync(bot, aborted.Token).AsTask();
        await app.Slack.WaitForCallsAsync("oauth.v2.access", 2, Cancellation);
        await aborted.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        release.SetResult();
        await app.AdvanceUntilAsync(async () => (await app.FindBotAsync())!.BotToken != bot.BotToken, TimeSpan.Zero);
        Assert.Equal(1, app.Refreshes);
    }

    [Fact]
    public async Task What_the_process_has_asked_for_is_saved_before_it_ends()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var release = new TaskCompletionSource();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Held(release.Task));
        var rotator = app.Start();
        var request = rotator.RotateBotIfDueAsync(bot, Cancellation).AsTask();
        await app.Slack.WaitForCallsAsync("oauth.v2.access", 2, Cancellation);
        var disposal = rotator.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        release.SetResult();
        await disposal;
        Assert.NotEqual(bot.BotToken, (await app.FindBotAsync())!.BotToken);
        Assert.Equal(await app.FindBotAsync(), await request);
    }

    [Fact]
    public async Task A_bot_that_was_deleted_during_the_call_stays_deleted()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var release = new TaskCompletionSource();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Held(release.Task));
        var request = app.Start().RotateBotIfDueAsync(bot, Cancellation).AsTask();
        await app.Slack.WaitForCallsAsync("oauth.v2.access", 2, Cancellation);
        await app.Store.DeleteAllAsync(WorkspaceId.ForTeam("T0FAKETEAM1"), Cancellation);
        release.SetResult();
        Assert.Null(await request);
        Assert.Null(await app.FindBotAsync());
    }

    [Fact]
    public async Task A_bot_that_was_installed_anew_during_the_call_is_the_one_that_is_given()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var release = new TaskCompletionSource();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Held(release.Task));
        var request = app.Start().RotateBotIfDueAsync(bot, Cancellation).AsTask();
        await app.Slack.WaitForCallsAsync("oauth.v2.access", 2, Cancellation);
        var anew = await app.InstallAsync();
        release.SetResult();
        Assert.Equal(anew.BotToken, (await request)!.BotToken);
        Assert.Equal(anew.BotToken, (await app.FindBotAsync())!.BotToken);
    }

    [Fact]
    public async Task Over_a_store_without_leases_a_token_is_rotated_once_within_the_process_and_that_is_warned_of_once()
    {
        await using var app = await StartAsync();
        var bot = (await app.InstallAsync(expired: true)).ToBot()!;
        var rotator = app.Start(new FailingStore(app.Store) { HasLeases = false });
        var bots = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () => await rotator.RotateBotIfDueAsync(bot, Cancellation), Cancellation)));
        Assert.Equal(1, app.Refreshes);
        Assert.Equal([(await app.FindBotAsync())!], bots.Distinct());
        Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id == 59);
    }

    [Fact]
    public async Task Over_a_store_without_leases_too_what_was_deleted_during_the_call_stays_deleted()
    {
        await using var app = await StartAsync();
        var installation = await app.InstallAsync(expired: true);
        var release = new TaskCompletionSource();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Held(release.Task), 2);
        var rotator = app.Start(new FailingStore(app.Store) { HasLeases = false });
        var bot = rotator.RotateBotIfDueAsync(installation.ToBot()!, Cancellation).AsTask();
        var user = rotator.RotateUserIfDueAsync(installation, Cancellation).AsTask();
        await app.Slack.WaitForCallsAsync("oauth.v2.access", 3, Cancellation);
        await app.Store.DeleteAllAsync(WorkspaceId.ForTeam("T0FAKETEAM1"), Cancellation);
        release.SetResult();
        Assert.Null(await bot);
        Assert.Null(await user);
        Assert.Null(await app.FindBotAsync());
        Assert.Null(await app.FindAsync(User));
    }
}
