using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class InstallationStoreConformanceTests<TFixture>
{
    private IReadOnlyList<(string Operation, Func<Task> CallAsync)> Operations =>
    [
        (nameof(IInstallationStore.SaveAsync), async () => await SaveAsync(Sample.Installation("U1", 2, "failed"))),
        (nameof(IInstallationStore.SaveBotAsync), async () => await SaveBotAsync(Sample.Bot(2, "failed"))),
        (nameof(IInstallationStore.FindBotAsync), async () => await FindBotAsync(T1)),
        (nameof(IInstallationStore.FindInstallationAsync), async () => await FindAsync(T1)),
        (nameof(IInstallationStore.FindInstallationAsync), async () => await FindAsync(T1, "U1")),
        (nameof(IInstallationStore.DeleteBotAsync), async () => await DeleteBotAsync(T1)),
        (nameof(IInstallationStore.DeleteInstallationAsync), async () => await DeleteAsync(T1)),
        (nameof(IInstallationStore.DeleteInstallationAsync), async () => await DeleteAsync(T1, "U1")),
        (nameof(IInstallationStore.DeleteAllAsync), async () => await DeleteAllAsync(T1)),
    ];

    [Fact, Contract(23)]
    public virtual async Task An_engine_that_fails_gives_the_one_exception_type()
    {
        Requires(StoreCapabilities.Failure);
        await SaveAsync(Sample.Installation("U1", 1, "stored"));
        await Fixture.BreakAsync(Scope);
        try
        {
            await Task.WhenAll(Operations.Select(call => Failure.AssertFailsAsync(call.Operation, Fixture.CanRetryHelp, call.CallAsync, "secret")));
        }
        finally
        {
            await Fixture.RepairAsync(Scope);
        }
    }

    [Fact, Contract(23)]
    public virtual async Task When_the_engine_is_back_the_next_call_works()
    {
        Requires(StoreCapabilities.Failure);
        var stored = Sample.Installation("U1", 1, "stored");
        await SaveAsync(stored);
        await Fixture.BreakAsync(Scope);
        try
        {
            await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await SaveAsync(Sample.Installation("U1", 2, "failed")));
        }
        finally
        {
            await Fixture.RepairAsync(Scope);
        }

        var found = await FindAsync(T1, "U1");
        Same.AssertEqual(found?.UserToken == stored.UserToken ? stored : Sample.Installation("U1", 2, "failed"), found, "the installation after a failed save");
        var next = Sample.Installation("U1", 3, "next");
        await SaveAsync(next);
        await AssertFoundAsync(next, T1, "U1");
        await AssertBotFoundAsync(next.ToBot()!, T1);
    }

    [Fact, Contract(24)]
    public virtual async Task A_lookup_is_one_round_trip_and_a_save_is_one()
    {
        Requires(StoreCapabilities.RoundTrips);

        // The first calls may connect and prepare the engine.
        await SaveAsync(Sample.Installation("U1", 1, "first"));
        await FindAsync(T1, "U1");
        Assert.Equal(1, await CountAsync(() => SaveAsync(Sample.Installation("U1", 2, "second"))));
        Assert.Equal(1, await CountAsync(() => SaveBotAsync(Sample.Bot(3, "third"))));
        Assert.Equal(1, await CountAsync(async () => await FindBotAsync(T1)));
        Assert.Equal(1, await CountAsync(async () => await FindAsync(T1)));
        Assert.Equal(1, await CountAsync(async () => await FindAsync(T1, "U1")));
    }

    [Fact, Contract(15, 24)]
    public virtual async Task The_round_trips_of_a_call_do_not_grow_with_what_is_stored()
    {
        Requires(StoreCapabilities.RoundTrips);
        var history = await CreateAsync(Scope.With(options => options.HistoryEnabled = true));
        for (var i = 0; i < 20; i++)
        {
            await history.SaveAsync(Sample.Installation(WorkspaceId.ForTeam("T" + i), "U1", i, "w" + i), Cancellation);
            await history.SaveAsync(Sample.Installation("U" + i, i, "u" + i), Cancellation);
            await history.SaveAsync(Sample.Installation("U1", i, "h" + i), Cancellation);
        }

        Assert.Equal(1, await CountAsync(() => history.SaveAsync(Sample.Installation("U1", 50, "last"), Cancellation)));
        Assert.Equal(1, await CountAsync(async () => await history.FindBotAsync(T1, Cancellation)));
        Assert.Equal(1, await CountAsync(async () => await history.FindInstallationAsync(T1, null, Cancellation)));
        Assert.Equal(1, await CountAsync(async () => await history.FindInstallationAsync(T1, "U1", Cancellation)));
    }

    private async Task<long> CountAsync(Func<ValueTask> callAsync)
    {
        var before = await Fixture.CountRoundTripsAsync(Scope);
        await callAsync();
        return await Fixture.CountRoundTripsAsync(Scope) - before;
    }
}
