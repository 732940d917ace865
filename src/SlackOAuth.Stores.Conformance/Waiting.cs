using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>What becomes of a call that waits for an engine which does not answer. [22]</summary>
internal static class Waiting
{
    /// <summary>Makes a call and cancels it while it waits.</summary>
    internal static async Task AssertCancelledAsync(string operation, TimeSpan patience, Func<CancellationToken, Task> callAsync)
    {
        using var cancellation = new CancellationTokenSource();
        var call = callAsync(cancellation.Token);
        if (call.IsCompletedSuccessfully)
        {
            // Answered without the engine, as from a cache.
            return;
        }

        await cancellation.CancelAsync();
        await Task.WhenAny(call, Task.Delay(patience, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.True(call.IsCompleted, $"{operation} was cancelled while the engine was silent, and goes on waiting after {patience}. Pass its token on to the driver.");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }
}
