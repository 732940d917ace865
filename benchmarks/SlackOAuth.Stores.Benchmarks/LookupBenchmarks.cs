using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using SlackOAuth.Stores.Benchmarks.Engines;

namespace SlackOAuth.Stores.Benchmarks;

/// <summary>The lookups of each store beside one another, for those who choose. Each store runs in a process of its own, and so with an engine of its own unless the environment names one.</summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls the clean-up.")]
public class LookupBenchmarks
{
    private const string Memory = "memory";
    private const string File = "file";

    private BenchmarkCases? _local;
    private EngineGroup? _engine;
    private Func<ValueTask<Bot?>> _findBot = null!;
    private Func<ValueTask<Installation?>> _findInstallation = null!;

    public static IEnumerable<string> Stores => [Memory, File, .. EngineGroups.All.Keys];

    [ParamsSource(nameof(Stores))]
    public string Store { get; set; } = "";

    [GlobalSetup]
    public async Task StartAsync()
    {
        if (EngineGroups.All.TryGetValue(Store, out var create))
        {
            _engine = await create();
            (_findBot, _findInstallation) = (_engine.Cases.FindBotAsync, _engine.Cases.FindInstallationAsync);
            return;
        }

        var local = _local = new BenchmarkCases();
        var isFile = Store == File;
        _findBot = () => new(isFile ? local.FindBotInFiles() : local.FindBotInMemory());
        _findInstallation = () => new(isFile ? local.FindInstallationInFiles() : local.FindInstallationInMemory());
    }

    [GlobalCleanup]
    public async Task StopAsync()
    {
        _local?.Dispose();
        await (_engine?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Benchmark(Description = "find bot")]
    public ValueTask<Bot?> FindBotAsync() => _findBot();

    [Benchmark(Description = "find installation of a user")]
    public ValueTask<Installation?> FindInstallationAsync() => _findInstallation();
}
