using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using SlackOAuth.Stores.Benchmarks;

// --pairs [words]: each call beside its floor, interleaved in one run, the median of the ratios. Two runs on one machine differ by 10 to 30 %; two halves of a pair do not.
// Anything else goes to BenchmarkDotNet: absolute times and allocations.
if (args is ["--pairs", ..])
{
    await PairedRunner.RunAsync(args[1..]);
    return 0;
}

// It builds a project of its own, which on a busy machine takes longer than the two minutes it allows.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, ManualConfig.Create(DefaultConfig.Instance).WithBuildTimeout(TimeSpan.FromMinutes(10)));
return 0;
