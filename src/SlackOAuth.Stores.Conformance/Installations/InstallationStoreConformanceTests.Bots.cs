using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class InstallationStoreConformanceTests<TFixture>
{
    [Fact, Contract(3)]
    public virtual async Task After_a_bot_is_saved_every_installation_shows_it()
    {
        var (older, newer) = (Sample.Installation("U1", 1, "older"), Sample.Installation("U2", 2, "newer"));
        await SaveAsync(older);
        await SaveAsync(newer);
        await AssertFoundAsync(older.WithBot(newer.ToBot()), T1, "U1", "the older installer's installation");
        var rotated = Sample.Bot(2, "rotated");
        await SaveBotAsync(rotated);
        await AssertBotFoundAsync(rotated, T1);
        await AssertFoundAsync(older.WithBot(rotated), T1, "U1", "the older installer's installation after a rotation");
        await AssertFoundAsync(newer.WithBot(rotated), T1, "U2", "the newer installer's installation after a rotation");
        await AssertFoundAsync(newer.WithBot(rotated), T1, null, "the latest installation after a rotation");
    }

    [Fact, Contract(3, 8)]
    public virtual async Task After_the_bot_is_deleted_no_installation_shows_any()
    {
        var (one, two) = (Sample.Installation("U1", 1, "one"), Sample.Installation("U2", 2, "two"));
        await SaveAsync(one);
        await SaveAsync(two);
        await DeleteBotAsync(T1);
        Assert.Null(await FindBotAsync(T1));
        await AssertFoundAsync(one.WithBot(null), T1, "U1");
        await AssertFoundAsync(two.WithBot(null), T1, "U2");
        await AssertFoundAsync(two.WithBot(null), T1, null);
    }

    [Fact, Contract(3)]
    public virtual async Task A_bot_saved_after_a_deletion_is_shown_again()
    {
        var installation = Sample.Installation("U1", 2, "one");
        await SaveAsync(installation);
        await DeleteBotAsync(T1);
        var bot = Sample.Bot(1, "again");
        await SaveBotAsync(bot);
        await AssertBotFoundAsync(bot, T1);
        await AssertFoundAsync(installation.WithBot(bot), T1, "U1");
    }

    [Fact, Contract(3)]
    public virtual async Task A_refused_older_bot_is_shown_by_no_installation()
    {
        var installation = Sample.Installation("U1", 2, "newer");
        await SaveAsync(installation);
        await SaveBotAsync(Sample.Bot(1, "older"));
        await SaveAsync(Sample.Installation("U2", 1, "other"));
        await AssertFoundAsync(Sample.Installation("U2", 1, "other").WithBot(installation.ToBot()), T1, "U2");
        await AssertFoundAsync(installation, T1, "U1");
    }

    [Fact, Contract(4)]
    public virtual async Task An_installation_without_a_bot_token_leaves_the_bot_as_it_is()
    {
        var first = Sample.Installation("U1", 1, "first");
        await SaveAsync(first);
        var withoutBot = Sample.WithoutBot("U2", 2, "none");
        await SaveAsync(withoutBot);
        await AssertBotFoundAsync(first.ToBot()!, T1);
        await AssertFoundAsync(withoutBot.WithBot(first.ToBot()), T1, "U2");
        await AssertFoundAsync(withoutBot.WithBot(first.ToBot()), T1, null);

        // The installer of the bot comes back for a user scope alone.
        var again = Sample.WithoutBot("U1", 3, "again");
        await SaveAsync(again);
        await AssertBotFoundAsync(first.ToBot()!, T1);
        await AssertFoundAsync(again.WithBot(first.ToBot()), T1, "U1");
    }

    [Fact, Contract(4)]
    public virtual async Task Bot_fields_without_a_bot_token_are_no_bot()
    {
        var saved = Sample.Installation("U1", 1, "none") with { BotToken = null };
        await SaveAsync(saved);
        Assert.Null(await FindBotAsync(T1));
        await AssertFoundAsync(saved.WithBot(null), T1, "U1");
        var bot = Sample.Bot(1, "bot");
        await SaveBotAsync(bot);
        await SaveAsync(Sample.Installation("U1", 2, "later") with { BotToken = null });
        await AssertBotFoundAsync(bot, T1);
    }

    [Fact, Contract(3)]
    public virtual async Task A_bot_saved_alone_is_no_installation()
    {
        var bot = Sample.Bot(1, "alone");
        await SaveBotAsync(bot);
        Assert.Null(await FindAsync(T1));
        Assert.Null(await FindAsync(T1, bot.BotUserId));
        await AssertBotFoundAsync(bot, T1);
    }

    [Fact, Contract(3)]
    public virtual async Task The_bots_of_a_workspace_and_of_its_organization_are_two()
    {
        var (team, org) = (WorkspaceId.ForTeam("T1", "E1"), WorkspaceId.ForEnterprise("E1"));
        var (ofTeam, ofOrg) = (Sample.Installation(team, "U1", 1, "team"), Sample.Installation(org, "U1", 2, "org"));
        await SaveAsync(ofTeam);
        await SaveAsync(ofOrg);
        await AssertFoundAsync(ofTeam, team, "U1");
        await AssertFoundAsync(ofOrg, org, "U1");
        await AssertBotFoundAsync(ofTeam.ToBot()!, team);
        await AssertBotFoundAsync(ofOrg.ToBot()!, org);
    }

    [Fact, Contract(15)]
    public virtual async Task With_history_off_a_replaced_token_is_stored_no_longer()
    {
        Requires(StoreCapabilities.Dump);
        await SaveAsync(Sample.Installation("U1", 1, "replaced"));
        Assert.Contains("U1", await Fixture.DumpAsync(Scope), StringComparison.Ordinal);
        await SaveAsync(Sample.Installation("U1", 1, "rotated"));
        await SaveAsync(Sample.Installation("U1", 2, "current"));
        var dump = await Fixture.DumpAsync(Scope);
        Assert.DoesNotContain("secret-replaced", dump, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-rotated", dump, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-bot-rotated", dump, StringComparison.Ordinal);
    }
}
