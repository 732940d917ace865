using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace SlackOAuth.Stores.Benchmarks;

/// <summary>Measures calls and their floors in turn, and prints a table in Markdown.</summary>
internal static class PairedRunner
{
    private const int Pairs = 15;
    private const int WarmUps = 3;

    internal static async Task RunAsync(string[] words)
    {
        GCSettings.LatencyMode = GCLatencyMode.SustainedLowLatency;
        Console.WriteLine($"{Pairs} pairs, interleaved; medians. {Environment.ProcessorCount} processors, .NET {Environment.Version}.");
        Console.WriteLine();
        Console.WriteLine("| call | µs | bytes | floor | µs | bytes | ratio | from–to | wanted |");
        Console.WriteLine("| --- | ---: | ---: | --- | ---: | ---: | ---: | --- | ---: |");
        await foreach (var scenario in BenchmarkGroups.ScenariosAsync(words))
        {
            Console.WriteLine(await MeasureAsync(scenario));
        }
    }

    private static async Task<string> MeasureAsync(Scenario scenario)
    {
        for (var i = 0; i < WarmUps; i++)
        {
            await SampleAsync(scenario, scenario.Subject);
            await SampleAsync(scenario, scenario.Bare, scenario.FloorRepeats);

            // The JIT replaces hot methods in the background.
            await Task.Delay(150);
        }

        var pairs = new List<((double Time, long Bytes) Subject, (double Time, long Bytes) Bare)>();
        for (var i = 0; i < Pairs; i++)
        {
            var isSubjectFirst = i % 2 == 0;
            var first = isSubjectFirst ? await SampleAsync(scenario, scenario.Subject) : await SampleAsync(scenario, scenario.Bare, scenario.FloorRepeats);
            var second = isSubjectFirst ? await SampleAsync(scenario, scenario.Bare, scenario.FloorRepeats) : await SampleAsync(scenario, scenario.Subject);
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
            $"{subject} {scenario.Floor} | {Median(pairs.Select(pair => pair.Bare.Time)):0.00} | {Median(pairs.Select(pair => (double)pair.Bare.Bytes)):0} | {Median(ratios):0.00} | {ratios[0]:0.00}–{ratios[^1]:0.00} | {(scenario.Target is { } target ? $"≤ {target:0.00}" : scenario.LeastRatio is { } least ? $"≥ {least:0}" : "")} |");
    }

    private static async Task<(double Microseconds, long Bytes)> SampleAsync(Scenario scenario, Func<int, Task>? calls, int repeats = 1)
    {
        if (calls is null)
        {
            return default;
        }

        var count = scenario.Calls * repeats;
        await (scenario.BeforeSample?.Invoke(scenario.Calls) ?? Task.CompletedTask);

        // Of the whole process: a driver's answers are read by threads of its own.
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var started = Stopwatch.GetTimestamp();
        await calls(count);
        var elapsed = Stopwatch.GetElapsedTime(started);
        return (elapsed.TotalMicroseconds / count, (GC.GetTotalAllocatedBytes(precise: true) - allocated) / count);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
