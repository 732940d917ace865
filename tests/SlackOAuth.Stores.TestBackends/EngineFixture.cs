using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>The parts of an engine that scopes have to themselves, and what a test does to them from outside the store.</summary>
public interface IEngineScopes : IAsyncDisposable
{
    /// <summary>Everything that is stored for a scope, as text.</summary>
    ValueTask<string> DumpAsync(StoreScope scope);

    /// <summary>How many states are stored for a scope.</summary>
    ValueTask<long> CountStatesAsync(StoreScope scope);

    /// <summary>Adds a field that no version knows to every record of a scope.</summary>
    ValueTask AddUnknownFieldsAsync(StoreScope scope);

    /// <summary>Spoils the records of a scope in whose content an app id is found.</summary>
    ValueTask DamageAsync(StoreScope scope, string appId);

    /// <summary>The proxy that a scope's stores connect by; null where there is none, and nothing to cut or count.</summary>
    TcpProxy? FindProxy(StoreScope scope);
}

/// <summary>A fixture over an engine that tests reach from outside the store. A provider's own says what it can show, and creates the store.</summary>
/// <typeparam name="TStore">The contract.</typeparam>
/// <typeparam name="TScopes">The parts of the engine.</typeparam>
/// <param name="scopes">The parts of the engine, disposed with the fixture.</param>
public abstract class EngineFixture<TStore, TScopes>(TScopes scopes) : StoreFixture<TStore>
    where TStore : class
    where TScopes : IEngineScopes
{
    /// <summary>The parts of the engine.</summary>
    protected TScopes Scopes { get; } = scopes;

    /// <inheritdoc />
    public override ValueTask<string> DumpAsync(StoreScope scope) => Scopes.DumpAsync(scope);

    /// <inheritdoc />
    public override ValueTask<long> CountStatesAsync(StoreScope scope) => Scopes.CountStatesAsync(scope);

    /// <inheritdoc />
    public override ValueTask AddUnknownFieldsAsync(StoreScope scope) => Scopes.AddUnknownFieldsAsync(scope);

    /// <inheritdoc />
    public override ValueTask DamageAsync(StoreScope scope, string appId) => Scopes.DamageAsync(scope, appId);

    /// <inheritdoc />
    public override ValueTask BreakAsync(StoreScope scope)
    {
        Scopes.FindProxy(scope)!.Break();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public override ValueTask RepairAsync(StoreScope scope)
    {
        Scopes.FindProxy(scope)!.Repair();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public override ValueTask PauseAsync(StoreScope scope)
    {
        Scopes.FindProxy(scope)!.Pause();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public override ValueTask ResumeAsync(StoreScope scope)
    {
        Scopes.FindProxy(scope)!.Resume();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public override ValueTask LoseAnswerAsync(StoreScope scope)
    {
        Scopes.FindProxy(scope)!.CutNextAnswers();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public override ValueTask<long> CountRoundTripsAsync(StoreScope scope) => new(Scopes.FindProxy(scope)!.RoundTrips);

    /// <inheritdoc />
    public override ValueTask StopAsync() => Scopes.DisposeAsync();
}
