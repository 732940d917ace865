using System.Security.Cryptography;

namespace SlackOAuth.Stores.Conformance;

/// <summary>Runs callers at once.</summary>
internal static class Concurrently
{
    /// <summary>Starts <paramref name="count"/> callers together, each on a thread of the pool, and waits for all.</summary>
    internal static async Task RunAsync(int count, Func<int, ValueTask> callAsync)
    {
        using var gate = new SemaphoreSlim(0);
        var callers = Enumerable.Range(0, count).Select(i => Task.Run(async () =>
        {
            await gate.WaitAsync();
            await callAsync(i);
        })).ToArray();
        gate.Release(count);
        await Task.WhenAll(callers);
    }

    internal static async Task<T[]> RunAsync<T>(int count, Func<int, ValueTask<T>> callAsync)
    {
        var answers = new T[count];
        await RunAsync(count, async i => { answers[i] = await callAsync(i); });
        return answers;
    }

    /// <summary>Makes a call and cancels it after some turns of the scheduler: sooner as often as later, so that each moment of a short call is met.</summary>
    internal static async Task<T> RunCancelledAsync<T>(int attempt, Func<CancellationToken, ValueTask<T>> callAsync)
    {
        using var cancellation = new CancellationTokenSource();
        var call = Task.Run(async () => await callAsync(cancellation.Token), CancellationToken.None);
        for (var turns = RandomNumberGenerator.GetInt32(1 << (attempt % 9)); turns > 0 && !call.IsCompleted; turns--)
        {
            await TurnAsync();
        }

        await cancellation.CancelAsync();
        return await call;
    }

    /// <summary>Lets all others run that wait for a thread. Task.Yield would not: a thread of the pool takes what it queued last first.</summary>
    private static Task TurnAsync() => Task.Factory.StartNew(static () => { }, CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default);
}
