using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>The base of every suite: each test has a fresh <see cref="Store"/> over a <see cref="Scope"/> of its own.</summary>
/// <typeparam name="TStore"><see cref="IInstallationStore"/> or <see cref="IOAuthStateStore"/>.</typeparam>
/// <typeparam name="TFixture">The author's fixture.</typeparam>
/// <param name="fixture">The fixture of the class.</param>
public abstract class ConformanceTests<TStore, TFixture>(TFixture fixture) : IClassFixture<TFixture>, IAsyncLifetime
    where TStore : class
    where TFixture : StoreFixture<TStore>
{
    private readonly List<TStore> _created = [];

    /// <summary>The fixture of the class.</summary>
    protected TFixture Fixture { get; } = fixture;

    /// <summary>What this test has to itself.</summary>
    protected StoreScope Scope { get; } = new();

    /// <summary>The store under test.</summary>
    protected TStore Store { get; private set; } = null!;

    /// <summary>Cancelled when the run is; passed to every call that no test cancels itself.</summary>
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <inheritdoc />
    public virtual async ValueTask InitializeAsync() => Store = await CreateAsync(Scope);

    /// <inheritdoc />
    public virtual async ValueTask DisposeAsync()
    {
        foreach (var store in new HashSet<object>(_created, ReferenceEqualityComparer.Instance))
        {
            await DisposeAsync(store);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Creates a further store, which is disposed when the test ends.</summary>
    /// <param name="scope">The part of the engine, and the options.</param>
    protected async ValueTask<TStore> CreateAsync(StoreScope scope)
    {
        var store = await Fixture.CreateAsync(scope);
        Assert.NotNull(store);
        Track(store);
        return store;
    }

    /// <summary>Has a store disposed when the test ends.</summary>
    private protected void Track(TStore store) => _created.Add(store);

    /// <summary>Creates a second instance over the engine of <see cref="Store"/>; skips the test where there can be none.</summary>
    protected async ValueTask<TStore> CreateSecondAsync()
    {
        Requires(StoreCapabilities.SecondInstance);
        var second = await CreateAsync(Scope);
        Assert.False(ReferenceEquals(Store, second), $"{typeof(TFixture).Name}.CreateAsync gave the same instance twice. Create a new one at each call, over the same engine.");
        return second;
    }

    /// <summary>The instances that concurrent callers use in turn: two over one engine, or one where there can be no second.</summary>
    protected async ValueTask<TStore[]> CreateInstancesAsync() =>
        Fixture.Capabilities.HasFlag(StoreCapabilities.SecondInstance) ? [Store, await CreateSecondAsync()] : [Store];

    /// <summary>Skips the test where the fixture does not declare the capability.</summary>
    /// <param name="capability">One flag or several.</param>
    protected void Requires(StoreCapabilities capability) =>
        Assert.SkipUnless(
            Fixture.Capabilities.HasFlag(capability),
            $"{typeof(TFixture).Name} does not declare {nameof(StoreCapabilities)}.{capability & ~Fixture.Capabilities}: this sentence of the contract is not shown.");

    /// <summary>The capability interface of a store; fails the test where the store lacks it.</summary>
    /// <typeparam name="TCapability">The interface.</typeparam>
    /// <param name="store">The store.</param>
    protected static TCapability Capability<TCapability>(TStore store)
        where TCapability : class
    {
        var capability = Find<TCapability>(store);
        Assert.True(capability is not null, $"{store.GetType().Name} is no {typeof(TCapability).Name}, which this suite is for. Implement it, or derive no class of this suite and leave its flag out.");
        return capability;
    }

    /// <summary>Asserts that the flags of the fixture and the interfaces of the store agree, and that each capability's suite is derived for this fixture.</summary>
    private protected void AssertDeclared(StoreCapabilities flag, Type capability, bool isThere, Type suite)
    {
        var declared = Fixture.Capabilities.HasFlag(flag);
        Assert.True(
            declared == isThere,
            $"{Store.GetType().Name} {(isThere ? "is" : "is no")} {capability.Name}, and {typeof(TFixture).Name} {(declared ? "declares" : "does not declare")} {nameof(StoreCapabilities)}.{flag}.");
        if (declared)
        {
            Assert.True(
                GetType().Assembly.GetTypes().Any(type => !type.IsAbstract && SuiteTypes.Derives(type, suite, typeof(TFixture))),
                $"{Store.GetType().Name} is {capability.Name}, and no class of {GetType().Assembly.GetName().Name} derives {SuiteTypes.NameOf(suite)} for {typeof(TFixture).Name}.");
        }
    }

    private protected static TCapability? Find<TCapability>(TStore store)
        where TCapability : class => store switch
        {
            IInstallationStore installations => installations.GetCapability<TCapability>(),
            IOAuthStateStore states => states.GetCapability<TCapability>(),
            _ => null,
        };

    private protected static async ValueTask DisposeAsync(object store)
    {
        if (store is IAsyncDisposable asyncDisposable)
        {
            await asyncDisposable.DisposeAsync();
        }
        else
        {
            (store as IDisposable)?.Dispose();
        }
    }
}
