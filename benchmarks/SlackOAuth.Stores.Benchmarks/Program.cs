using BenchmarkDotNet.Running;
using SlackOAuth.Stores.Benchmarks;

// --pairs [word]: each call beside its floor, interleaved in one run, the median of the ratios. Two runs on one machine differ by 10 to 30 %; two halves of a pair do not.
// Anything else goes to BenchmarkDotNet: absolute times and allocations.
if (args is ["--pairs", ..])
{
    PairedRunner.Run(args.ElementAtOrDefault(1));
    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
