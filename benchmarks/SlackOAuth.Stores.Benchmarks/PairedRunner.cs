using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace SlackOAuth.Stores.Benchmarks;

/// <summary>Measures calls and their floors in turn, and prints a table in Markdown.</summary>
internal static class PairedRunner
{
    private const int Pairs = 15;
    private const int WarmUps = 3;

    // Of a sample, what is counted and not timed.
    private const int CountedPart = 20;

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
            await MeasurePairAsync(scenario, i);

            // The JIT replaces hot methods in the background.
            await Task.Delay(150);
        }

        var pairs = new List<(Sample Subject, Sample Bare)>();
        for (var i = 0; i < Pairs; i++)
        {
            pairs.Add(await MeasurePairAsync(scenario, i));
        }

        var subject = string.Create(CultureInfo.InvariantCulture, $"| {scenario.Name} | {Median(pairs.Select(pair => pair.Subject.Microseconds)):0.00} | {Median(pairs.Select(pair => pair.Subject.Bytes)):0} |");
        if (scenario.Bare is null)
        {
            return $"{subject} {scenario.Floor} | | | | | |";
        }

        var ratios = pairs.Select(pair => pair.Subject.Microseconds / pair.Bare.Microseconds).Order().ToArray();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{subject} {scenario.Floor} | {Median(pairs.Select(pair => pair.Bare.Microseconds)):0.00} | {Median(pairs.Select(pair => pair.Bare.Bytes)):0} | {Median(ratios):0.00} | {ratios[0]:0.00}–{ratios[^1]:0.00} | {(scenario.Target is { } target ? $"≤ {target:0.00}" : scenario.LeastRatio is { } least ? $"≥ {least:0}" : "")} |");
    }

    /// <summary>A sample of the call and one of its floor, slice by slice in turn, so that what else the machine does at a moment meets both. What they allocate is counted before, for counting stops every thread.</summary>
    private static async Task<(Sample Subject, Sample Bare)> MeasurePairAsync(Scenario scenario, int number)
    {
        await (scenario.BeforeSample?.Invoke(scenario.Calls) ?? Task.CompletedTask);
        var counted = Math.Max(1, scenario.Calls / CountedPart);
        var (subjectBytes, bareBytes) = (await CountBytesAsync(scenario.Subject, counted), await CountBytesAsync(scenario.Bare, counted * scenario.FloorRepeats));

        var (subject, bare) = (TimeSpan.Zero, TimeSpan.Zero);
        var timed = scenario.Calls - counted;
        var slices = Math.Min(scenario.Slices, timed);
        for (var slice = 0; slice < slices; slice++)
        {
            var calls = (timed * (slice + 1) / slices) - (timed * slice / slices);
            var isSubjectFirst = (number + slice) % 2 == 0;
            if (isSubjectFirst)
            {
                subject += await TimeAsync(scenario.Subject, calls);
            }

            bare += await TimeAsync(scenario.Bare, calls * scenario.FloorRepeats);
            if (!isSubjectFirst)
            {
                subject += await TimeAsync(scenario.Subject, calls);
            }
        }

        return (new Sample(subject.TotalMicroseconds / timed, subjectBytes), new Sample(bare.TotalMicroseconds / (timed * scenario.FloorRepeats), bareBytes));
    }

    /// <summary>What a call allocates in the whole process: a driver's answers are read by threads of its own.</summary>
    private static async Task<double> CountBytesAsync(Func<int, Task>? calls, int count)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        await (calls?.Invoke(count) ?? Task.CompletedTask);
        return (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / count;
    }

    private static async Task<TimeSpan> TimeAsync(Func<int, Task>? calls, int count)
    {
        var started = Stopwatch.GetTimestamp();
        await (calls?.Invoke(count) ?? Task.CompletedTask);
        return Stopwatch.GetElapsedTime(started);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    /// <summary>What one call took.</summary>
    private readonly record struct Sample(double Microseconds, double Bytes);
}
