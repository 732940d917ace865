using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace SlackOAuth.Tool.Copying;

/// <summary>Handles a stream with many in flight, those of one key one after the other.</summary>
internal static class Lanes
{
    // Little memory, and enough that a lane has work while another has been dealt more.
    private const int Waiting = 8;

    /// <summary>Handles every item; a failure ends the others and the reading.</summary>
    /// <param name="items">What to handle, read no faster than it is handled.</param>
    /// <param name="count">How many are in flight at once.</param>
    /// <param name="hash">Items that must not overtake each other have the same.</param>
    /// <param name="handle">Handles one.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    internal static async Task RunAsync<T>(IAsyncEnumerable<T> items, int count, Func<T, int> hash, Func<T, CancellationToken, ValueTask> handle, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Exception? failure = null;
        var lanes = Enumerable.Range(0, count)
            .Select(_ => Channel.CreateBounded<T>(new BoundedChannelOptions(Waiting) { SingleReader = true, SingleWriter = true }))
            .ToArray();
        var workers = lanes.Select(lane => Task.Run(() => WorkAsync(lane.Reader), CancellationToken.None)).ToArray();
        try
        {
            await foreach (var item in items.WithCancellation(ending.Token).ConfigureAwait(false))
            {
                await lanes[(uint)hash(item) % (uint)count].Writer.WriteAsync(item, ending.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            await EndAsync(exception).ConfigureAwait(false);
        }

        foreach (var lane in lanes)
        {
            lane.Writer.Complete();
        }

        await Task.WhenAll(workers).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (failure is not null)
        {
            // Its own stack is worth more than this one.
            ExceptionDispatchInfo.Throw(failure);
        }

        async Task WorkAsync(ChannelReader<T> lane)
        {
            try
            {
                await foreach (var item in lane.ReadAllAsync(ending.Token).ConfigureAwait(false))
                {
                    await handle(item, ending.Token).ConfigureAwait(false);
                }
            }
            catch (Exception exception)
            {
                await EndAsync(exception).ConfigureAwait(false);
            }
        }

        // The first failure is the one to show: the others are its consequence.
        async Task EndAsync(Exception exception)
        {
            Interlocked.CompareExchange(ref failure, exception, null);
            await ending.CancelAsync().ConfigureAwait(false);
        }
    }
}
