using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore.Tests;

public sealed class AuthorizerTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private static readonly WorkspaceId Team = WorkspaceId.ForTeam("T1");
    private static readonly WorkspaceId GridTeam = WorkspaceId.ForTeam("T1", "E1");
    private static readonly WorkspaceId Organization = WorkspaceId.ForEnterprise("E1");

    private readonly RecordingInstallationStore _store = new();
    private readonly FakeLogCollector _logs = new(Microsoft.Extensions.Options.Options.Create(new FakeLogCollectorOptions()));
    private readonly List<ServiceProvider> _providers = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_bot_alone_is_one_call()
    {
        await SaveAsync(Installation(Team, "U1"));

        var authorization = await Authorizer(UserTokenResolution.None).AuthorizeAsync(Request("T1", userId: "U1"), Cancellation);

        Assert.Equal("xoxb-U1", authorization!.BotToken);
        Assert.Null(authorization.UserToken);
        Assert.Null(authorization.Installation);
        Assert.Equal(["FindBotAsync none-T1"], _store.Calls);
    }

    [Theory]
    [InlineData(false, "FindBotAsync none-T1")]
    [InlineData(true, "FindInstallationAsync none-T1")]
    public async Task Automatic_looks_for_users_where_user_scopes_are_asked_for(bool hasUserScopes, string call)
    {
        await SaveAsync(Installation(Team, "U1"));

        await Authorizer(UserTokenResolution.Automatic, options => options.UserScopes = hasUserScopes ? ["search:read"] : []).AuthorizeAsync(Request("T1", userId: "U1"), Cancellation);

        Assert.Equal([call], _store.Calls);
    }

    [Fact]
    public async Task The_installer_asking_is_one_call_with_both_tokens()
    {
        await SaveAsync(Installation(Team, "U1"));

        var authorization = await Authorizer().AuthorizeAsync(Request("T1", userId: "U1"), Cancellation);

        Assert.Equal(("xoxb-U1", "xoxp-U1", "U1"), (authorization!.BotToken, authorization.UserToken, authorization.UserId));
        Assert.Equal("xoxp-U1", authorization.Installation!.UserToken);
        Assert.Equal(["search:read"], authorization.UserScopes);
        Assert.Equal(["FindInstallationAsync none-T1"], _store.Calls);
    }

    [Fact]
    public async Task Another_user_gets_the_workspaces_bot_and_their_own_user_token()
    {
        await SaveAsync(Installation(Team, "U2", Now.AddDays(-1)));
        await SaveAsync(Installation(Team, "U1"));

        var authorization = await Authorizer().AuthorizeAsync(Request("T1", userId: "U2"), Cancellation);

        Assert.Equal(("xoxb-U1", "xoxp-U2", "U2"), (authorization!.BotToken, authorization.UserToken, authorization.UserId));
        Assert.Equal("U1", authorization.Installation!.UserId);
        Assert.Equal(["FindInstallationAsync none-T1", "FindInstallationAsync none-T1 U2"], _store.Calls);
    }

    [Theory]
    [InlineData("U3")]
    [InlineData("u1")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_user_who_has_not_installed_gets_no_user_token_and_never_the_installers(string? userId)
    {
        await SaveAsync(Installation(Team, "U1"));

        var authorization = await Authorizer().AuthorizeAsync(Request("T1", userId: userId), Cancellation);

        Assert.Equal("xoxb-U1", authorization!.BotToken);
        Assert.Null(authorization.UserToken);
        Assert.Null(authorization.UserId);
        var installation = authorization.Installation!;
        Assert.Equal((null, null, null), (installation.UserToken, installation.UserRefreshToken, installation.UserTokenExpiresAt));
        Assert.Empty(installation.UserScopes);
        Assert.DoesNotContain("xoxp", authorization.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_without_a_bot_is_not_installed_for_a_user_who_has_not_installed_it()
    {
        await SaveAsync(Installation(Team, "U1").WithBot(null));

        Assert.Null(await Authorizer().AuthorizeAsync(Request("T1", userId: "U2"), Cancellation));
        Assert.Equal("xoxp-U1", (await Authorizer().AuthorizeAsync(Request("T1", userId: "U1"), Cancellation))!.UserToken);
    }

    [Fact]
    public async Task A_bot_whose_installations_are_all_gone_is_found()
    {
        await SaveAsync(Installation(Team, "U1"));
        await _store.DeleteInstallationAsync(Team, cancellationToken: Cancellation);
        _store.Forget();

        var authorization = await Authorizer().AuthorizeAsync(Request("T1", userId: "U1"), Cancellation);

        Assert.Equal("xoxb-U1", authorization!.BotToken);
        Assert.Null(authorization.Installation);
        Assert.Equal(["FindInstallationAsync none-T1", "FindBotAsync none-T1"], _store.Calls);
    }

    [Fact]
    public async Task What_is_not_there_and_a_request_that_names_nothing_are_null()
    {
        Assert.Null(await Authorizer().AuthorizeAsync(Request("T1", userId: "U1"), Cancellation));
        Assert.Null(await Authorizer().AuthorizeAsync(new SlackRequestContext(), Cancellation));
    }

    [Fact]
    public async Task A_workspace_of_an_organization_is_found_under_its_own_key_first()
    {
        await SaveAsync(Installation(GridTeam, "U1"));
        await SaveAsync(Installation(Team, "U2"));
        await SaveAsync(Installation(Organization, "U3"));

        var authorization = await Authorizer(UserTokenResolution.None).AuthorizeAsync(Request("T1", "E1", "U1"), Cancellation);

        Assert.Equal((GridTeam, "xoxb-U1"), (authorization!.Workspace, authorization.BotToken));
        Assert.Equal(["FindBotAsync E1-T1"], _store.Calls);
    }

    [Fact]
    public async Task An_org_wide_request_is_looked_for_org_wide_alone()
    {
        await SaveAsync(Installation(GridTeam, "U1"));

        Assert.Null(await Authorizer(UserTokenResolution.None).AuthorizeAsync(Request("T1", "E1", "U1") with { IsEnterpriseInstall = true }, Cancellation));
        Assert.Equal(["FindBotAsync E1-none"], _store.Calls);

        await SaveAsync(Installation(Organization, "U3"));
        var authorization = await Authorizer().AuthorizeAsync(Request("T1", "E1", "U3") with { IsEnterpriseInstall = true }, Cancellation);
        Assert.Equal((Organization, "xoxb-U3", "xoxp-U3"), (authorization!.Workspace, authorization.BotToken, authorization.UserToken));
    }

    [Fact]
    public async Task An_organization_serves_its_workspaces_after_their_own_keys()
    {
        await SaveAsync(Installation(Organization, "U3"));

        var authorization = await Authorizer(UserTokenResolution.None).AuthorizeAsync(Request("T1", "E1", "U1"), Cancellation);

        Assert.Equal((Organization, "xoxb-U3"), (authorization!.Workspace, authorization.BotToken));
        Assert.Equal(["FindBotAsync E1-T1", "FindBotAsync none-T1", "FindBotAsync E1-none"], _store.Calls);
    }

    [Fact]
    public async Task A_workspace_that_joined_a_Grid_is_found_and_rekeyed_with_all_its_users_and_served_in_one_call_from_then_on()
    {
        await SaveAsync(Installation(Team, "U1", Now.AddDays(-2)));
        await SaveAsync(Installation(Team, "U2", Now.AddDays(-1)) with { EnterpriseName = null });
        await SaveAsync(Installation(WorkspaceId.ForTeam("T12"), "U1"));
        await SaveAsync(Installation(Organization, "U9"));

        var authorization = await Authorizer().AuthorizeAsync(Request("T1", "E1", "U1"), Cancellation);

        Assert.Equal((GridTeam, "xoxb-U2", "xoxp-U1"), (authorization!.Workspace, authorization.BotToken, authorization.UserToken));
        Assert.Equal("E1", authorization.Bot!.EnterpriseId);
        Assert.Equal("xoxp-U1", (await _store.FindInstallationAsync(GridTeam, "U1", Cancellation))!.UserToken);
        Assert.Equal(("xoxp-U2", Now.AddDays(-1)), ((await _store.FindInstallationAsync(GridTeam, "U2", Cancellation))!.UserToken, (await _store.FindInstallationAsync(GridTeam, "U2", Cancellation))!.InstalledAt));
        Assert.Null(await _store.FindInstallationAsync(Team, cancellationToken: Cancellation));
        Assert.Null(await _store.FindBotAsync(Team, Cancellation));
        Assert.NotNull(await _store.FindBotAsync(WorkspaceId.ForTeam("T12"), Cancellation));
        Assert.NotNull(await _store.FindBotAsync(Organization, Cancellation));

        _store.Forget();
        await Authorizer().AuthorizeAsync(Request("T1", "E1", "U2"), Cancellation);
        Assert.Equal(["FindInstallationAsync E1-T1"], _store.Calls);
    }

    [Theory]
    [InlineData(UserTokenResolution.None)]
    [InlineData(UserTokenResolution.RequestingUser)]
    public async Task A_workspace_that_another_process_moved_is_found_by_one_that_has_cached_that_nothing_is_there(UserTokenResolution resolution)
    {
        var store = new InMemoryInstallationStore(new() { ClientId = "1234567890.1234567890" });
        var authorizer = Authorizer(resolution, cached: store);
        Assert.Null(await authorizer.AuthorizeAsync(Request("T1", "E1", "U1"), Cancellation));

        // Not by this process, whose cache would know.
        await store.SaveAsync(Installation(GridTeam, "U1"), Cancellation);
        var authorization = await authorizer.AuthorizeAsync(Request("T1", "E1", "U1"), Cancellation);

        Assert.Equal((GridTeam, "xoxb-U1"), (authorization?.Workspace, authorization?.BotToken));
        Assert.Equal(resolution == UserTokenResolution.None ? null : "xoxp-U1", authorization!.UserToken);
        Assert.NotNull(await store.TryAcquireLeaseAsync(GridTeam, null, TimeSpan.FromMinutes(1), Cancellation));
    }

    [Fact]
    public async Task A_modal_across_a_shared_channel_finds_the_workspace_and_nothing_of_the_actors_organization()
    {
        await SaveAsync(Installation(Team, "U1"));
        const string Payload = """
            {"type":"view_submission","team":{"id":"T8"},"enterprise":{"id":"E8"},"user":{"id":"U8","team_id":"T8"},"view":{"app_installed_team_id":"T1","team_id":"T8"}}
            """;
        Assert.True(SlackRequestContext.TryParse("application/x-www-form-urlencoded", Encoding.UTF8.GetBytes("payload=" + Uri.EscapeDataString(Payload)), out var request));

        var across = await Authorizer().AuthorizeAsync(request, Cancellation);
        var own = await Authorizer().AuthorizeAsync(Request("T1", userId: "U1"), Cancellation);
        await SaveAsync(Installation(WorkspaceId.ForEnterprise("E8"), "U8"));
        await _store.DeleteAllAsync(Team, Cancellation);

        Assert.Null(await Authorizer().AuthorizeAsync(request, Cancellation));
        Assert.Equal((Team, "xoxb-U1", null), (across!.Workspace, across.BotToken, across.UserToken));
        Assert.Equal((Team, "xoxb-U1", "xoxp-U1"), (own?.Workspace, own?.BotToken, own?.UserToken));
    }

    [Fact]
    public async Task A_bot_alone_is_rekeyed_too()
    {
        await SaveAsync(Installation(Team, "U1"));
        await _store.DeleteInstallationAsync(Team, cancellationToken: Cancellation);

        var authorization = await Authorizer(UserTokenResolution.None).AuthorizeAsync(Request("T1", "E1", "U1"), Cancellation);

        Assert.Equal((GridTeam, "xoxb-U1"), (authorization!.Workspace, authorization.BotToken));
        Assert.Null(await _store.FindBotAsync(Team, Cancellation));
    }

    [Theory]
    [InlineData("SaveBotAsync")]
    [InlineData("SaveAsync")]
    [InlineData("DeleteInstallationAsync")]
    [InlineData("DeleteBotAsync")]
    public async Task A_rekeying_that_breaks_off_serves_the_request_loses_nothing_and_is_finished_by_a_later_one(string operation)
    {
        await SaveAsync(Installation(Team, "U1", Now.AddDays(-1)));
        await SaveAsync(Installation(Team, "U2"));
        _store.Fails = call => call.StartsWith(operation, StringComparison.Ordinal) && (operation is not "SaveAsync" || call == "SaveAsync");

        var served = await Authorizer().AuthorizeAsync(Request("T1", "E1", "U2"), Cancellation);
        _store.Fails = null;
        var rotated = await _store.FindInstallationAsync(GridTeam, "U2", Cancellation);
        if (rotated is not null)
        {
            await _store.SaveAsync(rotated with { UserToken = "xoxp-rotated", UserTokenExpiresAt = Now.AddHours(22) }, Cancellation);
        }

        var later = await Authorizer().AuthorizeAsync(Request("T1", "E1", "U1"), Cancellation);

        Assert.Equal(("xoxb-U2", "xoxp-U2"), (served!.BotToken, served.UserToken));
        Assert.Contains(_logs.GetSnapshot(), record => record.Id.Id == 33);
        Assert.Equal(("xoxb-U2", "xoxp-U1"), (later!.BotToken, later.UserToken));
        Assert.Equal(rotated is null ? "xoxp-U2" : "xoxp-rotated", (await _store.FindInstallationAsync(GridTeam, "U2", Cancellation))!.UserToken);
        Assert.Null(await _store.FindInstallationAsync(Team, cancellationToken: Cancellation));
        Assert.Null(await _store.FindBotAsync(Team, Cancellation));
    }

    [Fact]
    public async Task A_workspace_that_was_installed_anew_since_its_upgrade_still_finds_its_earlier_users()
    {
        await SaveAsync(Installation(Team, "U1", Now.AddDays(-2)));
        await SaveAsync(Installation(GridTeam, "U5"));

        var authorization = await Authorizer().AuthorizeAsync(Request("T1", "E1", "U1"), Cancellation);

        Assert.Equal(("xoxb-U5", "xoxp-U1"), (authorization!.BotToken, authorization.UserToken));
        Assert.Equal("xoxb-U5", (await _store.FindBotAsync(GridTeam, Cancellation))!.BotToken);
        Assert.NotNull(await _store.FindInstallationAsync(GridTeam, "U1", Cancellation));
        Assert.Null(await _store.FindInstallationAsync(Team, cancellationToken: Cancellation));
    }

    [Theory]
    [InlineData(UserTokenResolution.None)]
    [InlineData(UserTokenResolution.RequestingUser)]
    public async Task A_workspace_that_another_request_rekeys_while_this_one_waits_for_its_token_is_found_where_it_was_moved(UserTokenResolution resolution)
    {
        await SaveAsync(Installation(Team, "U1") with { BotRefreshToken = "xoxe-1", BotTokenExpiresAt = Now, UserTokenExpiresAt = Now });
        var (isHeld, isMoved) = (false, false);
        _store.Fails = call =>
        {
            if (isHeld && !isMoved && call.Contains("none-T1", StringComparison.Ordinal))
            {
                // The rotation's own look: the in-memory store has done these calls when they return.
                isMoved = true;
                _store.SaveAsync(Installation(GridTeam, "U1"), Cancellation).AsTask().Wait(Cancellation);
                _store.DeleteAllAsync(Team, Cancellation).AsTask().Wait(Cancellation);
            }

            // This request cannot move it: another is about to.
            isHeld |= call.StartsWith("Save", StringComparison.Ordinal);
            return !isMoved && call.StartsWith("Save", StringComparison.Ordinal);
        };

        var authorization = await Authorizer(resolution).AuthorizeAsync(Request("T1", "E1", "U1"), Cancellation);

        Assert.True(isMoved);
        Assert.Equal((GridTeam, "xoxb-U1", resolution == UserTokenResolution.None ? null : "xoxp-U1"), (authorization?.Workspace, authorization?.BotToken, authorization?.UserToken));
    }

    [Fact]
    public async Task Two_requests_that_rekey_at_once_end_alike()
    {
        await SaveAsync(Installation(Team, "U1", Now.AddDays(-1)));
        await SaveAsync(Installation(Team, "U2"));
        var authorizer = Authorizer();

        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => authorizer.AuthorizeAsync(Request("T1", "E1", "U1"), Cancellation).AsTask())));

        Assert.All(results, authorization => Assert.Equal("xoxb-U2", authorization!.BotToken));
        Assert.Equal("xoxp-U1", (await _store.FindInstallationAsync(GridTeam, "U1", Cancellation))!.UserToken);
        Assert.Equal("xoxp-U2", (await _store.FindInstallationAsync(GridTeam, "U2", Cancellation))!.UserToken);
        Assert.Null(await _store.FindInstallationAsync(Team, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task With_the_fallback_off_a_workspace_is_found_under_its_own_key_alone()
    {
        await SaveAsync(Installation(Team, "U1"));
        await SaveAsync(Installation(Organization, "U3"));

        Assert.Null(await Authorizer(UserTokenResolution.None, options => options.GridFallbackEnabled = false).AuthorizeAsync(Request("T1", "E1", "U1"), Cancellation));
        Assert.Equal(["FindBotAsync E1-T1"], _store.Calls);
    }

    [Fact]
    public async Task An_actor_is_looked_for_in_their_own_workspace()
    {
        await SaveAsync(Installation(Team, "U1"));
        await SaveAsync(Installation(WorkspaceId.ForTeam("T2", "E2"), "U7"));
        var request = Request("T1", userId: "U7") with { ActorEnterpriseId = "E2", ActorTeamId = "T2", ActorUserId = "U7" };

        var actor = await Authorizer(UserTokenResolution.Actor).AuthorizeAsync(request, Cancellation);
        var requesting = await Authorizer(UserTokenResolution.RequestingUser).AuthorizeAsync(request, Cancellation);
        var nobody = await Authorizer(UserTokenResolution.Actor).AuthorizeAsync(request with { ActorEnterpriseId = null, ActorTeamId = null, ActorUserId = null }, Cancellation);

        Assert.Equal((Team, "xoxb-U1", "xoxp-U7", "U7"), (actor!.Workspace, actor.BotToken, actor.UserToken, actor.UserId));
        Assert.Null(requesting!.UserToken);
        Assert.Null(nobody!.UserToken);
    }

    [Fact]
    public async Task An_actor_of_the_same_name_in_another_workspace_is_another_user()
    {
        // The installer of T1 is U1; the actor is the U1 of T2, who has not installed the app.
        await SaveAsync(Installation(Team, "U1"));

        var authorization = await Authorizer(UserTokenResolution.Actor)
            .AuthorizeAsync(Request("T1", userId: "U1") with { ActorTeamId = "T2", ActorUserId = "U1" }, Cancellation);

        Assert.Null(authorization!.UserToken);
        Assert.Null(authorization.Installation!.UserToken);

        await SaveAsync(Installation(WorkspaceId.ForTeam("T2"), "U1") with { UserToken = "xoxp-of-T2" });
        authorization = await Authorizer(UserTokenResolution.Actor)
            .AuthorizeAsync(Request("T1", userId: "U1") with { ActorTeamId = "T2", ActorUserId = "U1" }, Cancellation);

        Assert.Equal("xoxp-of-T2", authorization!.UserToken);
        Assert.Null(authorization.Installation!.UserToken);
    }

    [Theory]
    [InlineData(UserTokenResolution.RequestingUser)]
    [InlineData(UserTokenResolution.None)]
    public async Task A_user_who_installs_alone_after_the_upgrade_does_not_hide_the_bot_of_before(UserTokenResolution resolution)
    {
        await SaveAsync(Installation(Team, "U1", Now.AddDays(-1)));
        await SaveAsync(Installation(GridTeam, "U2").WithBot(null));

        var authorization = await Authorizer(resolution, options => options.Scopes = ["commands"]).AuthorizeAsync(Request("T1", "E1", "U3"), Cancellation);

        Assert.Equal((GridTeam, "xoxb-U1"), (authorization!.Workspace, authorization.BotToken));
        Assert.Null(await _store.FindBotAsync(Team, Cancellation));
        Assert.Equal("xoxb-U1", (await _store.FindBotAsync(GridTeam, Cancellation))!.BotToken);
        Assert.NotNull(await _store.FindInstallationAsync(GridTeam, "U1", Cancellation));
        Assert.NotNull(await _store.FindInstallationAsync(GridTeam, "U2", Cancellation));
    }

    [Theory]
    [InlineData("U2", "xoxp-U2")]
    [InlineData("U1", "xoxp-U1")]
    [InlineData("U3", null)]
    public async Task Users_who_install_alone_in_a_workspace_of_an_organization_do_not_hide_the_organizations_bot(string userId, string? token)
    {
        await SaveAsync(Installation(Organization, "U1"));
        await SaveAsync(Installation(GridTeam, "U2").WithBot(null));

        var authorization = await Authorizer(configure: options => options.Scopes = ["commands"]).AuthorizeAsync(Request("T1", "E1", userId), Cancellation);

        Assert.Equal((GridTeam, "xoxb-U1", token), (authorization!.Workspace, authorization.BotToken, authorization.UserToken));
        Assert.Equal(("U2", "xoxb-U1"), (authorization.Installation!.UserId, authorization.Installation.BotToken));
        Assert.NotNull(await _store.FindBotAsync(Organization, Cancellation));
    }

    [Fact]
    public async Task An_app_without_bot_scopes_looks_for_no_bot_elsewhere()
    {
        await SaveAsync(Installation(GridTeam, "U2").WithBot(null));

        var authorization = await Authorizer(configure: options => options.UserScopes = ["search:read"]).AuthorizeAsync(Request("T1", "E1", "U2"), Cancellation);

        Assert.Equal("xoxp-U2", authorization!.UserToken);
        Assert.Equal(["FindInstallationAsync E1-T1"], _store.Calls);
    }

    [Fact]
    public async Task Where_the_enterprise_is_uncertain_the_bot_of_before_is_read_and_not_moved()
    {
        await SaveAsync(Installation(Team, "U1", Now.AddDays(-1)));
        await SaveAsync(Installation(GridTeam, "U2").WithBot(null));

        var authorization = await Authorizer(configure: options => options.Scopes = ["commands"])
            .AuthorizeAsync(Request("T1", "E1", "U3") with { IsEnterpriseUncertain = true }, Cancellation);

        Assert.Equal("xoxb-U1", authorization!.BotToken);
        Assert.NotNull(await _store.FindBotAsync(Team, Cancellation));
    }

    [Fact]
    public async Task An_actor_who_has_installed_org_wide_in_another_organization_is_found_there()
    {
        await SaveAsync(Installation(Team, "U1"));
        await SaveAsync(Installation(WorkspaceId.ForEnterprise("E2"), "U2"));

        var authorization = await Authorizer(UserTokenResolution.Actor)
            .AuthorizeAsync(Request("T1") with { ActorEnterpriseId = "E2", ActorTeamId = "T2", ActorUserId = "U2" }, Cancellation);

        Assert.Equal(("xoxb-U1", "xoxp-U2"), (authorization!.BotToken, authorization.UserToken));
    }

    [Fact]
    public async Task The_workspace_of_an_actor_is_read_under_its_key_of_before_and_not_moved()
    {
        var other = WorkspaceId.ForTeam("T2");
        await SaveAsync(Installation(Team, "U1"));
        await SaveAsync(Installation(other, "U2"));

        var authorization = await Authorizer(UserTokenResolution.Actor)
            .AuthorizeAsync(Request("T1") with { ActorEnterpriseId = "E2", ActorTeamId = "T2", ActorUserId = "U2" }, Cancellation);

        Assert.Equal(("xoxb-U1", "xoxp-U2"), (authorization!.BotToken, authorization.UserToken));
        Assert.NotNull(await _store.FindInstallationAsync(other, "U2", Cancellation));
        Assert.Null(await _store.FindInstallationAsync(WorkspaceId.ForTeam("T2", "E2"), "U2", Cancellation));
    }

    [Fact]
    public async Task A_token_that_has_expired_says_so()
    {
        await SaveAsync(Installation(Team, "U1") with { BotTokenExpiresAt = Now, UserTokenExpiresAt = Now.AddSeconds(1), BotRefreshToken = "xoxe-1" });

        var authorization = await Authorizer(configure: options => options.Rotation.Enabled = false).AuthorizeAsync(Request("T1", userId: "U1"), Cancellation);

        Assert.Equal((true, false), (authorization!.IsBotTokenExpired, authorization.IsUserTokenExpired));
        Assert.Equal((Now, Now.AddSeconds(1)), (authorization.Bot!.BotTokenExpiresAt, authorization.UserTokenExpiresAt));
        Assert.DoesNotContain("xox", authorization.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_fails_and_a_token_that_is_cancelled_are_the_callers_to_know()
    {
        _store.Fails = _ => true;

        await Assert.ThrowsAsync<SlackOAuthStoreException>(() => Authorizer().AuthorizeAsync(Request("T1"), Cancellation).AsTask());
        _store.Fails = null;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Authorizer().AuthorizeAsync(Request("T1"), new CancellationToken(canceled: true)).AsTask());
    }

    [Fact]
    public async Task Beside_a_users_token_the_bot_has_the_credential_of_its_record_and_what_describes_it_of_the_latest_installation()
    {
        var first = Installation(Team, "U1") with { CustomValues = System.Text.Json.JsonElement.Parse("""{"of":"the bot"}""") };
        await _store.SaveAsync(first, Cancellation);
        await _store.SaveAsync(Installation(Team, "U2", Now.AddDays(1)).WithBot(null) with { TeamName = "Renamed" }, Cancellation);

        var withUser = (await Authorizer(UserTokenResolution.RequestingUser).AuthorizeAsync(Request("T1", userId: "U2"), Cancellation))!.Bot!;
        var botAlone = (await Authorizer(UserTokenResolution.None).AuthorizeAsync(Request("T1", userId: "U2"), Cancellation))!.Bot;

        Assert.Equal(first.ToBot(), botAlone);
        Assert.Equal(first.ToBot()! with { TeamName = "Renamed", InstalledAt = Now.AddDays(1), CustomValues = null }, withUser);
    }

    internal static Installation Installation(WorkspaceId workspace, string userId, DateTimeOffset? installedAt = null) => new()
    {
        AppId = "A1",
        EnterpriseId = workspace.EnterpriseId,
        TeamId = workspace.TeamId,
        IsEnterpriseInstall = workspace.IsEnterpriseInstall,
        UserId = userId,
        UserToken = $"xoxp-{userId}",
        UserScopes = ["search:read"],
        UserRefreshToken = $"xoxe-{userId}",
        UserTokenExpiresAt = Now.AddHours(12),
        BotToken = $"xoxb-{userId}",
        BotId = "B1",
        BotUserId = "UBOT",
        BotScopes = ["commands"],
        InstalledAt = installedAt ?? Now,
    };

    public void Dispose() => _providers.ForEach(provider => provider.Dispose());

    private static SlackRequestContext Request(string teamId, string? enterpriseId = null, string? userId = null) => new()
    {
        Kind = SlackRequestKind.Command,
        TeamId = teamId,
        EnterpriseId = enterpriseId,
        UserId = userId,
        ActorTeamId = teamId,
        ActorEnterpriseId = enterpriseId,
        ActorUserId = userId,
    };

    private ISlackAuthorizer Authorizer(
        UserTokenResolution resolution = UserTokenResolution.RequestingUser, Action<SlackOAuthOptions>? configure = null, IInstallationStore? cached = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(_logs)));
        services.AddSingleton<TimeProvider>(new FakeTimeProvider(Now));
        var stores = services.AddSlackOAuth(options =>
        {
            (options.ClientId, options.ClientSecret, options.UserTokenResolution) = ("1234567890.1234567890", "secret", resolution);
            configure?.Invoke(options);
        }).UseInstallationStore("test", _ => cached ?? _store);
        if (cached is not null)
        {
            services.AddHybridCache();
            stores.CacheLookups();
        }

        var provider = services.BuildServiceProvider();
        _providers.Add(provider);
        return provider.GetRequiredService<ISlackAuthorizer>();
    }

    private async Task SaveAsync(Installation installation)
    {
        await _store.SaveAsync(installation, Cancellation);
        _store.Forget();
    }
}
