using SlackOAuth.Stores.Conformance.Modelling;
using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>The contract of <see cref="IInstallationHistory"/>.</summary>
/// <typeparam name="TFixture">The author's fixture.</typeparam>
/// <param name="fixture">The fixture of the class.</param>
public abstract partial class InstallationHistoryConformanceTests<TFixture>(TFixture fixture) : ConformanceTests<IInstallationStore, TFixture>(fixture)
    where TFixture : StoreFixture<IInstallationStore>
{
    private static readonly WorkspaceId T1 = Sample.Workspace;

    private int _modelRuns;

    [Fact, Contract(15)]
    public virtual async Task History_is_off_by_default_and_lists_the_current_records_alone()
    {
        for (var at = 1; at <= 3; at++)
        {
            await Store.SaveAsync(Sample.Installation("U1", at, "t" + at), Cancellation);
        }

        await Store.SaveAsync(Sample.WithoutBot("U2", 2, "other"), Cancellation);
        await AssertHistoryAsync(Store, null, "t3", "other");
        await AssertBotHistoryAsync(Store, "t3");
    }

    [Fact, Contract(15)]
    public virtual async Task History_lists_every_accepted_record_newest_first()
    {
        var store = await CreateAsync(10);
        foreach (var at in new[] { 1, 3, 5 })
        {
            await store.SaveAsync(Sample.Installation("U1", at, "t" + at), Cancellation);
        }

        await store.SaveAsync(Sample.WithoutBot("U2", 4, "t4"), Cancellation);
        await store.SaveBotAsync(Sample.Bot(6, "t6"), Cancellation);
        await AssertHistoryAsync(store, null, "t5", "t4", "t3", "t1");
        await AssertHistoryAsync(store, "U1", "t5", "t3", "t1");
        await AssertHistoryAsync(store, "U2", "t4");
        await AssertHistoryAsync(store, "U3");
        await AssertBotHistoryAsync(store, "t6", "t5", "t3", "t1");
    }

    [Fact, Contract(6, 15)]
    public virtual async Task A_refused_record_is_not_in_the_history()
    {
        var store = await CreateAsync(10);
        await store.SaveAsync(Sample.Installation("U1", 2, "newer"), Cancellation);
        await store.SaveAsync(Sample.Installation("U1", 1, "older"), Cancellation);
        await store.SaveBotAsync(Sample.Bot(1, "older"), Cancellation);
        await AssertHistoryAsync(store, null, "newer");
        await AssertBotHistoryAsync(store, "newer");
    }

    [Fact, Contract(6, 15)]
    public virtual async Task A_record_with_equal_installed_at_replaces_the_one_in_the_history()
    {
        var store = await CreateAsync(10);
        await store.SaveAsync(Sample.Installation("U1", 1, "old"), Cancellation);
        await store.SaveAsync(Sample.Installation("U1", 2, "first"), Cancellation);
        await store.SaveAsync(Sample.Installation("U1", 2, "rotated"), Cancellation);
        await store.SaveAsync(Sample.WithoutBot("U2", 2, "other"), Cancellation);
        await AssertHistoryAsync(store, "U1", "rotated", "old");
        await AssertHistoryAsync(store, "U2", "other");
        await AssertBotHistoryAsync(store, "rotated", "old");
        if (Fixture.Capabilities.HasFlag(StoreCapabilities.Dump))
        {
            Assert.DoesNotContain("secret-first", await Fixture.DumpAsync(Scope), StringComparison.Ordinal);
        }
    }

    [Theory, Contract(15)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public virtual async Task The_newest_records_up_to_the_limit_are_kept(int limit)
    {
        var store = await CreateAsync(limit);
        for (var at = 1; at <= 13; at++)
        {
            await store.SaveAsync(Sample.Installation("U1", at, $"t{at:00}"), Cancellation);
        }

        string[] kept = [.. Enumerable.Range(0, limit).Select(i => $"t{13 - i:00}")];
        await AssertHistoryAsync(store, null, kept);
        await AssertHistoryAsync(store, "U1", kept);
        await AssertBotHistoryAsync(store, kept);
        if (Fixture.Capabilities.HasFlag(StoreCapabilities.Dump))
        {
            Assert.DoesNotContain("secret-t01", await Fixture.DumpAsync(Scope), StringComparison.Ordinal);
        }
    }

    [Fact, Contract(15)]
    public virtual async Task The_limit_is_10_by_default()
    {
        var store = await CreateAsync(Scope.With(options => options.HistoryEnabled = true));
        for (var at = 1; at <= 12; at++)
        {
            await store.SaveAsync(Sample.Installation("U1", at, "t" + at), Cancellation);
        }

        await AssertHistoryAsync(store, null, [.. Enumerable.Range(0, 10).Select(i => "t" + (12 - i))]);
    }

    [Fact, Contract(15)]
    public virtual async Task The_limit_holds_for_the_users_of_a_workspace_together_and_removes_no_current_installation()
    {
        var store = await CreateAsync(3);
        for (var at = 1; at <= 5; at++)
        {
            await store.SaveAsync(Sample.Installation("U" + at, at, "first" + at), Cancellation);
        }

        // All five are current, so that all five stay.
        await AssertHistoryAsync(store, null, "first5", "first4", "first3", "first2", "first1");
        for (var at = 6; at <= 8; at++)
        {
            await store.SaveAsync(Sample.Installation("U5", at, "again" + at), Cancellation);
        }

        await AssertHistoryAsync(store, null, "again8", "again7", "again6", "first4", "first3", "first2", "first1");
        await AssertHistoryAsync(store, "U5", "again8", "again7", "again6");
        Same.AssertEqual(Sample.Installation("U1", 1, "first1").WithBot(Sample.Bot(8, "again8")), await store.FindInstallationAsync(T1, "U1", Cancellation), "a current installation that is older than the limit");
    }

    [Fact, Contract(15)]
    public virtual async Task A_save_with_history_off_removes_what_was_kept()
    {
        var on = await CreateAsync(10);
        foreach (var user in new[] { "U1", "U2" })
        {
            await on.SaveAsync(Sample.Installation(user, 1, "old" + user), Cancellation);
            await on.SaveAsync(Sample.Installation(user, 2, "kept" + user), Cancellation);
        }

        await on.SaveBotAsync(Sample.Bot(3, "old"), Cancellation);
        await Store.SaveAsync(Sample.Installation("U1", 4, "new"), Cancellation);
        await AssertHistoryAsync(on, null, "new", "keptU2");
        await AssertBotHistoryAsync(on, "new");

        await on.SaveAsync(Sample.Installation("U1", 5, "old"), Cancellation);
        await Store.SaveBotAsync(Sample.Bot(6, "newer"), Cancellation);
        await AssertBotHistoryAsync(on, "newer");
        await Store.SaveAsync(Sample.WithoutBot("U3", 7, "new"), Cancellation);
        await AssertHistoryAsync(on, null, "new", "old", "keptU2");
        if (Fixture.Capabilities.HasFlag(StoreCapabilities.Dump))
        {
            var dump = await Fixture.DumpAsync(Scope);
            Assert.DoesNotContain("secret-oldU", dump, StringComparison.Ordinal);
            Assert.DoesNotContain("xoxb-secret-old", dump, StringComparison.Ordinal);
        }
    }

    [Fact, Contract(15)]
    public virtual async Task History_that_is_switched_on_later_begins_with_the_current_records()
    {
        await Store.SaveAsync(Sample.Installation("U1", 1, "old"), Cancellation);
        await Store.SaveAsync(Sample.Installation("U1", 2, "current"), Cancellation);
        var on = await CreateAsync(10);
        await AssertHistoryAsync(on, null, "current");
        await AssertBotHistoryAsync(on, "current");
    }

    [Fact, Contract(3, 15)]
    public virtual async Task Old_installations_show_the_current_bot()
    {
        var store = await CreateAsync(10);
        await store.SaveAsync(Sample.Installation("U1", 1, "one"), Cancellation);
        await store.SaveAsync(Sample.Installation("U1", 2, "two"), Cancellation);
        var rotated = Sample.Bot(2, "rotated");
        await store.SaveBotAsync(rotated, Cancellation);
        Assert.Equal([Sample.Installation("U1", 2, "two").WithBot(rotated), Sample.Installation("U1", 1, "one").WithBot(rotated)], await HistoryAsync(store, null));
        await store.DeleteBotAsync(T1, Cancellation);
        Assert.Equal([Sample.Installation("U1", 2, "two").WithBot(null), Sample.Installation("U1", 1, "one").WithBot(null)], await HistoryAsync(store, null));
    }

    [Fact, Contract(2, 5, 15)]
    public virtual async Task Lookups_answer_the_same_with_history_on()
    {
        var store = await CreateAsync(10);
        await store.SaveAsync(Sample.Installation("U1", 1, "one"), Cancellation);
        await store.SaveAsync(Sample.Installation("U1", 3, "three"), Cancellation);
        await store.SaveAsync(Sample.WithoutBot("U2", 2, "two"), Cancellation);
        var bot = Sample.Bot(3, "three");
        Same.AssertEqual(bot, await store.FindBotAsync(T1, Cancellation), "the bot");
        Same.AssertEqual(Sample.Installation("U1", 3, "three"), await store.FindInstallationAsync(T1, null, Cancellation), "the latest installation");
        Same.AssertEqual(Sample.WithoutBot("U2", 2, "two").WithBot(bot), await store.FindInstallationAsync(T1, "U2", Cancellation), "the other user's installation");
        await store.DeleteInstallationAsync(T1, "U1", Cancellation);
        Same.AssertEqual(Sample.WithoutBot("U2", 2, "two").WithBot(bot), await store.FindInstallationAsync(T1, null, Cancellation), "the next latest installation");
        Assert.Null(await store.FindInstallationAsync(T1, "U1", Cancellation));
    }

    [Fact, Contract(8, 15)]
    public virtual async Task Deleting_deletes_the_history()
    {
        var store = await CreateAsync(10);
        await FillAsync();
        await store.DeleteInstallationAsync(T1, "U1", Cancellation);
        await AssertHistoryAsync(store, "U1");
        await AssertHistoryAsync(store, null, "n4", "n3");
        await AssertBotHistoryAsync(store, "n4", "n3", "n2", "n1");
        await store.DeleteBotAsync(T1, Cancellation);
        Assert.Empty(await BotHistoryAsync(store));
        Assert.Null(await store.FindBotAsync(T1, Cancellation));
        await store.DeleteInstallationAsync(T1, null, Cancellation);
        await AssertHistoryAsync(store, null);
        await FillAsync();
        await store.DeleteAllAsync(T1, Cancellation);
        await AssertHistoryAsync(store, null);
        Assert.Empty(await BotHistoryAsync(store));
        if (Fixture.Capabilities.HasFlag(StoreCapabilities.Dump))
        {
            Assert.DoesNotContain("secret", await Fixture.DumpAsync(Scope), StringComparison.Ordinal);
        }

        async Task FillAsync()
        {
            for (var at = 1; at <= 4; at++)
            {
                await store.SaveAsync(Sample.Installation(at <= 2 ? "U1" : "U12", at, "n" + at), Cancellation);
            }
        }
    }

    [Fact, Contract(8, 10, 15)]
    public virtual async Task The_histories_of_neighbours_are_apart()
    {
        var store = await CreateAsync(10);
        var other = await CreateAsync(Scope.With(options =>
        {
            options.ClientId = "another";
            options.HistoryEnabled = true;
        }));
        WorkspaceId[] workspaces = [WorkspaceId.ForTeam("T12"), WorkspaceId.ForTeam("T1", "E1"), WorkspaceId.ForEnterprise("E1"), WorkspaceId.ForTeam("*")];
        foreach (var workspace in workspaces.Append(T1))
        {
            await store.SaveAsync(Sample.Installation(workspace, "U1", 1, "old"), Cancellation);
            await store.SaveAsync(Sample.Installation(workspace, "U1", 2, "new"), Cancellation);
        }

        await other.SaveAsync(Sample.Installation("U1", 1, "other"), Cancellation);
        await AssertHistoryAsync(store, null, "new", "old");
        await store.DeleteAllAsync(T1, Cancellation);
        foreach (var workspace in workspaces)
        {
            Assert.Equal(
                ["Anew", "Aold"],
                (await Capability<IInstallationHistory>(store).ListInstallationHistoryAsync(workspace, null, Cancellation).ToListAsync(Cancellation)).Select(installation => installation.AppId));
        }

        await AssertHistoryAsync(other, null, "other");
    }

    [Fact, Contract(9)]
    public virtual async Task The_history_of_an_id_that_cannot_have_been_saved_is_empty()
    {
        var store = await CreateAsync(10);
        await store.SaveAsync(Sample.Installation("U1", 1, "one"), Cancellation);
        foreach (var id in HostileIds.Unsavable)
        {
            await AssertHistoryAsync(store, id);
        }
    }

    [Fact, Contract(11, 15)]
    public virtual async Task A_second_instance_reads_the_history_of_the_first()
    {
        Requires(StoreCapabilities.SecondInstance);
        var (first, second) = (await CreateAsync(10), await CreateAsync(10));
        await first.SaveAsync(Sample.Installation("U1", 1, "one"), Cancellation);
        await second.SaveAsync(Sample.Installation("U1", 2, "two"), Cancellation);
        await AssertHistoryAsync(first, null, "two", "one");
        await AssertHistoryAsync(second, null, "two", "one");
    }

    [Fact, Contract(22)]
    public virtual async Task Reading_a_history_can_be_cancelled()
    {
        await Store.SaveAsync(Sample.Installation("U1", 1, "one"), Cancellation);
        var cancelled = new CancellationToken(canceled: true);
        var history = Capability<IInstallationHistory>(Store);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await history.ListBotHistoryAsync(T1, cancelled).CountAsync(CancellationToken.None));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await history.ListInstallationHistoryAsync(T1, null, cancelled).CountAsync(CancellationToken.None));
    }

    [Fact, Contract(2, 3, 5, 6, 8, 15)]
    public virtual async Task Random_sequences_of_calls_leave_the_history_of_the_reference()
    {
        var model = new ModelTest<IInstallationStore>
        {
            CreateAsync = async () =>
            {
                var store = await Fixture.CreateAsync(ModelScope());
                return (new(store, store, Scope.Time), () => DisposeAsync(store));
            },
            CreateReference = start =>
            {
                var reference = new InMemoryInstallationStore(ModelScope().Options);
                return new(reference, reference, new TestClock(start));
            },
            Observations = [.. InstallationModel.Observations, .. InstallationModel.HistoryObservations],
            ComparesConcurrentLookups = true,
            Iterations = Fixture.ModelIterations,
            Cancellation = Cancellation,
        };
        await model.RunSequentiallyAsync(Fixture.Capabilities.HasFlag(StoreCapabilities.HistoryTrimming) ? InstallationModel.TrimmingStep : InstallationModel.Step, length: 24);

        // Three users and three installed-ats are nine records: the limit drops none, and so leaves no choice between equals.
        StoreScope ModelScope() => Scope.With(options => (options.ClientId, options.HistoryEnabled, options.HistoryLength) = ($"model-{_modelRuns++}", true, 10));
    }

    private ValueTask<IInstallationStore> CreateAsync(int limit) => CreateAsync(Scope.With(options => (options.HistoryEnabled, options.HistoryLength) = (true, limit)));

    private static async Task<List<Installation>> HistoryAsync(IInstallationStore store, string? userId) =>
        await Capability<IInstallationHistory>(store).ListInstallationHistoryAsync(T1, userId, Cancellation).ToListAsync(Cancellation);

    private static async Task<List<Bot>> BotHistoryAsync(IInstallationStore store) =>
        await Capability<IInstallationHistory>(store).ListBotHistoryAsync(T1, Cancellation).ToListAsync(Cancellation);

    private static async Task AssertHistoryAsync(IInstallationStore store, string? userId, params string[] tags) =>
        Assert.Equal(tags.Select(tag => "xoxp-secret-" + tag), (await HistoryAsync(store, userId)).Select(installation => installation.UserToken));

    private static async Task AssertBotHistoryAsync(IInstallationStore store, params string[] tags) =>
        Assert.Equal(tags.Select(tag => "xoxb-secret-" + tag), (await BotHistoryAsync(store)).Select(bot => bot.BotToken));
}
