using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>The contract of <see cref="IStorePreparation"/>, for a store of either contract. The fixture's <c>CreateAsync</c> leaves the engine unprepared.</summary>
/// <typeparam name="TStore"><see cref="IInstallationStore"/> or <see cref="IOAuthStateStore"/>.</typeparam>
/// <typeparam name="TFixture">The author's fixture.</typeparam>
/// <param name="fixture">The fixture of the class.</param>
public abstract class StorePreparationConformanceTests<TStore, TFixture>(TFixture fixture) : ConformanceTests<TStore, TFixture>(fixture)
    where TStore : class
    where TFixture : StoreFixture<TStore>
{
    private const int Processes = 20;

    [Fact, Contract(25)]
    public virtual async Task A_prepared_store_works_and_preparing_it_again_keeps_what_it_holds()
    {
        await PrepareAsync(Store);
        var findAsync = await WriteAsync(Store);
        await PrepareAsync(Store);
        await PrepareAsync(Store);
        await findAsync(Store);
    }

    [Fact, Contract(25)]
    public virtual async Task Twenty_instances_can_prepare_and_be_used_at_once()
    {
        Requires(StoreCapabilities.SecondInstance);
        var instances = new TStore[Processes];
        for (var i = 0; i < Processes; i++)
        {
            instances[i] = await CreateAsync(Scope);
        }

        await Concurrently.RunAsync(Processes, async i =>
        {
            await PrepareAsync(instances[i]);
            await (await WriteAsync(instances[i], $"T{i}"))(instances[i]);
        });
        await (await WriteAsync(instances[0]))(instances[1]);
    }

    [Fact, Contract(25)]
    public virtual void The_script_can_be_printed_and_is_the_same_each_time()
    {
        var script = Capability<IStorePreparation>(Store).PreparationScript;
        Assert.False(string.IsNullOrWhiteSpace(script), "The script of the preparation is empty.");
        Assert.Equal(script, Capability<IStorePreparation>(Store).PreparationScript);
    }

    [Fact, Contract(25)]
    public virtual async Task The_script_prepares_the_engine_for_a_store_that_does_not()
    {
        Requires(StoreCapabilities.PreparationScript);
        var scope = new StoreScope();
        var store = await Fixture.CreateUnpreparedAsync(scope);
        Track(store);
        await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await WriteAsync(store));
        var script = Capability<IStorePreparation>(store).PreparationScript;
        await Fixture.RunScriptAsync(scope, script);
        var findAsync = await WriteAsync(store);
        await Fixture.RunScriptAsync(scope, script);
        await findAsync(store);
    }

    [Fact, Contract(22, 25)]
    public virtual async Task Preparing_can_be_cancelled()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Capability<IStorePreparation>(Store).PrepareAsync(new CancellationToken(canceled: true)));
        await PrepareAsync(Store);
        await (await WriteAsync(Store))(Store);
    }

    [Fact, Contract(23, 25)]
    public virtual async Task Preparing_an_engine_that_fails_gives_the_one_exception_type_and_works_when_it_is_back()
    {
        Requires(StoreCapabilities.Failure);
        await Fixture.BreakAsync(Scope);
        try
        {
            await Failure.AssertFailsAsync(nameof(IStorePreparation.PrepareAsync), Fixture.CanRetryHelp, async () => await PrepareAsync(Store));
        }
        finally
        {
            await Fixture.RepairAsync(Scope);
        }

        await PrepareAsync(Store);
        await (await WriteAsync(Store))(Store);
    }

    private static ValueTask PrepareAsync(TStore store) => Capability<IStorePreparation>(store).PrepareAsync(Cancellation);

    /// <summary>Writes something, and gives the check that it is there.</summary>
    private static async Task<Func<TStore, Task>> WriteAsync(TStore store, string team = "T")
    {
        switch (store)
        {
            case IInstallationStore installations:
                var saved = Sample.Installation(WorkspaceId.ForTeam(team), "U1", 1, "prepared");
                await installations.SaveAsync(saved, Cancellation);
                return async reader => Same.AssertEqual(saved, await ((IInstallationStore)reader).FindInstallationAsync(WorkspaceId.ForTeam(team), "U1", Cancellation), "the installation");
            case IOAuthStateStore states:
                var state = await states.IssueAsync(null, Cancellation);
                return async reader => Assert.NotNull(await ((IOAuthStateStore)reader).ConsumeAsync(state, OAuthStatePurpose.Install, Cancellation));
            default:
                throw new NotSupportedException($"{typeof(TStore).Name} is neither {nameof(IInstallationStore)} nor {nameof(IOAuthStateStore)}.");
        }
    }
}
