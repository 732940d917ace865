using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace SlackOAuth.Stores.Benchmarks;

/// <summary>One call and what it is measured against.</summary>
/// <param name="Name">What is called.</param>
/// <param name="Floor">What the floor does, in words.</param>
/// <param name="Calls">How many calls a sample has.</param>
/// <param name="Subject">The call.</param>
/// <param name="Bare">The floor; null where there is none.</param>
/// <param name="Target">The greatest ratio wanted; null where none is set.</param>
/// <param name="BeforeSample">Prepares a sample of so many calls, unmeasured.</param>
internal sealed record Scenario(string Name, string Floor, int Calls, Action Subject, Action? Bare = null, double? Target = null, Action<int>? BeforeSample = null);

/// <summary>Measures calls and their floors in turn, and prints a table in Markdown.</summary>
internal static class PairedRunner
{
    private const int Pairs = 15;
    private const int WarmUps = 3;

    internal static void Run(string? word)
    {
        GCSettings.LatencyMode = GCLatencyMode.SustainedLowLatency;
        using var cases = new BenchmarkCases();
        Console.WriteLine($"{Pairs} pairs, interleaved; medians. {Environment.ProcessorCount} processors, .NET {Environment.Version}.");
        Console.WriteLine();
        Console.WriteLine("| call | µs | bytes | floor | µs | bytes | ratio | from–to | wanted |");
        Console.WriteLine("| --- | ---: | ---: | --- | ---: | ---: | ---: | --- | ---: |");
        foreach (var scenario in cases.Scenarios().Where(scenario => word is null || scenario.Name.Contains(word, StringComparison.OrdinalIgnoreCase)))
        {
            Console.WriteLine(Measure(scenario));
        }
    }

    private static string Measure(Scenario scenario)
    {
        for (var i = 0; i < WarmUps; i++)
        {
            Sample(scenario, scenario.Subject);
            Sample(scenario, scenario.Bare);

            // The JIT replaces hot methods in the background.
            Thread.Sleep(150);
        }

        var pairs = new List<((double Time, long Bytes) Subject, (double Time, long Bytes) Bare)>();
        for (var i = 0; i < Pairs; i++)
        {
            var isSubjectFirst = i % 2 == 0;
            var first = Sample(scenario, isSubjectFirst ? scenario.Subject : scenario.Bare);
            var second = Sample(scenario, isSubjectFirst ? scenario.Bare : scenario.Subject);
            pairs.Add(isSubjectFirst ? (first, second) : (second, first));
        }

        var subject = string.Create(CultureInfo.InvariantCulture, $"| {scenario.Name} | {Median(pairs.Select(pair => pair.Subject.Time)):0.00} | {Median(pairs.Select(pair => (double)pair.Subject.Bytes)):0} |");
        if (scenario.Bare is null)
        {
            return $"{subject} {scenario.Floor} | | | | | |";
        }

        var ratios = pairs.Select(pair => pair.Subject.Time / pair.Bare.Time).Order().ToArray();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{subject} {scenario.Floor} | {Median(pairs.Select(pair => pair.Bare.Time)):0.00} | {Median(pairs.Select(pair => (double)pair.Bare.Bytes)):0} | {Median(ratios):0.00} | {ratios[0]:0.00}–{ratios[^1]:0.00} | {(scenario.Target is { } target ? $"≤ {target:0.00}" : "")} |");
    }

    private static (double Microseconds, long Bytes) Sample(Scenario scenario, Action? call)
    {
        if (call is null)
        {
            return default;
        }

        scenario.BeforeSample?.Invoke(scenario.Calls);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < scenario.Calls; i++)
        {
            call();
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        return (elapsed.TotalMicroseconds / scenario.Calls, (GC.GetAllocatedBytesForCurrentThread() - allocated) / scenario.Calls);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
