using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class InstallationStoreConformanceTests<TFixture>
{
    [Fact, Contract(2, 5)]
    public virtual async Task What_was_never_saved_is_null()
    {
        await AssertEmptyAsync(T1, "U1");
        await AssertEmptyAsync(WorkspaceId.ForEnterprise("E1"), "U1");
        await SaveAsync(Sample.Installation("U1", 1, "other"));
        await AssertEmptyAsync(WorkspaceId.ForTeam("T2"), "U1");
    }

    [Fact, Contract(2, 6)]
    public virtual async Task Of_bots_the_one_with_the_greatest_installed_at_is_found()
    {
        var newest = Sample.Bot(3, "newest");
        await SaveBotAsync(Sample.Bot(1, "oldest"));
        await SaveBotAsync(newest);
        await SaveBotAsync(Sample.Bot(2, "middle"));
        await AssertBotFoundAsync(newest, T1);
    }

    [Fact, Contract(2, 6)]
    public virtual async Task Of_bots_with_equal_installed_at_the_one_written_last_is_found()
    {
        await SaveBotAsync(Sample.Bot(1, "first"));
        var rotated = Sample.Bot(1, "rotated");
        await SaveBotAsync(rotated);
        await AssertBotFoundAsync(rotated, T1);
        var rotatedAgain = Sample.Installation("U1", 1, "again");
        await SaveAsync(rotatedAgain);
        await AssertBotFoundAsync(rotatedAgain.ToBot()!, T1);
    }

    [Fact, Contract(2, 6)]
    public virtual async Task The_bot_of_an_older_installation_does_not_replace_a_newer_bot()
    {
        var newest = Sample.Installation("U1", 2, "newest");
        await SaveAsync(newest);
        await SaveAsync(Sample.Installation("U2", 1, "older"));
        await AssertBotFoundAsync(newest.ToBot()!, T1);
        await AssertFoundAsync(newest, T1, "U1");
    }

    [Fact, Contract(6)]
    public virtual async Task The_bot_of_an_installation_is_judged_apart_from_the_installation()
    {
        var newest = Sample.Installation("U1", 2, "newest");
        await SaveAsync(newest);
        await DeleteBotAsync(T1);
        var older = Sample.Installation("U1", 1, "older");
        await SaveAsync(older);
        await AssertBotFoundAsync(older.ToBot()!, T1, "the bot of an installation that was itself too old");
        await AssertFoundAsync(newest.WithBot(older.ToBot()), T1, "U1");
    }

    [Fact, Contract(6)]
    public virtual async Task An_older_installation_does_not_replace_a_newer_one_of_its_user()
    {
        var newest = Sample.Installation("U1", 3, "newest");
        await SaveAsync(Sample.Installation("U1", 1, "oldest"));
        await SaveAsync(newest);
        await SaveAsync(Sample.Installation("U1", 2, "older"));
        await AssertFoundAsync(newest, T1, "U1");
        await AssertFoundAsync(newest, T1, null);
    }

    [Fact, Contract(6)]
    public virtual async Task An_installation_with_equal_installed_at_replaces_the_stored_one()
    {
        await SaveAsync(Sample.Installation("U1", 1, "first"));
        var rotated = Sample.Installation("U1", 1, "rotated");
        await SaveAsync(rotated);
        await AssertFoundAsync(rotated, T1, "U1");
        await AssertFoundAsync(rotated, T1, null);
    }

    [Fact, Contract(6)]
    public virtual async Task A_newer_installation_replaces_the_stored_one_whole()
    {
        await SaveAsync(Sample.Installation("U1", 1, "full"));
        var bare = Sample.Bare(T1, "U1", 2);
        await SaveAsync(bare);
        await AssertFoundAsync(bare.WithBot(Sample.Installation("U1", 1, "full").ToBot()), T1, "U1");
        await SaveBotAsync(Sample.BareBot(T1, 2));
        await AssertBotFoundAsync(Sample.BareBot(T1, 2), T1);
    }

    [Fact, Contract(1, 6)]
    public virtual async Task A_microsecond_decides_which_is_newer()
    {
        var first = Sample.Installation("U1", 1, "first");
        var later = Sample.Installation("U1", 1, "later") with { InstalledAt = first.InstalledAt.AddMicroseconds(1) };
        await SaveAsync(later);
        await SaveAsync(first);
        await AssertFoundAsync(later, T1, "U1");
        await AssertBotFoundAsync(later.ToBot()!, T1);
        var latest = Sample.Installation("U2", 1, "latest") with { InstalledAt = later.InstalledAt.AddMicroseconds(1) };
        await SaveAsync(latest);
        await AssertFoundAsync(latest, T1, null);
    }

    [Fact, Contract(6)]
    public virtual async Task Two_users_with_the_same_installed_at_are_two_installations()
    {
        var (one, two) = (Sample.Installation("U1", 1, "one"), Sample.Installation("U2", 1, "two"));
        await SaveAsync(one);
        await SaveAsync(two);
        await AssertFoundAsync(one.WithBot(two.ToBot()), T1, "U1");
        await AssertFoundAsync(two, T1, "U2");
        var latest = await FindAsync(T1);
        Assert.True(latest?.UserId is "U1" or "U2", $"The latest installation is that of '{latest?.UserId}'.");
        await AssertFoundAsync(latest!, T1, latest!.UserId);
    }

    [Fact, Contract(5)]
    public virtual async Task A_users_installation_is_found_and_never_anothers()
    {
        var (one, two) = (Sample.Installation("U1", 1, "one"), Sample.Installation("U2", 2, "two"));
        await SaveAsync(one);
        await SaveAsync(two);

        // In turns, so that what was found for one is not remembered for the other.
        for (var i = 0; i < 2; i++)
        {
            await AssertFoundAsync(two, T1, "U2");
            await AssertFoundAsync(one.WithBot(two.ToBot()), T1, "U1");
            Assert.Null(await FindAsync(T1, "U3"));
        }
    }

    [Fact, Contract(5)]
    public virtual async Task Without_a_user_the_latest_installation_is_found()
    {
        var bot = Sample.Installation("U1", 1, "first");
        await SaveAsync(bot);
        var latest = Sample.WithoutBot("U3", 3, "latest");
        await SaveAsync(latest);
        await SaveAsync(Sample.WithoutBot("U2", 2, "between"));
        await AssertFoundAsync(latest.WithBot(bot.ToBot()), T1, null);
    }

    [Fact, Contract(5, 6)]
    public virtual async Task An_older_installation_of_another_user_is_kept_beside_the_newer()
    {
        var newest = Sample.Installation("U1", 2, "newest");
        var older = Sample.Installation("U2", 1, "older");
        await SaveAsync(newest);
        await SaveAsync(older);
        await AssertFoundAsync(older.WithBot(newest.ToBot()), T1, "U2");
        await AssertFoundAsync(newest, T1, null);
    }

    [Fact, Contract(5)]
    public virtual async Task A_workspace_is_keyed_by_both_its_ids()
    {
        WorkspaceId[] workspaces =
        [
            WorkspaceId.ForTeam("T1"), WorkspaceId.ForTeam("T1", "E1"), WorkspaceId.ForTeam("T1", "E2"), WorkspaceId.ForTeam("T2", "E1"), WorkspaceId.ForEnterprise("E1"), WorkspaceId.ForEnterprise("T1"),
            WorkspaceId.ForTeam("E1"), WorkspaceId.ForTeam("E1", "T1"),
        ];
        foreach (var (i, workspace) in workspaces.Index())
        {
            await SaveAsync(Sample.Installation(workspace, "U1", 1, "w" + i));
        }

        foreach (var (i, workspace) in workspaces.Index())
        {
            var expected = Sample.Installation(workspace, "U1", 1, "w" + i);
            await AssertFoundAsync(expected, workspace, "U1", $"the installation of {workspace}");
            await AssertFoundAsync(expected, workspace, null, $"the latest installation of {workspace}");
            await AssertBotFoundAsync(expected.ToBot()!, workspace, $"the bot of {workspace}");
        }

        Assert.Null(await FindAsync(WorkspaceId.ForTeam("T2")));
        Assert.Null(await FindBotAsync(WorkspaceId.ForEnterprise("E2")));
    }

    [Fact, Contract(5)]
    public virtual async Task An_org_wide_installation_is_found_whatever_team_is_asked_for()
    {
        var saved = Sample.Installation(WorkspaceId.ForEnterprise("E1"), "U1", 1, "org") with { TeamId = "T1" };
        await SaveAsync(saved);
        await AssertFoundAsync(saved, new WorkspaceId("E1", "T1", isEnterpriseInstall: true), null);
        await AssertFoundAsync(saved, new WorkspaceId("E1", "T2", isEnterpriseInstall: true), "U1");
        await AssertEmptyAsync(WorkspaceId.ForTeam("T1", "E1"), "U1");
    }
}
