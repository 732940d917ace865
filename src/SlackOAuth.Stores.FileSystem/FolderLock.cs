using System.Globalization;

namespace SlackOAuth.Stores.FileSystem;

/// <summary>The lock that a write holds on a workspace: over the threads of the process by a semaphore, over processes by an exclusively opened file.</summary>
/// <remarks>
/// There are <see cref="Stripes"/> lock files, which workspaces share by their names' hash and which stay for good: a lock file that is removed lets two owners in. The system lets
/// go of the file when its process dies. Waiting inside a process is by the semaphore, so that only processes poll, not threads.
/// </remarks>
internal sealed class FolderLock(string folder, TimeSpan timeout)
{
    internal const int Stripes = 64;

    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnMac = 35;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    // Of the process rather than of the instance: several instances over one folder would poll for each other.
    private static readonly SemaphoreSlim[] Gates = [.. Enumerable.Range(0, 4 * Stripes).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Waits for the lock of a workspace.</summary>
    /// <exception cref="TimeoutException">It was not free within the timeout.</exception>
    internal async ValueTask<Held> AcquireAsync(string workspace, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, (Hash(workspace) % Stripes).ToString("x2", CultureInfo.InvariantCulture));
        var gate = Gates[Hash(path) % (uint)Gates.Length];

        // The wait is for other processes, so that the clock is the machine's even where the app's stands still in a test.
        var started = TimeProvider.System.GetTimestamp();
        if (!await gate.WaitAsync(timeout, cancellationToken).ConfigureAwait(false))
        {
            throw new TimeoutException();
        }

        try
        {
            var pause = ShortestPause;
            while (true)
            {
                if (TryOpen(path) is { } file)
                {
                    return new Held(gate, file);
                }

                if (TimeProvider.System.GetElapsedTime(started) > timeout)
                {
                    throw new TimeoutException();
                }

                await Task.Delay(pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        catch
        {
            gate.Release();
            throw;
        }
    }

    private static FileStream? TryOpen(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new FileStream(path, options);
        }
        catch (IOException exception) when (exception.HResult is WouldBlockOnLinux or WouldBlockOnMac or FileSystemErrors.WindowsSharingViolation)
        {
            return null;
        }
    }

    /// <summary>FNV-1a: the same in every process, which <see cref="string.GetHashCode()"/> is not.</summary>
    private static uint Hash(string text)
    {
        var hash = 2166136261;
        foreach (var character in text)
        {
            hash = (hash ^ character) * 16777619;
        }

        return hash;
    }

    internal sealed class Held(SemaphoreSlim gate, FileStream file) : IDisposable
    {
        public void Dispose()
        {
            file.Dispose();
            gate.Release();
        }
    }
}
