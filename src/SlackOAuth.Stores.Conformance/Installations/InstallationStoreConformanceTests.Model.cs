using SlackOAuth.Stores.Conformance.Modelling;
using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class InstallationStoreConformanceTests<TFixture>
{
    private int _modelRuns;

    [Fact, Contract(2, 3, 4, 5, 6, 8, 11)]
    public virtual async Task Random_sequences_of_calls_are_answered_as_by_the_reference() =>
        await Model().RunSequentiallyAsync(InstallationModel.Step, length: 24);

    [Fact, Contract(7, 12)]
    public virtual async Task Random_concurrent_calls_are_answered_as_in_some_order_of_them() =>
        await Model().RunConcurrentlyAsync(InstallationModel.CloseStep, InstallationModel.CloseStep, callers: 3, length: 3);

    [Fact, Contract(15, 25)]
    public virtual void The_declared_capabilities_are_those_of_the_store_and_have_their_suites_derived()
    {
        AssertDeclared(StoreCapabilities.Listing, typeof(IInstallationListing), Find<IInstallationListing>(Store) is not null, typeof(InstallationListingConformanceTests<>));
        AssertDeclared(StoreCapabilities.AppListing, typeof(IAppListing), Find<IAppListing>(Store) is not null, typeof(AppListingConformanceTests<>));
        AssertDeclared(StoreCapabilities.History, typeof(IInstallationHistory), Find<IInstallationHistory>(Store) is not null, typeof(InstallationHistoryConformanceTests<>));
        AssertDeclared(StoreCapabilities.HistoryTrimming, typeof(IHistoryTrimming), Find<IHistoryTrimming>(Store) is not null, typeof(InstallationHistoryConformanceTests<>));
        AssertDeclared(StoreCapabilities.Preparation, typeof(IStorePreparation), Find<IStorePreparation>(Store) is not null, typeof(StorePreparationConformanceTests<,>));
        AssertDeclared(StoreCapabilities.RotationLeases, typeof(IRotationLeasing), Find<IRotationLeasing>(Store) is not null, typeof(RotationLeaseConformanceTests<>));
    }

    private ModelTest<IInstallationStore> Model() => new()
    {
        // A client id of its own is an empty store: one engine serves all sequences.
        CreateAsync = async () =>
        {
            var scope = Scope.With(options => options.ClientId = $"model-{_modelRuns++}");
            var store = await Fixture.CreateAsync(scope);
            var other = Fixture.Capabilities.HasFlag(StoreCapabilities.SecondInstance) ? await Fixture.CreateAsync(scope) : store;
            return (new(store, other, Scope.Time), async () =>
            {
                await DisposeAsync(store);
                await DisposeAsync(other);
            });
        },
        CreateReference = start =>
        {
            var reference = new InMemoryInstallationStore(Scope.Options);
            return new(reference, reference, new TestClock(start));
        },
        Observations = InstallationModel.Observations,
        ComparesConcurrentLookups = Fixture.Capabilities.HasFlag(StoreCapabilities.AtomicSave),
        Iterations = Fixture.ModelIterations,
        Cancellation = Cancellation,
    };
}
