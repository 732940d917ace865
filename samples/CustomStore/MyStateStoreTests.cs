using SlackOAuth.Stores;
using SlackOAuth.Stores.Conformance;

public sealed class MyStateFixture : StoreFixture<IOAuthStateStore>
{
    public override ValueTask<IOAuthStateStore> CreateAsync(StoreScope scope) =>
        new(new MyStateStore(scope.Name, scope.Options, scope.Time));

    // What else this fixture can show: that states which nobody consumes do not pile up.
    public override StoreCapabilities Capabilities => StoreCapabilities.Default | StoreCapabilities.StateCount;

    public override ValueTask<long> CountStatesAsync(StoreScope scope) => new(MyStateStore.Count(scope.Name));
}

public sealed class MyStateStoreTests(MyStateFixture fixture) : StateStoreConformanceTests<MyStateFixture>(fixture);

public sealed class MyCoverageTests : ConformanceCoverageTests
{
    protected override IReadOnlyCollection<Type> NotImplemented => [typeof(InstallationStoreConformanceTests<>)];
}
