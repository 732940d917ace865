using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores;
using SlackOAuth.Testing;

namespace SlackOAuth.AspNetCore.Tests;

/// <summary>Tokens are rotated where a request finds them due.</summary>
public sealed class RotationTests
{
    private const string First = "U0FAKEUSER1";
    private const string Second = "U0FAKEUSER2";

    private static readonly WorkspaceId Team = WorkspaceId.ForTeam("T0FAKETEAM1");

    private static CancellationToken Cancellation => SlackTestApp.Cancellation;

    [Fact]
    public async Task A_request_gets_new_tokens_for_the_bot_and_its_user()
    {
        await using var app = await StartAsync();
        var before = await InstallAsync(app, First);
        app.Time.Advance(TimeSpan.FromHours(13));

        var authorization = (await AuthorizeAsync(app, First))!;

        Assert.NotEqual(before.BotToken, authorization.BotToken);
        Assert.NotEqual(before.UserToken, authorization.UserToken);
        Assert.Equal((false, false), (authorization.IsBotTokenExpired, authorization.IsUserTokenExpired));
        Assert.Equal(app.Time.GetUtcNow().AddHours(12), authorization.UserTokenExpiresAt);
        Assert.Equal((authorization.BotToken, authorization.UserToken), (authorization.Installation!.BotToken, authorization.Installation.UserToken));
        Assert.Equal(authorization.Installation, await app.Store.FindInstallationAsync(Team, First, Cancellation));
        Assert.Equal(2, app.Slack.CountCalls("oauth.v2.access", "refresh_token"));

        var again = await AuthorizeAsync(app, First);
        Assert.Equal(authorization.BotToken, again!.BotToken);
        Assert.Equal(2, app.Slack.CountCalls("oauth.v2.access", "refresh_token"));
    }

    [Fact]
    public async Task The_installers_user_token_is_never_lost_while_another_user_is_served()
    {
        await using var app = await StartAsync();
        var second = await InstallAsync(app, Second);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        var installer = await InstallAsync(app, First);
        app.Time.Advance(TimeSpan.FromHours(13));

        var authorization = (await AuthorizeAsync(app, Second))!;

        Assert.Equal(Second, authorization.UserId);
        Assert.NotEqual(second.UserToken, authorization.UserToken);
        Assert.Equal((First, null), (authorization.Installation!.UserId, authorization.Installation.UserToken));
        var kept = (await app.Store.FindInstallationAsync(Team, First, Cancellation))!;
        Assert.Equal((installer.UserToken, installer.UserRefreshToken), (kept.UserToken, kept.UserRefreshToken));
        Assert.Equal(authorization.BotToken, kept.BotToken);

        // Who has no installation gets no user token, and takes nobody's.
        Assert.Null((await AuthorizeAsync(app, "U0STRANGER1"))!.UserToken);
        Assert.Equal(kept, await app.Store.FindInstallationAsync(Team, First, Cancellation));
        Assert.NotEqual(installer.UserToken, (await AuthorizeAsync(app, First))!.UserToken);
        Assert.Equal(3, app.Slack.CountCalls("oauth.v2.access", "refresh_token"));
    }

    [Fact]
    public async Task A_token_that_Slack_refuses_is_reported_and_the_request_is_served_with_the_other()
    {
        var reported = new TaskCompletionSource<TokenRotationFailure>();
        await using var app = await StartAsync(options => options.Rotation.Failed = failure =>
        {
            reported.SetResult(failure);
            return Task.CompletedTask;
        });
        var before = await InstallAsync(app, First);
        await app.Store.SaveBotAsync(before.ToBot()! with { BotRefreshToken = "xoxe-1-spent" }, Cancellation);
        app.Time.Advance(TimeSpan.FromHours(13));

        var authorization = (await AuthorizeAsync(app, First))!;

        Assert.Equal((true, before.BotToken), (authorization.IsBotTokenExpired, authorization.BotToken));
        Assert.NotEqual(before.UserToken, authorization.UserToken);

        // Told once the request has gone on.
        var failure = await reported.Task.WaitAsync(Cancellation);
        Assert.Equal((null, "invalid_refresh_token"), (failure.UserId, failure.Error.Code));
        Assert.Equal("xoxe-1-spent", (await app.Store.FindBotAsync(Team, Cancellation))!.BotRefreshToken);
    }

    [Fact]
    public async Task A_workspace_that_is_uninstalled_while_its_tokens_are_rotated_is_not_installed()
    {
        await using var app = await StartAsync();
        await InstallAsync(app, First);
        app.Time.Advance(TimeSpan.FromHours(13));
        var release = new TaskCompletionSource();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Held(release.Task), 2);
        var request = AuthorizeAsync(app, First);
        await app.Slack.WaitForCallsAsync("oauth.v2.access", 3, Cancellation);
        await app.Store.DeleteAllAsync(Team, Cancellation);
        release.SetResult();
        Assert.Null(await request);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(First)]
    public async Task A_workspace_whose_token_is_being_rotated_is_rekeyed_after_that(string? rotating)
    {
        await using var app = await StartAsync();
        var before = await InstallAsync(app, First);
        var upgraded = WorkspaceId.ForTeam(Team.TeamId!, "E1");
        var leasing = app.Store.GetCapability<IRotationLeasing>()!;
        var lease = (await leasing.TryAcquireLeaseAsync(Team, rotating, TimeSpan.FromMinutes(1), Cancellation))!;
        var request = new SlackRequestContext { Kind = SlackRequestKind.Command, TeamId = Team.TeamId, EnterpriseId = "E1", UserId = First };
        var authorizer = app.App.Services.GetRequiredService<ISlackAuthorizer>();

        Assert.Equal(before.UserToken, (await authorizer.AuthorizeAsync(request, Cancellation))!.UserToken);
        Assert.True(rotating is null
            ? await leasing.TrySaveBotAsync(lease, before.ToBot()! with { BotToken = "xoxb-rotated" }, Cancellation)
            : await leasing.TrySaveInstallationAsync(lease, before with { UserToken = "xoxp-rotated" }, Cancellation));
        await leasing.ReleaseLeaseAsync(lease, Cancellation);
        var authorization = (await authorizer.AuthorizeAsync(request, Cancellation))!;
        Assert.Equal(rotating is null ? ("xoxb-rotated", before.UserToken) : (before.BotToken, "xoxp-rotated"), (authorization.BotToken, authorization.UserToken));
        Assert.NotNull(await app.Store.FindInstallationAsync(upgraded, First, Cancellation));
        Assert.Null(await app.Store.FindInstallationAsync(Team, cancellationToken: Cancellation));
        Assert.Null(await app.Store.FindBotAsync(Team, Cancellation));
    }

    [Fact]
    public async Task A_user_whose_installation_a_request_rekeys_gets_a_new_token_all_the_same()
    {
        await using var app = await StartAsync();
        var before = await InstallAsync(app, First);
        var upgraded = WorkspaceId.ForTeam(Team.TeamId!, "E1");

        // Installed anew by another since the upgrade: the first user's installation is found by a look of its own.
        await app.Store.SaveAsync(before with { EnterpriseId = "E1", UserId = Second, InstalledAt = before.InstalledAt.AddSeconds(1) }, Cancellation);
        app.Time.Advance(TimeSpan.FromHours(13));

        var request = new SlackRequestContext { Kind = SlackRequestKind.Command, TeamId = Team.TeamId, EnterpriseId = "E1", UserId = First };
        var authorization = (await app.App.Services.GetRequiredService<ISlackAuthorizer>().AuthorizeAsync(request, Cancellation))!;

        Assert.Equal((First, false), (authorization.UserId, authorization.IsUserTokenExpired));
        Assert.NotEqual(before.UserToken, authorization.UserToken);
        Assert.Equal(authorization.UserToken, (await app.Store.FindInstallationAsync(upgraded, First, Cancellation))!.UserToken);
    }

    private static Task<SlackTestApp> StartAsync(Action<SlackOAuthOptions>? configure = null) => SlackTestApp.StartAsync(new()
    {
        Slack = new() { Apps = [new() { TokenRotation = true }], Workspaces = [new() { Users = [new(), new() { Id = Second, Name = "bob" }] }] },
        Options = options =>
        {
            options.UserScopes = ["search:read"];
            configure?.Invoke(options);
        },
    });

    private static async Task<Installation> InstallAsync(SlackTestApp app, string userId)
    {
        using var browser = app.OpenBrowser();
        Assert.Equal(HttpStatusCode.OK, (await browser.InstallAsync(AuthorizeDecision.Allow(userId: userId))).Status);
        return (await app.Store.FindInstallationAsync(Team, userId, Cancellation))!;
    }

    private static Task<SlackAuthorization?> AuthorizeAsync(SlackTestApp app, string userId) => app.App.Services.GetRequiredService<ISlackAuthorizer>()
        .AuthorizeAsync(new SlackRequestContext { Kind = SlackRequestKind.Command, TeamId = Team.TeamId, UserId = userId }, Cancellation).AsTask();
}
