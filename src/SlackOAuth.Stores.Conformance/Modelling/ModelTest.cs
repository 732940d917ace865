using System.Globalization;
using CsCheck;
using Xunit.Sdk;

namespace SlackOAuth.Stores.Conformance.Modelling;

/// <summary>Runs random sequences of calls on a store and on the reference, and compares every answer. A failure is shrunk to a short sequence, and printed with CsCheck's seed.</summary>
internal sealed class ModelTest<TStore>
    where TStore : class
{
    /// <summary>Creates what a sequence runs on, empty, and what disposes it.</summary>
    internal required Func<ValueTask<(ModelRun<TStore> Run, Func<ValueTask> DisposeAsync)>> CreateAsync { get; init; }

    /// <summary>Creates the reference, empty, its clock at the given time.</summary>
    internal required Func<DateTimeOffset, ModelRun<TStore>> CreateReference { get; init; }

    /// <summary>What is asked when a sequence has ended: everything that can be.</summary>
    internal required IReadOnlyList<ModelStep<TStore>> Observations { get; init; }

    /// <summary>Whether what a lookup sees amid concurrent saves is compared too.</summary>
    internal required bool ComparesConcurrentLookups { get; init; }

    internal required int Iterations { get; init; }

    internal required CancellationToken Cancellation { get; init; }

    internal Task RunSequentiallyAsync(Gen<ModelStep<TStore>> step, int length) => RunAsync(step.Array[1, length].Select(steps => new ModelCase<TStore>(steps, [])), tries: 1);

    internal Task RunConcurrentlyAsync(Gen<ModelStep<TStore>> first, Gen<ModelStep<TStore>> atOnce, int callers, int length) =>
        RunAsync(Gen.Select(first.Array[0, 6], atOnce.Array[1, length].Array[2, callers], (alone, together) => new ModelCase<TStore>(alone, together)), tries: 8);

    /// <summary>Samples cases. Of one that fails, calls are left out, or made alone, while it fails still; a race may need several tries to do so.</summary>
    private async Task RunAsync(Gen<ModelCase<TStore>> cases, int tries)
    {
        ModelCase<TStore>? failing = null;
        try
        {
            await cases.SampleAsync(
                async one =>
                {
                    if (await FindFailureAsync(one) is { } found)
                    {
                        failing = one;
                        throw found;
                    }
                },
                iter: Iterations,
                threads: 1,
                print: one => $"{one}");
        }
        catch (CsCheckException exception) when (failing is not null)
        {
            var (shortest, failure) = await ShrinkAsync(failing, exception.InnerException ?? exception, tries);
            throw new XunitException($"{exception.Message.Split('\n')[0].Trim()}{Environment.NewLine}Shrunk to:{Environment.NewLine}{shortest}{Environment.NewLine}{failure.Message}", failure);
        }
    }

    private async Task<(ModelCase<TStore> Case, Exception Failure)> ShrinkAsync(ModelCase<TStore> failing, Exception failure, int tries)
    {
        while (true)
        {
            var simpler = default((ModelCase<TStore> Case, Exception Failure)?);
            foreach (var candidate in failing.Simpler())
            {
                for (var i = 0; i < tries && simpler is null; i++)
                {
                    simpler = await FindFailureAsync(candidate) is { } found ? (candidate, found) : null;
                }

                if (simpler is not null)
                {
                    break;
                }
            }

            if (simpler is null)
            {
                return (failing, failure);
            }

            (failing, failure) = simpler.Value;
        }
    }

    private async Task<Exception?> FindFailureAsync(ModelCase<TStore> one)
    {
        var (run, disposeAsync) = await CreateAsync();
        try
        {
            await (one.AtOnce.Length == 0
                ? CompareAsync(run, CreateReference(run.Time.GetUtcNow()), [.. one.First, .. Observations])
                : RunAtOnceAsync(run, one));
            return null;
        }
        catch (Exception exception) when (!Cancellation.IsCancellationRequested)
        {
            return exception;
        }
        finally
        {
            await disposeAsync();
        }
    }

    private async Task CompareAsync(ModelRun<TStore> run, ModelRun<TStore> reference, IReadOnlyList<ModelStep<TStore>> steps)
    {
        foreach (var (i, step) in steps.Index())
        {
            var expected = await step.CallAsync(reference, i, Cancellation);
            var answer = await step.CallAsync(run, i, Cancellation);
            if (!await IsRightAsync(step, reference, expected, answer))
            {
                throw new XunitException($"Call {i + 1}, {step.Text}, answered {Show(answer)}, and the reference {Show(expected)}.");
            }
        }
    }

    private async Task RunAtOnceAsync(ModelRun<TStore> run, ModelCase<TStore> one)
    {
        var start = run.Time.GetUtcNow();
        await CompareAsync(run, CreateReference(start), one.First);

        // Each call notes when it began and ended, by a clock that only counts.
        var clock = 0;
        var calls = one.AtOnce.Select((steps, caller) => steps.Select((step, i) => new Call(step, one.First.Length + (caller * 100) + i)).ToArray()).ToArray();
        await Concurrently.RunAsync(calls.Length, async caller =>
        {
            foreach (var call in calls[caller])
            {
                call.Began = Interlocked.Increment(ref clock);
                call.Answer = await call.Step.CallAsync(run, call.Number, Cancellation);
                call.Ended = Interlocked.Increment(ref clock);
            }
        });

        var observed = new List<Call>();
        foreach (var (i, step) in Observations.Index())
        {
            observed.Add(new Call(step, 10_000 + i) { Answer = await step.CallAsync(run, 10_000 + i, Cancellation) });
        }

        if (!await HasOrderAsync(one.First, start, [], [.. calls.SelectMany(call => call)], observed))
        {
            var answers = calls.SelectMany((made, caller) => made.Select(call => $"  caller {caller}: {call.Step.Text} = {Show(call.Answer)}")).Concat(observed.Select(call => $"  then: {call.Step.Text} = {Show(call.Answer)}"));
            throw new XunitException($"No order of the concurrent calls gives these answers:{Environment.NewLine}{string.Join(Environment.NewLine, answers)}");
        }
    }

    /// <summary>Searches an order of the calls that the reference answers in the same way. A call that ended before another began stays before it.</summary>
    private async Task<bool> HasOrderAsync(ModelStep<TStore>[] first, DateTimeOffset start, IReadOnlyList<Call> chosen, IReadOnlyList<Call> left, IReadOnlyList<Call> observed)
    {
        if (left.Count == 0)
        {
            return await AgreesAsync(first, start, chosen, observed);
        }

        foreach (var next in left.Where(call => !left.Any(other => other.Ended < call.Began)))
        {
            Call[] order = [.. chosen, next];
            if (await AgreesAsync(first, start, order, []) && await HasOrderAsync(first, start, order, [.. left.Where(call => call != next)], observed))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<bool> AgreesAsync(ModelStep<TStore>[] first, DateTimeOffset start, IReadOnlyList<Call> order, IReadOnlyList<Call> observed)
    {
        var reference = CreateReference(start);
        foreach (var (i, step) in first.Index())
        {
            await step.CallAsync(reference, i, Cancellation);
        }

        foreach (var (i, call) in order.Concat(observed).Index())
        {
            var expected = await call.Step.CallAsync(reference, call.Number, Cancellation);
            var isCompared = ComparesConcurrentLookups || !call.Step.IsLookup || i >= order.Count;
            if (isCompared && !await IsRightAsync(call.Step, reference, expected, call.Answer))
            {
                return false;
            }
        }

        return true;
    }

    private async ValueTask<bool> IsRightAsync(ModelStep<TStore> step, ModelRun<TStore> reference, object? expected, object? answer) =>
        Equals(expected, answer) || (step.IsAsRightAsync is { } isAsRightAsync && await isAsRightAsync(reference, expected, answer, Cancellation));

    private static string Show(object? answer) => answer is null ? "null" : string.Create(CultureInfo.InvariantCulture, $"{answer}");

    private sealed class Call(ModelStep<TStore> step, int number)
    {
        internal ModelStep<TStore> Step => step;

        internal int Number => number;

        internal int Began { get; set; }

        internal int Ended { get; set; }

        internal object? Answer { get; set; }
    }
}
