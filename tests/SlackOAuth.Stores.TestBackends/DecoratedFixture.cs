using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>A provider's fixture with a decorator around each of its stores: derive it, and every suite of the provider runs through the decorator.</summary>
/// <typeparam name="TStore"><see cref="IInstallationStore"/> or <see cref="IOAuthStateStore"/>.</typeparam>
/// <param name="inner">The provider's fixture.</param>
/// <param name="decorate">Puts the decorator around a store.</param>
/// <param name="without">What the decorator takes away.</param>
public abstract class DecoratedFixture<TStore>(StoreFixture<TStore> inner, Func<TStore, StoreScope, TStore> decorate, StoreCapabilities without = StoreCapabilities.None) : StoreFixture<TStore>
    where TStore : class
{
    /// <inheritdoc />
    public override StoreCapabilities Capabilities => inner.Capabilities & ~without;

    /// <summary>Fewer than the provider's own: how the engine orders calls is shown there.</summary>
    public override int ModelIterations => Math.Min(25, inner.ModelIterations);

    /// <inheritdoc />
    public override int ListingSize => inner.ListingSize;

    /// <inheritdoc />
    public override async ValueTask<TStore> CreateAsync(StoreScope scope) => decorate(await inner.CreateAsync(scope), scope);

    /// <inheritdoc />
    public override ValueTask StartAsync() => inner.StartAsync();

    /// <inheritdoc />
    public override ValueTask StopAsync() => inner.StopAsync();

    /// <inheritdoc />
    public override ValueTask<string> DumpAsync(StoreScope scope) => inner.DumpAsync(scope);

    /// <inheritdoc />
    public override ValueTask<long> CountStatesAsync(StoreScope scope) => inner.CountStatesAsync(scope);

    /// <inheritdoc />
    public override ValueTask BreakAsync(StoreScope scope) => inner.BreakAsync(scope);

    /// <inheritdoc />
    public override ValueTask RepairAsync(StoreScope scope) => inner.RepairAsync(scope);

    /// <inheritdoc />
    public override bool CanRetryHelp => inner.CanRetryHelp;

    /// <inheritdoc />
    public override ValueTask PauseAsync(StoreScope scope) => inner.PauseAsync(scope);

    /// <inheritdoc />
    public override ValueTask ResumeAsync(StoreScope scope) => inner.ResumeAsync(scope);

    /// <inheritdoc />
    public override ValueTask LoseAnswerAsync(StoreScope scope) => inner.LoseAnswerAsync(scope);

    /// <inheritdoc />
    public override async ValueTask<TStore> CreateUnpreparedAsync(StoreScope scope) => decorate(await inner.CreateUnpreparedAsync(scope), scope);

    /// <inheritdoc />
    public override ValueTask RunScriptAsync(StoreScope scope, string script) => inner.RunScriptAsync(scope, script);

    /// <inheritdoc />
    public override ValueTask<long> CountRoundTripsAsync(StoreScope scope) => inner.CountRoundTripsAsync(scope);

    /// <inheritdoc />
    public override ValueTask AddUnknownFieldsAsync(StoreScope scope) => inner.AddUnknownFieldsAsync(scope);

    /// <inheritdoc />
    public override ValueTask DamageAsync(StoreScope scope, string appId) => inner.DamageAsync(scope, appId);
}
