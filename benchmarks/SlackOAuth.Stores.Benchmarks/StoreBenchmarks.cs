using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;

namespace SlackOAuth.Stores.Benchmarks;

/// <summary>Absolute times and allocations, for those who compare versions on one machine. The ratios to the floors are the paired runner's.</summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls the clean-up.")]
public class StoreBenchmarks
{
    private BenchmarkCases _cases = null!;

    [GlobalSetup]
    public void Start() => _cases = new BenchmarkCases();

    [GlobalCleanup]
    public void Stop() => _cases.Dispose();

    [Benchmark(Description = "file: find bot")]
    public Bot? FileFindBot() => _cases.FindBotInFiles();

    [Benchmark(Description = "floor: read bot")]
    public Bot? FloorReadBot() => _cases.BareBot();

    [Benchmark(Description = "file: find installation")]
    public Installation? FileFindInstallation() => _cases.FindInstallationInFiles();

    [Benchmark(Description = "file: save")]
    public void FileSave() => _cases.SaveInFiles();

    [Benchmark(Description = "floor: save")]
    public void FloorSave() => _cases.BareSave();

    [Benchmark(Description = "file: issue and consume")]
    public OAuthStateData? FileIssueAndConsume() => _cases.ConsumeInFiles(_cases.IssueInFiles());

    [Benchmark(Description = "memory: find bot")]
    public Bot? MemoryFindBot() => _cases.FindBotInMemory();

    [Benchmark(Description = "memory: find installation")]
    public Installation? MemoryFindInstallation() => _cases.FindInstallationInMemory();

    [Benchmark(Description = "memory: save")]
    public void MemorySave() => _cases.SaveInMemory();

    [Benchmark(Description = "memory: issue and consume")]
    public OAuthStateData? MemoryIssueAndConsume() => _cases.ConsumeInMemory(_cases.IssueInMemory());
}
