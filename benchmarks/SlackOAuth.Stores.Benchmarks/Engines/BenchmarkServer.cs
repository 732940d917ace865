using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.Benchmarks.Engines;

/// <summary>An engine that the benchmarks run against: the server that the environment variable of the tests names, or a container.</summary>
internal sealed class BenchmarkServer(Engine engine, Func<string, Task> probe) : EngineServer(engine)
{
    protected override Task ProbeAsync(string connectionString, CancellationToken cancellationToken) => probe(connectionString).WaitAsync(cancellationToken);
}
