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
}
