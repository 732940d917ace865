using SlackOAuth.Stores.Conformance.Modelling;
using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class StateStoreConformanceTests<TFixture>
{
    private int _modelRuns;

    [Fact, Contract(17, 18, 21)]
    public virtual async Task Random_sequences_of_calls_are_answered_as_by_the_reference() =>
        await Model().RunSequentiallyAsync(StateModel.Step, length: 24);

    [Fact, Contract(17)]
    public virtual async Task Random_concurrent_calls_are_answered_as_in_some_order_of_them() =>
        await Model().RunConcurrentlyAsync(StateModel.Step, StateModel.StepAtOnce, callers: 4, length: 3);

    [Fact, Contract(18, 25)]
    public virtual void The_declared_capabilities_are_those_of_the_store_and_have_their_suites_derived()
    {
        AssertDeclared(StoreCapabilities.Purging, typeof(IExpiredStatePurging), Find<IExpiredStatePurging>(Store) is not null, typeof(ExpiredStatePurgingConformanceTests<>));
        AssertDeclared(StoreCapabilities.Preparation, typeof(IStorePreparation), Find<IStorePreparation>(Store) is not null, typeof(StorePreparationConformanceTests<,>));
    }

    private ModelTest<IOAuthStateStore> Model() => new()
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
            var clock = new TestClock(start);
            var reference = new InMemoryOAuthStateStore(Scope.Options, clock);
            return new(reference, reference, clock);
        },
        Observations = StateModel.Observations,
        ComparesConcurrentLookups = true,
        Iterations = Fixture.ModelIterations,
        Cancellation = Cancellation,
    };
}
