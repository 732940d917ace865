namespace SlackOAuth.Stores.Benchmarks;

/// <summary>One call and what it is measured against.</summary>
/// <param name="Name">What is called; the group first.</param>
/// <param name="Floor">What the floor does, in words.</param>
/// <param name="Calls">How many calls a sample has.</param>
/// <param name="Subject">Makes so many calls.</param>
/// <param name="Bare">The same of the floor; null where there is none.</param>
/// <param name="Target">The greatest ratio wanted; null where none is set.</param>
/// <param name="BeforeSample">Prepares a sample of so many calls, unmeasured.</param>
internal sealed record Scenario(string Name, string Floor, int Calls, Func<int, Task> Subject, Func<int, Task>? Bare = null, double? Target = null, Func<int, Task>? BeforeSample = null)
{
    /// <summary>How many calls of the floor stand beside one: more of one that takes next to nothing, for a sample has to take a while.</summary>
    internal int FloorRepeats { get; init; } = 1;

    /// <summary>Into how many slices a sample is cut, each beside one of the floor.</summary>
    internal int Slices { get; init; } = 20;

    /// <summary>The smallest ratio wanted, where the floor is to be the faster one; null where none is set.</summary>
    internal double? LeastRatio { get; init; }

    /// <summary>One call after the other, in this thread.</summary>
    internal static Func<int, Task> Sync(Action call) => count =>
    {
        for (var i = 0; i < count; i++)
        {
            call();
        }

        return Task.CompletedTask;
    };

    /// <summary>One call after the other, each awaited.</summary>
    internal static Func<int, Task> Async(Func<ValueTask> call) => async count =>
    {
        for (var i = 0; i < count; i++)
        {
            await call();
        }
    };

    /// <summary>So many callers at once, who share the calls.</summary>
    internal static Func<int, Task> AtOnce(int callers, Func<ValueTask> call) => async count =>
    {
        var left = count;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await call();
            }
        })));
    };
}
