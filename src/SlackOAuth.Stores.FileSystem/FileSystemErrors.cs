using System.Runtime.InteropServices;
using System.Text.Json;

namespace SlackOAuth.Stores.FileSystem;

/// <summary>Turns what the system reports into the one exception of the family. [23]</summary>
internal static class FileSystemErrors
{
    internal const string ProviderName = "FileSystem";

    private const int AccessDenied = 13;
    private const int NotPermitted = 1;
    private const int DiskIO = 5;
    private const int NotADirectory = 20;
    private const int TooManyFilesInSystem = 23;
    private const int TooManyFiles = 24;
    private const int NoSpace = 28;
    private const int ReadOnly = 30;
    private const int LinuxQuota = 122;
    private const int MacQuota = 69;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    internal const int WindowsSharingViolation = unchecked((int)0x80070020);

    /// <summary>Whether an exception is of the file system or of a damaged record, rather than of the caller or of this code.</summary>
    internal static bool IsEngineFailure(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or DamagedRecordException or TimeoutException;

    /// <summary>Makes a call that completes at once.</summary>
    internal static ValueTask<T> Run<T>(string operation, Func<T> call, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        try
        {
            return new ValueTask<T>(call());
        }
        catch (OperationCanceledException exception)
        {
            return ValueTask.FromCanceled<T>(exception.CancellationToken);
        }
        catch (Exception exception) when (IsEngineFailure(exception))
        {
            return ValueTask.FromException<T>(Wrap(operation, exception));
        }
    }

    internal static Exception FromErrno(int errno, string path)
    {
        var message = $"{Marshal.GetPInvokeErrorMessage(errno)} : '{path}'";
        return errno is AccessDenied or NotPermitted ? new UnauthorizedAccessException(message) : new IOException(message, errno);
    }

    /// <param name="operation">The operation that failed.</param>
    /// <param name="exception">How.</param>
    /// <param name="workspace">Whose record could not be read, for a listing.</param>
    /// <param name="userId">Whose of the workspace's users; null for the bot.</param>
    internal static SlackOAuthStoreException Wrap(string operation, Exception exception, WorkspaceId? workspace = null, string? userId = null)
    {
        var (reason, isTransient, nextStep) = exception switch
        {
            DamagedRecordException damaged => (
                $"the file '{damaged.Path}' holds no valid record",
                false,
                "Put the file back from a backup, or delete it and have the app installed again: saving replaces it."),
            TimeoutException => (
                "another writer held the workspace's lock for longer than the timeout",
                true,
                $"If that lasts, look for a process that hangs while it holds a file in the folder .locks, or raise {nameof(FileSystemStoreOptions)}.{nameof(FileSystemStoreOptions.LockTimeout)}."),
            UnauthorizedAccessException => (
                "the system refused access to a file or folder",
                false,
                "Give the user that runs the app the right to read and write the folders of the store."),
            DirectoryNotFoundException or FileNotFoundException => (
                "a folder of the store is missing",
                false,
                $"Call {nameof(IStorePreparation)}.{nameof(IStorePreparation.PrepareAsync)}, run its script, or turn {nameof(FileSystemStoreOptions)}.{nameof(FileSystemStoreOptions.PrepareOnFirstUse)} on."),
            _ => Classify(exception.HResult),
        };
        return new SlackOAuthStoreException(ProviderName, operation, reason, isTransient, nextStep, exception)
        {
            IsUnreadableRecord = exception is DamagedRecordException,
            Workspace = workspace,
            UserId = userId,
        };
    }

    /// <summary>On Unix the result code of an <see cref="IOException"/> is the errno.</summary>
    private static (string Reason, bool IsTransient, string? NextStep) Classify(int code) => code switch
    {
        NoSpace or WindowsDiskFull or WindowsHandleDiskFull => ("the disk is full", true, "Free some space on it; the store is as it was before the call."),
        LinuxQuota or MacQuota => ("the disk quota is used up", true, "Free some space or raise the quota; the store is as it was before the call."),
        ReadOnly => ("the file system is mounted read-only", false, "Mount it writable, or set the base directory to another."),
        DiskIO => ("the disk reported an input/output error", false, "Check the disk and the system's log."),
        TooManyFiles or TooManyFilesInSystem => ("too many files are open", true, "Raise the limit of open files (ulimit -n) if it happens again."),
        NotADirectory => ("a file stands where a folder of the store has to be", false, "Move that file away, or set the base directory to another."),
        WindowsSharingViolation => ("another process holds a file open", true, null),
        _ => ("the file system reported an error", false, "The inner exception names the file and the reason."),
    };
}

/// <summary>A file that is there and holds no record. The message of the cause says where it is damaged and holds nothing of what was read.</summary>
internal sealed class DamagedRecordException(string path, JsonException cause) : Exception($"The file '{path}' holds no valid record.", cause)
{
    internal string Path { get; } = path;
}
