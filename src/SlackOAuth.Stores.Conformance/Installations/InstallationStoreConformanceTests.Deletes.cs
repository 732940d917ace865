using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class InstallationStoreConformanceTests<TFixture>
{
    [Fact, Contract(8)]
    public virtual async Task Deleting_a_user_removes_that_user_alone()
    {
        var (one, two) = (Sample.Installation("U1", 1, "one"), Sample.Installation("U2", 2, "two"));
        await SaveAsync(one);
        await SaveAsync(two);
        await DeleteAsync(T1, "U1");
        Assert.Null(await FindAsync(T1, "U1"));
        await AssertFoundAsync(two, T1, "U2");
        await AssertFoundAsync(two, T1, null);
        await AssertBotFoundAsync(two.ToBot()!, T1);
    }

    [Fact, Contract(5, 8)]
    public virtual async Task Deleting_the_latest_user_gives_the_next_latest_and_never_the_deleted_tokens()
    {
        var (oldest, middle, latest) = (Sample.Installation("U1", 1, "oldest"), Sample.Installation("U2", 2, "middle"), Sample.Installation("U3", 3, "latest"));
        await SaveAsync(middle);
        await SaveAsync(latest);
        await SaveAsync(oldest);
        await DeleteAsync(T1, "U3");
        await AssertFoundAsync(middle.WithBot(latest.ToBot()), T1, null, "the next latest installation");
        Assert.Null(await FindAsync(T1, "U3"));
        await DeleteAsync(T1, "U2");
        await AssertFoundAsync(oldest.WithBot(latest.ToBot()), T1, null, "the last installation");
        await DeleteAsync(T1, "U1");
        Assert.Null(await FindAsync(T1));
        await AssertBotFoundAsync(latest.ToBot()!, T1);
    }

    [Fact, Contract(8)]
    public virtual async Task Deleting_without_a_user_removes_every_installation_and_leaves_the_bot()
    {
        var latest = Sample.Installation("U2", 2, "two");
        await SaveAsync(Sample.Installation("U1", 1, "one"));
        await SaveAsync(latest);
        await DeleteAsync(T1);
        Assert.Null(await FindAsync(T1));
        Assert.Null(await FindAsync(T1, "U1"));
        Assert.Null(await FindAsync(T1, "U2"));
        await AssertBotFoundAsync(latest.ToBot()!, T1);
    }

    [Fact, Contract(8)]
    public virtual async Task Deleting_all_removes_the_bot_and_every_installation()
    {
        await SaveAsync(Sample.Installation("U1", 1, "one"));
        await SaveAsync(Sample.Installation("U2", 2, "two"));
        await DeleteAllAsync(T1);
        await AssertEmptyAsync(T1, "U1", "U2");
    }

    [Fact, Contract(8)]
    public virtual async Task Deleting_what_is_not_there_does_nothing()
    {
        var org = WorkspaceId.ForEnterprise("E1");
        for (var i = 0; i < 2; i++)
        {
            await DeleteAllAsync(T1);
            await DeleteAsync(T1);
            await DeleteAsync(T1, "U1");
            await DeleteBotAsync(T1);
            await DeleteAllAsync(org);
            await DeleteAsync(org, "U1");
        }

        var saved = Sample.Installation("U1", 1, "one");
        await SaveAsync(saved);
        await DeleteAsync(T1, "U2");
        await DeleteAllAsync(WorkspaceId.ForTeam("T2"));
        await DeleteBotAsync(WorkspaceId.ForTeam("T2"));
        await AssertFoundAsync(saved, T1, "U1");
        await DeleteBotAsync(T1);
        await DeleteBotAsync(T1);
        await AssertFoundAsync(saved.WithBot(null), T1, "U1");
        await DeleteAsync(T1, "U1");
        await DeleteAsync(T1, "U1");
        await DeleteAllAsync(T1);
        await AssertEmptyAsync(T1, "U1");
    }

    [Fact, Contract(8)]
    public virtual async Task What_was_deleted_can_be_saved_again_even_with_an_older_installed_at()
    {
        await SaveAsync(Sample.Installation("U1", 3, "first"));
        await DeleteAllAsync(T1);
        var again = Sample.Installation("U1", 1, "again");
        await SaveAsync(again);
        await AssertFoundAsync(again, T1, "U1");
        await AssertFoundAsync(again, T1, null);
        await AssertBotFoundAsync(again.ToBot()!, T1);
        await DeleteAsync(T1, "U1");
        await SaveAsync(Sample.Installation("U1", 0, "older"));
        await AssertFoundAsync(Sample.Installation("U1", 0, "older").WithBot(again.ToBot()), T1, "U1");
    }

    [Fact, Contract(8)]
    public virtual async Task Deleting_a_user_leaves_users_whose_ids_are_alike()
    {
        string[] neighbours = ["U12", "U", "U11", "1", "xU1", "u1", "U1-latest"];
        foreach (var (i, userId) in neighbours.Index())
        {
            await SaveAsync(Sample.Installation(userId, i, "n" + i));
        }

        await SaveAsync(Sample.Installation("U1", 50, "deleted"));
        await DeleteAsync(T1, "U1");
        Assert.Null(await FindAsync(T1, "U1"));
        var bot = Sample.Bot(50, "deleted");
        foreach (var (i, userId) in neighbours.Index())
        {
            await AssertFoundAsync(Sample.Installation(userId, i, "n" + i).WithBot(bot), T1, userId, $"the installation of {userId}");
        }
    }

    [Theory, Contract(8)]
    [InlineData("all")]
    [InlineData("installations")]
    [InlineData("user")]
    [InlineData("bot")]
    public virtual async Task Deleting_in_a_workspace_leaves_workspaces_whose_ids_are_alike(string what)
    {
        WorkspaceId[] neighbours =
        [
            WorkspaceId.ForTeam("T12"), WorkspaceId.ForTeam("T"), WorkspaceId.ForTeam("T11"), WorkspaceId.ForTeam("1"), WorkspaceId.ForTeam("t1"), WorkspaceId.ForTeam("T1", "E1"), WorkspaceId.ForTeam("T12", "E1"),
            WorkspaceId.ForEnterprise("T1"), WorkspaceId.ForEnterprise("E1"),
        ];
        await AssertDeletesOneAsync(T1, neighbours, what);
    }

    [Theory, Contract(8)]
    [InlineData("all")]
    [InlineData("installations")]
    [InlineData("user")]
    [InlineData("bot")]
    public virtual async Task Deleting_in_a_workspace_of_an_enterprise_leaves_the_org_wide_installation(string what) =>
        await AssertDeletesOneAsync(
            WorkspaceId.ForTeam("T1", "E1"),
            [WorkspaceId.ForEnterprise("E1"), WorkspaceId.ForTeam("T1"), WorkspaceId.ForTeam("T2", "E1"), WorkspaceId.ForTeam("T12", "E1"), WorkspaceId.ForTeam("T1", "E12"), WorkspaceId.ForEnterprise("E12")],
            what);

    [Theory, Contract(8)]
    [InlineData("all")]
    [InlineData("installations")]
    [InlineData("user")]
    [InlineData("bot")]
    public virtual async Task Deleting_in_an_organization_removes_the_org_wide_installation_and_leaves_the_workspaces(string what) =>
        await AssertDeletesOneAsync(
            WorkspaceId.ForEnterprise("E1"),
            [WorkspaceId.ForTeam("T1", "E1"), WorkspaceId.ForTeam("T2", "E1"), WorkspaceId.ForTeam("T1"), WorkspaceId.ForTeam("E1"), WorkspaceId.ForEnterprise("E12"), WorkspaceId.ForEnterprise("E"), WorkspaceId.ForTeam("none", "E1")],
            what);

    [Fact, Contract(8)]
    public virtual async Task The_tokens_of_what_was_deleted_are_stored_no_longer()
    {
        Requires(StoreCapabilities.Dump);
        await SaveAsync(Sample.Installation("U1", 1, "one"));
        await SaveAsync(Sample.Installation("U2", 2, "two"));
        await DeleteAsync(T1, "U2");
        Assert.DoesNotContain("xoxp-secret-two", await Fixture.DumpAsync(Scope), StringComparison.Ordinal);
        await DeleteBotAsync(T1);
        Assert.DoesNotContain("xoxb-secret-two", await Fixture.DumpAsync(Scope), StringComparison.Ordinal);
        await SaveBotAsync(Sample.Bot(3, "three"));
        await DeleteAllAsync(T1);
        Assert.DoesNotContain("secret", await Fixture.DumpAsync(Scope), StringComparison.Ordinal);
    }

    /// <summary>Fills a workspace and its neighbours, deletes in the one, and finds the others as they were.</summary>
    private async Task AssertDeletesOneAsync(WorkspaceId target, WorkspaceId[] neighbours, string what)
    {
        foreach (var (i, workspace) in neighbours.Append(target).Index())
        {
            await SaveAsync(Sample.Installation(workspace, "U1", 1, "one" + i));
            await SaveAsync(Sample.Installation(workspace, "U2", 2, "two" + i));
        }

        switch (what)
        {
            case "all":
                await DeleteAllAsync(target);
                break;
            case "installations":
                await DeleteAsync(target);
                break;
            case "user":
                await DeleteAsync(target, "U1");
                await DeleteAsync(target, "U2");
                break;
            default:
                await DeleteBotAsync(target);
                break;
        }

        Assert.Equal(what is "bot", await FindAsync(target) is not null);
        Assert.Equal(what is "bot", await FindAsync(target, "U1") is not null);
        Assert.Equal(what is "installations" or "user", await FindBotAsync(target) is not null);
        foreach (var (i, workspace) in neighbours.Index())
        {
            var latest = Sample.Installation(workspace, "U2", 2, "two" + i);
            await AssertBotFoundAsync(latest.ToBot()!, workspace, $"the bot of {workspace}");
            await AssertFoundAsync(latest, workspace, null, $"the latest installation of {workspace}");
            await AssertFoundAsync(Sample.Installation(workspace, "U1", 1, "one" + i).WithBot(latest.ToBot()), workspace, "U1", $"the installation of {workspace}");
        }
    }
}
