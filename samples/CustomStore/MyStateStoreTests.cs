using SlackOAuth.Stores;
using SlackOAuth.Stores.Conformance;

public sealed class MyStateFixture : StoreFixture<IOAuthStateStore>
{
    public override ValueTask<IOAuthStateStore> CreateAsync(StoreScope scope) =>
        new(new MyStateStore(scope.Name, scope.Options, scope.Time));
}

public sealed class MyStateStoreTests(MyStateFixture fixture) : StateStoreConformanceTests<MyStateFixture>(fixture);

public sealed class MyCoverageTests : ConformanceCoverageTests
{
    protected override IReadOnlyCollection<Type> NotImplemented => [typeof(InstallationStoreConformanceTests<>)];
}
