using System.Collections.Concurrent;
using SlackOAuth.Tool.Copying;

namespace SlackOAuth.Tool.Tests.Copying;

public sealed class LanesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Items_of_one_key_are_handled_in_their_order_and_no_more_than_a_bound_is_read_ahead()
    {
        var handled = new ConcurrentDictionary<int, ConcurrentQueue<int>>();
        var (read, done, most) = (0, 0, 0);

        await Lanes.RunAsync(Items(), 4, static item => item % 10, HandleAsync, Cancellation);

        Assert.Equal(5000, done);
        Assert.All(handled, lane => Assert.Equal(Enumerable.Range(0, 500).Select(n => (n * 10) + lane.Key), lane.Value));

        // In each of the lanes one that is handled and those that wait, and one that the reader holds.
        Assert.InRange(most, 5, (4 * 9) + 1);

        async IAsyncEnumerable<int> Items()
        {
            for (var n = 0; n < 5000; n++)
            {
                most = Math.Max(most, ++read - Volatile.Read(ref done));
                yield return n;
            }

            await Task.CompletedTask;
        }

        async ValueTask HandleAsync(int item, CancellationToken cancellationToken)
        {
            await Task.Yield();
            handled.GetOrAdd(item % 10, _ => []).Enqueue(item);
            Interlocked.Increment(ref done);
        }
    }

    [Fact]
    public async Task The_first_failure_ends_the_reading_and_is_the_one_that_is_seen()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Lanes.RunAsync(
            Forever(),
            3,
            static item => item,
            async (item, token) =>
            {
                if (item == 100)
                {
                    throw new InvalidOperationException("the hundredth");
                }

                await Task.Yield();
                token.ThrowIfCancellationRequested();
            },
            Cancellation));

        Assert.Equal("the hundredth", failure.Message);
    }

    [Fact]
    public async Task A_source_that_fails_fails_the_run()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Lanes.RunAsync(Failing(), 3, static item => item, static (_, _) => ValueTask.CompletedTask, Cancellation));

        static async IAsyncEnumerable<int> Failing()
        {
            yield return 1;
            await Task.Yield();
            throw new InvalidOperationException("the source");
        }
    }

    [Fact]
    public async Task A_cancelled_run_ends()
    {
        using var cancel = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Lanes.RunAsync(
            Forever(),
            3,
            static item => item,
            async (item, _) =>
            {
                if (item == 100)
                {
                    await cancel.CancelAsync();
                }
            },
            cancel.Token));
    }

    private static async IAsyncEnumerable<int> Forever()
    {
        for (var n = 0; ; n++)
        {
            await Task.Yield();
            yield return n;
        }
    }
}
