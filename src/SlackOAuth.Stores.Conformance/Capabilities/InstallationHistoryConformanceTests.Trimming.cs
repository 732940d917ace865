using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class InstallationHistoryConformanceTests<TFixture>
{
    [Fact, Contract(34)]
    public virtual async Task Trimming_removes_what_is_older_and_superseded_and_says_how_much()
    {
        var store = await CreateTrimmingAsync();
        await SaveManyAsync(store);

        // What was installed at the time itself is not older.
        Assert.Equal(5, await TrimAsync(store, Sample.At(6)));
        await AssertHistoryAsync(store, null, "t4", "t3", "other2");
        await AssertHistoryAsync(store, "U1", "t4", "t3");
        await AssertBotHistoryAsync(store, "t4", "t3");
        Assert.Equal(0, await TrimAsync(store, Sample.At(6)));
        await AssertHistoryAsync(store, null, "t4", "t3", "other2");
        if (Fixture.Capabilities.HasFlag(StoreCapabilities.Dump))
        {
            var dump = await Fixture.DumpAsync(Scope);
            Assert.DoesNotContain("secret-t1", dump, StringComparison.Ordinal);
            Assert.DoesNotContain("secret-t2", dump, StringComparison.Ordinal);
            Assert.DoesNotContain("secret-other1", dump, StringComparison.Ordinal);
        }
    }

    [Fact, Contract(34)]
    public virtual async Task Trimming_leaves_the_current_records_however_old_they_are()
    {
        var store = await CreateTrimmingAsync();
        await SaveManyAsync(store);
        Assert.Equal(7, await TrimAsync(store, DateTimeOffset.MaxValue));
        await AssertCurrentAsync(store);
        await AssertHistoryAsync(store, null, "t4", "other2");
        await AssertBotHistoryAsync(store, "t4");

        // They are history's too once they are superseded.
        await store.SaveAsync(Sample.Installation("U1", 10, "t5"), Cancellation);
        await AssertHistoryAsync(store, "U1", "t5", "t4");
        await AssertBotHistoryAsync(store, "t5", "t4");
        Assert.Equal(2, await TrimAsync(store, Sample.At(10)));
        await AssertHistoryAsync(store, null, "t5", "other2");
        await AssertBotHistoryAsync(store, "t5");
    }

    [Fact, Contract(34)]
    public virtual async Task Trimming_with_history_off_removes_what_was_kept_while_it_was_on()
    {
        var on = await CreateTrimmingAsync();
        await SaveManyAsync(on);
        Assert.Equal(5, await TrimAsync(Store, Sample.At(6)));
        await AssertHistoryAsync(on, null, "t4", "t3", "other2");
        await AssertBotHistoryAsync(on, "t4", "t3");
        Assert.Equal(2, await TrimAsync(Store, Sample.At(9)));
        await AssertCurrentAsync(on);
        await AssertHistoryAsync(on, null, "t4", "other2");
        await AssertBotHistoryAsync(on, "t4");
        Assert.Equal(0, await TrimAsync(Store, Sample.At(9)));
    }

    [Fact, Contract(34)]
    public virtual async Task Trimming_where_history_was_never_on_removes_nothing()
    {
        Requires(StoreCapabilities.HistoryTrimming);
        await SaveManyAsync(Store);
        Assert.Equal(0, await TrimAsync(Store, Sample.At(9)));
        await AssertCurrentAsync(Store);
    }

    [Fact, Contract(34)]
    public virtual async Task The_time_of_trimming_is_exact_and_in_any_zone()
    {
        var store = await CreateTrimmingAsync();
        await SaveManyAsync(store);
        Assert.Equal(0, await TrimAsync(store, DateTimeOffset.MinValue));
        Assert.Equal(0, await TrimAsync(store, Sample.At(2).AddMicroseconds(-1)));
        Assert.Equal(0, await TrimAsync(store, Sample.At(2).ToOffset(TimeSpan.FromHours(9))));

        // A part of a microsecond later, which no engine's own type of times holds.
        Assert.Equal(2, await TrimAsync(store, Sample.At(2).AddTicks(1).ToOffset(TimeSpan.FromHours(-5))));
        await AssertHistoryAsync(store, null, "t4", "t3", "other2", "t2", "other1");
        await AssertBotHistoryAsync(store, "t4", "t3", "t2");
    }

    [Fact, Contract(8, 9, 10, 34)]
    public virtual async Task Trimming_one_workspace_leaves_its_neighbours()
    {
        var store = await CreateTrimmingAsync();
        var other = await CreateAsync(Scope.With(options => (options.ClientId, options.HistoryEnabled) = ("another", true)));
        WorkspaceId[] workspaces = [WorkspaceId.ForTeam("T12"), WorkspaceId.ForTeam("T1", "E1"), WorkspaceId.ForEnterprise("E1"), WorkspaceId.ForTeam("*"), WorkspaceId.ForTeam("t1")];
        foreach (var workspace in workspaces.Append(T1))
        {
            await store.SaveAsync(Sample.Installation(workspace, "U1", 1, "old"), Cancellation);
            await store.SaveAsync(Sample.Installation(workspace, "U1", 2, "new"), Cancellation);
        }

        await other.SaveAsync(Sample.Installation("U1", 1, "old"), Cancellation);
        await other.SaveAsync(Sample.Installation("U1", 2, "new"), Cancellation);
        Assert.Equal(2, await TrimAsync(store, Sample.At(9)));
        await AssertHistoryAsync(store, null, "new");
        foreach (var workspace in workspaces)
        {
            Assert.Equal(2, await Capability<IInstallationHistory>(store).ListInstallationHistoryAsync(workspace, null, Cancellation).CountAsync(Cancellation));
            Assert.Equal(2, await Capability<IInstallationHistory>(store).ListBotHistoryAsync(workspace, Cancellation).CountAsync(Cancellation));
        }

        await AssertHistoryAsync(other, null, "new", "old");
        await AssertBotHistoryAsync(other, "new", "old");
    }

    [Fact, Contract(9, 34)]
    public virtual async Task Trimming_what_is_not_there_or_cannot_have_been_saved_removes_nothing()
    {
        var store = await CreateTrimmingAsync();
        await SaveManyAsync(store);
        Assert.Equal(0, await TrimAsync(store, DateTimeOffset.MaxValue, WorkspaceId.ForTeam("T2")));
        foreach (var id in HostileIds.Unsavable.Where(id => id.Length > 0))
        {
            Assert.Equal(0, await TrimAsync(store, DateTimeOffset.MaxValue, WorkspaceId.ForTeam(id)));
        }

        await AssertHistoryAsync(store, null, "t4", "t3", "other2", "t2", "other1", "t1");
        if (Find<IAppListing>(Store) is { } apps)
        {
            var empty = await CreateAsync(Scope.With(options => options.ClientId = "empty"));
            Assert.Equal(0, await TrimAsync(empty, DateTimeOffset.MaxValue));
            Assert.DoesNotContain("empty", await apps.ListClientIdsAsync(Cancellation).ToListAsync(Cancellation));
        }
    }

    [Fact, Contract(31, 34)]
    public virtual async Task Trimming_leaves_the_leases()
    {
        Requires(StoreCapabilities.RotationLeases);
        var store = await CreateTrimmingAsync();
        await SaveManyAsync(store);
        var leasing = Capability<IRotationLeasing>(store);
        var duration = TimeSpan.FromSeconds(30);
        var bot = await leasing.TryAcquireLeaseAsync(T1, null, duration, Cancellation);
        var user = await leasing.TryAcquireLeaseAsync(T1, "U1", duration, Cancellation);
        Assert.Equal(7, await TrimAsync(store, DateTimeOffset.MaxValue));
        Assert.Null(await leasing.TryAcquireLeaseAsync(T1, null, duration, Cancellation));
        Assert.Null(await leasing.TryAcquireLeaseAsync(T1, "U1", duration, Cancellation));
        Assert.True(await leasing.TrySaveBotAsync(bot!, Sample.Bot(8, "rotated"), Cancellation));
        Assert.True(await leasing.TrySaveInstallationAsync(user!, Sample.WithoutBot("U1", 8, "rotated"), Cancellation));
        await AssertHistoryAsync(store, "U1", "rotated");
        await AssertBotHistoryAsync(store, "rotated");
    }

    [Fact, Contract(12, 34)]
    public virtual async Task Trimming_beside_saves_loses_none_of_them()
    {
        const int Users = 4;
        const int Saves = 12;
        var on = Scope.With(options => (options.HistoryEnabled, options.HistoryLength) = (true, 1000));
        var store = await CreateTrimmingAsync(1000);
        var trimmer = Fixture.Capabilities.HasFlag(StoreCapabilities.SecondInstance) ? await CreateAsync(on) : store;
        await store.SaveAsync(Sample.Installation("U0", 0, "u0-0"), Cancellation);
        var removed = 0;
        await Concurrently.RunAsync(Users + 2, async caller =>
        {
            for (var i = 1; i <= Saves; i++)
            {
                if (caller < Users)
                {
                    var saved = Sample.Installation("U" + caller, i, $"u{caller}-{i}");
                    await store.SaveAsync(saved, Cancellation);
                    Same.AssertEqual(saved.WithBot(null), (await store.FindInstallationAsync(T1, saved.UserId, Cancellation))?.WithBot(null), "an installation that was saved beside trims");
                }
                else
                {
                    Interlocked.Add(ref removed, await TrimAsync(trimmer, Sample.At(i)));
                }
            }
        });

        // Each of the saves is current, is in the history, or was old when it was removed.
        removed += await TrimAsync(store, Sample.At(Saves));
        for (var user = 0; user < Users; user++)
        {
            await AssertHistoryAsync(store, "U" + user, $"u{user}-{Saves}");
        }

        var bot = Assert.Single(await BotHistoryAsync(store));
        Same.AssertEqual(Sample.Bot(Saves, bot.BotToken["xoxb-secret-".Length..]), bot, "the bot after trims beside its saves");

        // Of the installations all but the current ones, and of the bots those that no newer one kept out.
        const int Installations = (Users * (Saves - 1)) + 1;
        Assert.InRange(removed, Installations + 1, Installations + Saves);
    }

    [Fact, Contract(22, 34)]
    public virtual async Task Trimming_can_be_cancelled()
    {
        var store = await CreateTrimmingAsync();
        await SaveManyAsync(store);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Capability<IHistoryTrimming>(store).TrimHistoryAsync(T1, DateTimeOffset.MaxValue, new CancellationToken(canceled: true)));
        await AssertHistoryAsync(store, null, "t4", "t3", "other2", "t2", "other1", "t1");
    }

    [Fact, Contract(22, 34)]
    public virtual async Task Trimming_that_waits_for_the_engine_can_be_cancelled()
    {
        Requires(StoreCapabilities.Pause);
        var store = await CreateTrimmingAsync();
        await SaveManyAsync(store);
        await Fixture.PauseAsync(Scope);
        try
        {
            await Waiting.AssertCancelledAsync(
                nameof(IHistoryTrimming.TrimHistoryAsync),
                Fixture.CancellationPatience,
                async cancellation => await Capability<IHistoryTrimming>(store).TrimHistoryAsync(T1, DateTimeOffset.MaxValue, cancellation));
        }
        finally
        {
            await Fixture.ResumeAsync(Scope);
        }

        await AssertCurrentAsync(store);
    }

    [Fact, Contract(23, 34)]
    public virtual async Task Trimming_an_engine_that_fails_gives_the_one_exception_type()
    {
        Requires(StoreCapabilities.Failure);
        var store = await CreateTrimmingAsync();
        await SaveManyAsync(store);
        await Fixture.BreakAsync(Scope);
        try
        {
            await Failure.AssertFailsAsync(nameof(IHistoryTrimming.TrimHistoryAsync), Fixture.CanRetryHelp, async () => await TrimAsync(store, DateTimeOffset.MaxValue), "secret");
        }
        finally
        {
            await Fixture.RepairAsync(Scope);
        }

        await TrimAsync(store, DateTimeOffset.MaxValue);
        await AssertHistoryAsync(store, null, "t4", "other2");
    }

    /// <summary>A store with history on, of a fixture that declares trimming.</summary>
    private ValueTask<IInstallationStore> CreateTrimmingAsync(int limit = 10)
    {
        Requires(StoreCapabilities.HistoryTrimming);
        return CreateAsync(limit);
    }

    /// <summary>Four installations of one user, a bot with each, and two of another without.</summary>
    private static async Task SaveManyAsync(IInstallationStore store)
    {
        for (var i = 1; i <= 4; i++)
        {
            await store.SaveAsync(Sample.Installation("U1", 2 * i, "t" + i), Cancellation);
            if (i <= 2)
            {
                await store.SaveAsync(Sample.WithoutBot("U2", (2 * i) + 1, "other" + i), Cancellation);
            }
        }
    }

    private static async Task AssertCurrentAsync(IInstallationStore store)
    {
        var bot = Sample.Bot(8, "t4");
        Same.AssertEqual(bot, await store.FindBotAsync(T1, Cancellation), "the bot");
        Same.AssertEqual(Sample.Installation("U1", 8, "t4"), await store.FindInstallationAsync(T1, null, Cancellation), "the latest installation");
        Same.AssertEqual(Sample.Installation("U1", 8, "t4"), await store.FindInstallationAsync(T1, "U1", Cancellation), "the installation");
        Same.AssertEqual(Sample.WithoutBot("U2", 5, "other2").WithBot(bot), await store.FindInstallationAsync(T1, "U2", Cancellation), "the other user's installation");
    }

    private static ValueTask<int> TrimAsync(IInstallationStore store, DateTimeOffset olderThan, WorkspaceId? workspace = null) =>
        Capability<IHistoryTrimming>(store).TrimHistoryAsync(workspace ?? T1, olderThan, Cancellation);
}
