using Xunit;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>A thread as a desktop app's, which blocks on calls: what is to go on upon it never does.</summary>
public static class BlockedThread
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Blocks a thread on a call, under a synchronization context that runs nothing.</summary>
    /// <param name="callAsync">The call.</param>
    public static async Task RunAsync(Func<Task> callAsync)
    {
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                SynchronizationContext.SetSynchronizationContext(new Deaf());
                ended.SetResult(callAsync().Wait(Patience));
            }
            catch (Exception exception)
            {
                ended.SetException(exception);
            }
        });
        thread.Start();
        Assert.True(await ended.Task, "The call goes on upon the synchronization context it was made under: who blocks on it waits for ever.");
    }

    private sealed class Deaf : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
