using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class InstallationStoreConformanceTests<TFixture>
{
    private const int Writers = 32;

    [Fact, Contract(6, 12)]
    public virtual async Task Of_concurrent_saves_of_one_user_the_newest_stays()
    {
        var instances = await CreateInstancesAsync();
        await Concurrently.RunAsync(Writers, i => instances[i % instances.Length].SaveAsync(Sample.Installation("U1", i, "w" + i), Cancellation));
        await AssertFoundAsync(Sample.Installation("U1", Writers - 1, "w" + (Writers - 1)), T1, "U1");
        await AssertFoundAsync(Sample.Installation("U1", Writers - 1, "w" + (Writers - 1)), T1, null);
        await AssertBotFoundAsync(Sample.Bot(Writers - 1, "w" + (Writers - 1)), T1);
    }

    [Fact, Contract(6, 12)]
    public virtual async Task Of_concurrent_saves_of_a_bot_the_newest_stays()
    {
        var instances = await CreateInstancesAsync();
        await Concurrently.RunAsync(Writers, i => instances[i % instances.Length].SaveBotAsync(Sample.Bot(i, "w" + i), Cancellation));
        await AssertBotFoundAsync(Sample.Bot(Writers - 1, "w" + (Writers - 1)), T1);
    }

    [Fact, Contract(6, 12)]
    public virtual async Task Concurrent_saves_of_many_users_with_one_installed_at_are_all_kept()
    {
        var instances = await CreateInstancesAsync();
        await Concurrently.RunAsync(Writers, i => instances[i % instances.Length].SaveAsync(Sample.WithoutBot("U" + i, 1, "w" + i), Cancellation));
        for (var i = 0; i < Writers; i++)
        {
            await AssertFoundAsync(Sample.WithoutBot("U" + i, 1, "w" + i), T1, "U" + i);
        }
    }

    [Fact, Contract(6, 12)]
    public virtual async Task Concurrent_first_saves_in_many_workspaces_are_all_kept()
    {
        var instances = await CreateInstancesAsync();
        await Concurrently.RunAsync(Writers, i => instances[i % instances.Length].SaveAsync(Sample.Installation(WorkspaceId.ForTeam("T" + (i / 2)), "U" + i, i, "w" + i), Cancellation));
        for (var i = 0; i < Writers; i++)
        {
            // Of the two installers of a workspace the odd one is the later.
            var workspace = WorkspaceId.ForTeam("T" + (i / 2));
            await AssertFoundAsync(Sample.Installation(workspace, "U" + i, i, "w" + i).WithBot(Sample.Bot(workspace, i | 1, "w" + (i | 1))), workspace, "U" + i);
        }
    }

    [Fact, Contract(12)]
    public virtual async Task Concurrent_saves_and_finds_show_no_torn_record()
    {
        var instances = await CreateInstancesAsync();
        await SaveAsync(Sample.Installation("U1", 0, Padded(0)));
        await Concurrently.RunAsync(
            4,
            async worker =>
            {
                for (var i = 0; i < Writers; i++)
                {
                    var store = instances[(worker + i) % instances.Length];
                    switch (worker)
                    {
                        case 0:
                            await store.SaveAsync(Sample.Installation("U1", i, Padded(i)), Cancellation);
                            break;
                        case 1:
                            AssertWhole(await store.FindInstallationAsync(T1, "U1", Cancellation));
                            break;
                        case 2:
                            AssertWhole(await store.FindInstallationAsync(T1, null, Cancellation));
                            break;
                        default:
                            var bot = await store.FindBotAsync(T1, Cancellation);
                            Assert.NotNull(bot);
                            Assert.Equal(Sample.Bot(T1, Number(bot.AppId!), bot.AppId![1..]), bot);
                            break;
                    }
                }
            });

        // Long enough for a record rewritten in place to be seen half-written.
        static string Padded(int i) => $"{i:00}{new string((char)('a' + (i % 26)), 200)}";

        static int Number(string appId) => int.Parse(appId.AsSpan(1, 2), System.Globalization.CultureInfo.InvariantCulture);

        static void AssertWhole(Installation? found)
        {
            Assert.NotNull(found);
            Assert.NotNull(found.BotToken);
            var whole = Sample.Installation("U1", Number(found.AppId!), found.AppId![1..]);
            var botTag = found.BotId![1..];
            Assert.Equal(whole.WithBot(Sample.Bot(Number(found.BotId!), botTag)), found);
        }
    }

    [Fact, Contract(7)]
    public virtual async Task A_save_shows_its_installation_and_its_bot_together()
    {
        Requires(StoreCapabilities.AtomicSave);
        var instances = await CreateInstancesAsync();
        await SaveAsync(Sample.Installation("U1", 0, "0"));
        await Concurrently.RunAsync(
            4,
            async worker =>
            {
                for (var i = 0; i < Writers; i++)
                {
                    if (worker == 0)
                    {
                        await Store.SaveAsync(Sample.Installation("U1", i, $"{i}"), Cancellation);
                    }
                    else
                    {
                        var found = await instances[worker % instances.Length].FindInstallationAsync(T1, worker == 1 ? null : "U1", Cancellation);
                        Assert.Equal(found?.AppId?[1..], found?.BotId?[1..]);
                    }
                }
            });
    }

    [Fact, Contract(8, 12)]
    public virtual async Task Deleting_one_user_while_others_are_saved_loses_none_of_them()
    {
        var instances = await CreateInstancesAsync();
        await Concurrently.RunAsync(
            2 * Writers,
            async i =>
            {
                var store = instances[i % instances.Length];
                if (i % 2 == 0)
                {
                    await store.SaveAsync(Sample.WithoutBot("U" + i, i, "w" + i), Cancellation);
                }
                else
                {
                    await store.SaveAsync(Sample.WithoutBot("U" + i, i, "w" + i), Cancellation);
                    await store.DeleteInstallationAsync(T1, "U" + i, Cancellation);
                }
            });
        for (var i = 0; i < 2 * Writers; i++)
        {
            if (i % 2 == 0)
            {
                await AssertFoundAsync(Sample.WithoutBot("U" + i, i, "w" + i), T1, "U" + i);
            }
            else
            {
                Assert.Null(await FindAsync(T1, "U" + i));
            }
        }

        await AssertFoundAsync(Sample.WithoutBot("U" + ((2 * Writers) - 2), (2 * Writers) - 2, "w" + ((2 * Writers) - 2)), T1, null);
    }

    [Fact, Contract(8, 12)]
    public virtual async Task A_late_save_and_a_deletion_of_all_leave_both_its_records_or_none()
    {
        // The save's installation is older than the one that is stored, its bot is the first: it is known by its bot alone until the deletion.
        var instances = await CreateInstancesAsync();
        WorkspaceId[] workspaces = [.. Enumerable.Range(0, Writers).Select(i => WorkspaceId.ForTeam("T" + i))];
        foreach (var workspace in workspaces)
        {
            await SaveAsync(Sample.Installation(workspace, "U1", 2, "kept").WithBot(null));
        }

        await Concurrently.RunAsync(2 * Writers, async i =>
        {
            var (store, workspace) = (instances[i % instances.Length], workspaces[i / 2]);
            if (i % 2 == 0)
            {
                await store.SaveAsync(Sample.Installation(workspace, "U1", 1, "late"), Cancellation);
            }
            else
            {
                await store.DeleteAllAsync(workspace, Cancellation);
            }
        });
        foreach (var workspace in workspaces)
        {
            var late = Sample.Installation(workspace, "U1", 1, "late");
            var bot = await Store.FindBotAsync(workspace, Cancellation);
            Assert.True(bot is null || bot == late.ToBot(), "The bot is another one than was saved.");
            Assert.Equal(bot is null ? null : late, await FindAsync(workspace, "U1"));
            Assert.Equal(bot is null ? null : late, await FindAsync(workspace, null));
        }
    }
}
