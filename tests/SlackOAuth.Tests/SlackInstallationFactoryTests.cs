using SlackOAuth.Stores;

namespace SlackOAuth.Tests;

public sealed class SlackInstallationFactoryTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 1, 12, 0, 0, TimeSpan.FromHours(2));

    private static readonly OAuthAccess Access = new()
    {
        AppId = "A1",
        AccessToken = "xoxb-1",
        TokenType = "bot",
        Scope = "commands,chat:write",
        BotUserId = "UB1",
        RefreshToken = "xoxe-1",
        ExpiresIn = 43_200,
        Team = new() { Id = "T1", Name = "Team" },
        Enterprise = new() { Id = "E1", Name = "Enterprise" },
        AuthedUser = new() { Id = "U1", AccessToken = "xoxp-1", TokenType = "user", Scope = "search:read", RefreshToken = "xoxe-2", ExpiresIn = 3_600 },
        IncomingWebhook = new() { Url = "https://hooks.slack.com/1", Channel = "#c", ChannelId = "C1", ConfigurationUrl = "https://x.slack.com/c" },
    };

    private static readonly AuthTest Test = new() { BotId = "B1", Url = "https://team.slack.com/" };

    [Fact]
    public void Every_field_of_the_answers_is_kept()
    {
        Assert.Equal(
            new Installation
            {
                AppId = "A1",
                EnterpriseId = "E1",
                EnterpriseName = "Enterprise",
                TeamId = "T1",
                TeamName = "Team",
                BotToken = "xoxb-1",
                BotId = "B1",
                BotUserId = "UB1",
                BotScopes = ["commands", "chat:write"],
                BotRefreshToken = "xoxe-1",
                BotTokenExpiresAt = Now.AddHours(12),
                UserId = "U1",
                UserToken = "xoxp-1",
                UserScopes = ["search:read"],
                UserRefreshToken = "xoxe-2",
                UserTokenExpiresAt = Now.AddHours(1),
                IncomingWebhookUrl = "https://hooks.slack.com/1",
                IncomingWebhookChannel = "#c",
                IncomingWebhookChannelId = "C1",
                IncomingWebhookConfigurationUrl = "https://x.slack.com/c",
                TokenType = "bot",
                InstalledAt = Now,
            },
            SlackInstallationFactory.Create(Access, Test, Now));
    }

    [Fact]
    public void An_org_wide_install_has_the_URL_of_auth_test_as_its_enterprise_URL_and_no_team()
    {
        var installation = SlackInstallationFactory.Create(Access with { IsEnterpriseInstall = true, Team = null }, Test with { Url = "https://e.enterprise.slack.com/" }, Now);

        Assert.True(installation.IsEnterpriseInstall);
        Assert.Equal(("https://e.enterprise.slack.com/", "E1", null), (installation.EnterpriseUrl, installation.EnterpriseId, installation.TeamId));
    }

    [Fact]
    public void A_workspace_has_no_enterprise_URL()
    {
        Assert.Null(SlackInstallationFactory.Create(Access, Test, Now).EnterpriseUrl);
    }

    [Fact]
    public void An_install_of_user_scopes_only_has_no_bot()
    {
        var installation = SlackInstallationFactory.Create(Access with { AccessToken = null }, null, Now);

        Assert.Null(installation.ToBot());
        Assert.Null(installation.BotTokenExpiresAt);
        Assert.Empty(installation.BotScopes);
        Assert.Equal("xoxp-1", installation.UserToken);
    }

    [Fact]
    public void Without_rotation_nothing_expires()
    {
        var installation = SlackInstallationFactory.Create(
            Access with { ExpiresIn = null, RefreshToken = null, AuthedUser = Access.AuthedUser! with { ExpiresIn = null, RefreshToken = null } }, Test, Now);

        Assert.Equal((null, null, null, null), (installation.BotTokenExpiresAt, installation.BotRefreshToken, installation.UserTokenExpiresAt, installation.UserRefreshToken));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-5, 0)]
    [InlineData(long.MinValue, 0)]
    [InlineData(long.MaxValue, 315_360_000)]
    public void An_absurd_lifetime_overflows_nothing(long expiresIn, long expected)
    {
        Assert.Equal(Now.AddSeconds(expected), SlackInstallationFactory.ExpiresAt(expiresIn, Now));
    }

    [Fact]
    public void An_answer_without_a_user_or_without_a_workspace_is_refused()
    {
        Assert.Throws<ArgumentException>(() => SlackInstallationFactory.Create(Access with { AuthedUser = null }, Test, Now));
        Assert.Throws<ArgumentException>(() => SlackInstallationFactory.Create(Access with { Team = null }, Test, Now));
        Assert.Throws<ArgumentException>(() => SlackInstallationFactory.Create(Access with { IsEnterpriseInstall = true, Enterprise = null }, Test, Now));
    }
}
