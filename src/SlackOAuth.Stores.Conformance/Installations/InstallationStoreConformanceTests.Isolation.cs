using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class InstallationStoreConformanceTests<TFixture>
{
    private static readonly string[] OtherClientIds = ["1234567890.09876543210", "1234567890.098765432", "1234567890", "*", "a/../1234567890.0987654321", "1234567890.0987654321 ", "none"];

    [Fact, Contract(10)]
    public virtual async Task Nothing_saved_under_one_client_id_is_found_under_another()
    {
        await SaveAsync(Sample.Installation("U1", 1, "mine"));
        foreach (var clientId in OtherClientIds)
        {
            var other = await CreateAsync(Scope.With(options => options.ClientId = clientId));
            Assert.Null(await other.FindBotAsync(T1, Cancellation));
            Assert.Null(await other.FindInstallationAsync(T1, null, Cancellation));
            Assert.Null(await other.FindInstallationAsync(T1, "U1", Cancellation));
        }
    }

    [Fact, Contract(10)]
    public virtual async Task Nothing_saved_under_one_client_id_is_changed_or_deleted_under_another()
    {
        var mine = Sample.Installation("U1", 1, "mine");
        await SaveAsync(mine);
        foreach (var clientId in OtherClientIds)
        {
            var other = await CreateAsync(Scope.With(options => options.ClientId = clientId));
            await other.SaveAsync(Sample.Installation("U1", 2, "other"), Cancellation);
            await other.SaveBotAsync(Sample.Bot(3, "other"), Cancellation);
            await AssertFoundAsync(mine, T1, "U1", "what another client id's save should have left");
            Same.AssertEqual(Sample.Bot(3, "other"), await other.FindBotAsync(T1, Cancellation), "the other client id's own bot");
            await other.DeleteInstallationAsync(T1, "U1", Cancellation);
            await other.DeleteInstallationAsync(T1, null, Cancellation);
            await other.DeleteBotAsync(T1, Cancellation);
            await other.DeleteAllAsync(T1, Cancellation);
            await AssertFoundAsync(mine, T1, "U1", "what another client id's delete should have left");
            await AssertFoundAsync(mine, T1, null, "what another client id's delete should have left");
            await AssertBotFoundAsync(mine.ToBot()!, T1, "the bot that another client id's delete should have left");
        }
    }

    [Fact, Contract(11)]
    public virtual async Task A_second_instance_sees_what_the_first_wrote_at_once()
    {
        var second = await CreateSecondAsync();

        // The second reads before each write, so that whatever it remembers is old.
        Assert.Null(await second.FindBotAsync(T1, Cancellation));
        Assert.Null(await second.FindInstallationAsync(T1, null, Cancellation));
        Assert.Null(await second.FindInstallationAsync(T1, "U1", Cancellation));
        var first = Sample.Installation("U1", 1, "first");
        await SaveAsync(first);
        Same.AssertEqual(first.ToBot()!, await second.FindBotAsync(T1, Cancellation), "the bot of the second instance");
        Same.AssertEqual(first, await second.FindInstallationAsync(T1, null, Cancellation), "the latest installation of the second instance");
        Same.AssertEqual(first, await second.FindInstallationAsync(T1, "U1", Cancellation), "the installation of the second instance");

        var rotated = Sample.Bot(1, "rotated");
        await SaveBotAsync(rotated);
        Same.AssertEqual(rotated, await second.FindBotAsync(T1, Cancellation), "the rotated bot of the second instance");
        Same.AssertEqual(first.WithBot(rotated), await second.FindInstallationAsync(T1, "U1", Cancellation), "the installation of the second instance after a rotation");

        await DeleteAsync(T1, "U1");
        Assert.Null(await second.FindInstallationAsync(T1, "U1", Cancellation));
        Assert.Null(await second.FindInstallationAsync(T1, null, Cancellation));
        await DeleteAllAsync(T1);
        Assert.Null(await second.FindBotAsync(T1, Cancellation));
    }

    [Fact, Contract(6, 11)]
    public virtual async Task Instances_judge_older_and_newer_together()
    {
        var second = await CreateSecondAsync();
        var newest = Sample.Installation("U1", 2, "newest");
        await second.SaveAsync(Sample.Installation("U1", 1, "oldest"), Cancellation);
        await SaveAsync(newest);
        await second.SaveAsync(Sample.Installation("U1", 1, "older"), Cancellation);
        await second.SaveBotAsync(Sample.Bot(1, "older"), Cancellation);
        await AssertFoundAsync(newest, T1, "U1");
        Same.AssertEqual(newest, await second.FindInstallationAsync(T1, null, Cancellation), "the latest installation of the second instance");
    }

    [Fact, Contract(11)]
    public virtual async Task What_one_instance_saved_is_found_after_it_is_gone()
    {
        Requires(StoreCapabilities.SecondInstance);
        var saved = Sample.Installation("U1", 1, "kept");
        var first = await Fixture.CreateAsync(Scope);
        await first.SaveAsync(saved, Cancellation);
        await DisposeAsync(first);
        var reopened = await CreateAsync(Scope);
        Same.AssertEqual(saved, await reopened.FindInstallationAsync(T1, "U1", Cancellation), "the installation after reopening");
        Same.AssertEqual(saved.ToBot()!, await reopened.FindBotAsync(T1, Cancellation), "the bot after reopening");
    }
}
