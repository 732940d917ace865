using static SlackOAuth.Testing.Tests.CodeExchangeTests;
using static SlackOAuth.Testing.Tests.SlackFixture;

namespace SlackOAuth.Testing.Tests;

public sealed class RotationTests
{
    private static readonly FakeSlackApp[] Rotating = [new() { TokenRotation = true }];

    [Theory, CombinatorialModes]
    public async Task With_rotation_bot_and_user_tokens_expire_after_43200_seconds(Mode mode)
    {
        await using var fixture = await StartAsync(mode, Rotating);

        var answer = await fixture.InstallAsync(userScope: "users:read");

        var bot = (string)answer["access_token"]!;
        Assert.StartsWith("xoxe.xoxb-1-", bot, StringComparison.Ordinal);
        Assert.StartsWith("xoxe-1-", (string?)answer["refresh_token"], StringComparison.Ordinal);
        Assert.Equal(43_200, (int)answer["expires_in"]!);
        var user = answer["authed_user"]!;
        Assert.StartsWith("xoxe.xoxp-1-", (string?)user["access_token"], StringComparison.Ordinal);
        Assert.StartsWith("xoxe-1-", (string?)user["refresh_token"], StringComparison.Ordinal);
        Assert.Equal(43_200, (int)user["expires_in"]!);
        fixture.Time.Advance(TimeSpan.FromSeconds(43_199));
        Assert.True((bool)(await fixture.CallAsync("auth.test", token: bot))["ok"]!);
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        AssertError("token_expired", await fixture.CallAsync("auth.test", token: bot));
    }

    [Fact]
    public async Task The_lifetime_of_tokens_can_be_shortened()
    {
        await using var fixture = await StartAsync(Mode.InMemory, [new() { TokenRotation = true, TokenLifetime = TimeSpan.FromSeconds(30) }]);

        var answer = await fixture.InstallAsync();

        Assert.Equal(30, (int)answer["expires_in"]!);
        fixture.Time.Advance(TimeSpan.FromSeconds(30));
        AssertError("token_expired", await fixture.CallAsync("auth.test", token: (string)answer["access_token"]!));
        await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(Mode.InMemory, [new() { TokenLifetime = TimeSpan.Zero }]));
    }

    [Theory, CombinatorialModes]
    public async Task A_refresh_gives_a_bot_new_tokens_in_Slacks_shape(Mode mode)
    {
        await using var fixture = await StartAsync(mode, Rotating);
        var installed = await fixture.InstallAsync();

        var answer = await fixture.RefreshAsync((string)installed["refresh_token"]!);

        Assert.Equal(
            ["access_token", "app_id", "bot_user_id", "enterprise", "expires_in", "is_enterprise_install", "ok", "refresh_token", "scope", "team", "token_type"],
            answer.Select(pair => pair.Key).Order(StringComparer.Ordinal));
        Assert.Equal("bot", (string?)answer["token_type"]);
        Assert.Equal((string?)installed["bot_user_id"], (string?)answer["bot_user_id"]);
        Assert.Equal((string?)installed["scope"], (string?)answer["scope"]);
        Assert.NotEqual((string?)installed["access_token"], (string?)answer["access_token"]);
        Assert.True((bool)(await fixture.CallAsync("auth.test", token: (string)answer["access_token"]!))["ok"]!);
        Assert.True((bool)(await fixture.RefreshAsync((string)answer["refresh_token"]!))["ok"]!);
        Assert.Equal(2, fixture.Slack.CountCalls("oauth.v2.access", "refresh_token"));
    }

    [Theory, CombinatorialModes]
    public async Task A_refresh_of_a_user_token_says_so(Mode mode)
    {
        await using var fixture = await StartAsync(mode, Rotating);
        var installed = await fixture.InstallAsync(userScope: "users:read");

        var answer = await fixture.RefreshAsync((string)installed["authed_user"]!["refresh_token"]!);

        Assert.Equal("user", (string?)answer["token_type"]);
        Assert.Equal("users:read", (string?)answer["scope"]);
        Assert.StartsWith("xoxe.xoxp-1-", (string?)answer["access_token"], StringComparison.Ordinal);
        Assert.False(answer.ContainsKey("bot_user_id"));
    }

    [Theory, CombinatorialModes]
    public async Task Of_16_concurrent_refreshes_with_one_token_exactly_one_wins(Mode mode)
    {
        await using var fixture = await StartAsync(mode, Rotating);
        var token = (string)(await fixture.InstallAsync())["refresh_token"]!;

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => fixture.RefreshAsync(token)));

        Assert.Single(answers, answer => (bool)answer["ok"]!);
        Assert.Equal(15, answers.Count(answer => (string?)answer["error"] == "invalid_refresh_token"));
    }

    [Theory, CombinatorialModes]
    public async Task The_old_access_token_lives_on_until_it_expires(Mode mode)
    {
        await using var fixture = await StartAsync(mode, Rotating);
        var installed = await fixture.InstallAsync();
        fixture.Time.Advance(TimeSpan.FromHours(11));

        var refreshed = await fixture.RefreshAsync((string)installed["refresh_token"]!);

        Assert.True((bool)(await fixture.CallAsync("auth.test", token: (string)installed["access_token"]!))["ok"]!);
        fixture.Time.Advance(TimeSpan.FromHours(1));
        AssertError("token_expired", await fixture.CallAsync("auth.test", token: (string)installed["access_token"]!));
        Assert.True((bool)(await fixture.CallAsync("auth.test", token: (string)refreshed["access_token"]!))["ok"]!);
    }

    [Theory, CombinatorialModes]
    public async Task A_refresh_token_of_another_app_or_of_an_uninstalled_one_is_refused_and_not_used_up(Mode mode)
    {
        await using var fixture = await StartAsync(mode, [.. Rotating, new() { ClientId = "other", ClientSecret = "other-secret", TokenRotation = true }]);
        var token = (string)(await fixture.InstallAsync())["refresh_token"]!;

        AssertError("invalid_refresh_token", await fixture.CallAsync(
            "oauth.v2.access", new() { ["client_id"] = "other", ["client_secret"] = "other-secret", ["grant_type"] = "refresh_token", ["refresh_token"] = token }));
        AssertError("invalid_refresh_token", await fixture.CallAsync("oauth.v2.access", new() { ["grant_type"] = "refresh_token" }, basic: true));
        var next = await fixture.RefreshAsync(token);
        Assert.True((bool)next["ok"]!);
        fixture.Slack.Uninstall();
        AssertError("invalid_refresh_token", await fixture.RefreshAsync((string)next["refresh_token"]!));
    }
}
