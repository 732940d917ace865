using System.Collections.Concurrent;
using SlackOAuth.Stores;
using SlackOAuth.Stores.Conformance;

public sealed class MyStateFixture : StoreFixture<IOAuthStateStore>
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, StoredOAuthState>> _engines = new();

    public override ValueTask<IOAuthStateStore> CreateAsync(StoreScope scope) =>
        new(new MyStateStore(scope.Options, scope.Time, _engines.GetOrAdd(scope.Name, _ => new())));
}

public sealed class MyStateStoreTests(MyStateFixture fixture) : StateStoreConformanceTests<MyStateFixture>(fixture);

public sealed class MyCoverageTests : ConformanceCoverageTests
{
    protected override IReadOnlyCollection<Type> NotImplemented => [typeof(InstallationStoreConformanceTests<>)];
}
