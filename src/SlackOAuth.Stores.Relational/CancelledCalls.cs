using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace SlackOAuth.Stores.Relational;

/// <summary>Leaves a call that is cancelled to itself. [22]</summary>
/// <remarks>
/// The statements are short, and the drivers' own ways cost more than they save: a server is asked to cancel over a second connection, or by a message whose answer a silent server leaves open until the
/// command's timeout, and the connection is lost. What a call has sent may still take effect, whole: so the next call about the same record by this process waits for it, and sees what became of it.
/// </remarks>
internal sealed class CancelledCalls
{
    private readonly ConcurrentDictionary<string, Task> _writes = new(StringComparer.Ordinal);

    /// <summary>Read at every call, where the dictionary would take its locks.</summary>
    private int _count;

    /// <summary>The writes of the same record that were left and go on; null where there are none.</summary>
    internal Task? Find(RelationalParameter[] parameters) =>
        Volatile.Read(ref _count) > 0 && KeyOf(parameters) is { } key && _writes.TryGetValue(key, out var left) ? left : null;

    /// <summary>Waits for a call until it is cancelled.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<T> LeaveAsync<T>(Task<T> call, bool writes, RelationalParameter[] parameters, CancellationToken cancellationToken)
    {
        try
        {
            return await call.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!call.IsCompleted)
        {
            if (writes && KeyOf(parameters) is { } key)
            {
                Interlocked.Increment(ref _count);
                _ = ForgetAsync(key, _writes.AddOrUpdate(key, call, (_, earlier) => Task.WhenAll(earlier, call)));
            }
            else
            {
                _ = SettleAsync(call);
            }

            throw;
        }
    }

    private static string? KeyOf(RelationalParameter[] parameters) => parameters is [{ Value: byte[] key }, ..] ? Convert.ToHexString(key) : null;

    /// <summary>Its failure is nobody's any more.</summary>
    private static async Task SettleAsync(Task left) => await left.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task ForgetAsync(string key, Task left)
    {
        await SettleAsync(left).ConfigureAwait(false);
        _writes.TryRemove(KeyValuePair.Create(key, left));
        Interlocked.Decrement(ref _count);
    }
}
