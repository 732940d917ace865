namespace SlackOAuth.Stores.Benchmarks.Engines;

/// <summary>What is measured on an engine, and what ends it.</summary>
internal sealed record EngineGroup(EngineCases Cases, Func<ValueTask> EndAsync) : IAsyncDisposable
{
    /// <summary>What only this engine has.</summary>
    internal IReadOnlyList<Scenario> More { get; init; } = [];

    internal IEnumerable<Scenario> Scenarios => Cases.Scenarios().Concat(More);

    public async ValueTask DisposeAsync()
    {
        await Cases.DisposeAsync();
        await EndAsync();
    }
}
