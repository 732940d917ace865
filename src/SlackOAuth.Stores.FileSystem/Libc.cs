using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace SlackOAuth.Stores.FileSystem;

/// <summary>What .NET has no method for: flushing a directory, learning who of several removed a file, opening a file that may be absent without an exception.</summary>
[UnsupportedOSPlatform("windows")]
internal static unsafe partial class Libc
{
    internal const int NoEntry = 2;
    internal const int Interrupted = 4;
    internal const int InvalidArgument = 22;

    private const int LinuxCloseOnExec = 0x80000;
    private const int EmptyPath = 0x1000;
    private const uint LinkCountMask = 0x4;
    private const int StatxSize = 256;
    private const int StatxLinkCountOffset = 16;

    /// <summary>Opens for reading; a directory too. Negative where it fails.</summary>
    internal static int OpenRead(string path)
    {
        while (true)
        {
            var descriptor = Open(path, OperatingSystem.IsLinux() ? LinuxCloseOnExec : 0);
            if (descriptor >= 0 || Marshal.GetLastPInvokeError() != Interrupted)
            {
                return descriptor;
            }
        }
    }

    internal static int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = Read(descriptor, start, buffer.Length);
                if (count >= 0 || Marshal.GetLastPInvokeError() != Interrupted)
                {
                    return (int)count;
                }
            }
        }
    }

    /// <summary>How many names an open file has, zero once it was replaced or removed; null where the system does not say.</summary>
    internal static uint? LinkCount(int descriptor)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // struct statx is laid out alike on every architecture, which struct stat is not.
        var status = stackalloc byte[StatxSize];
        try
        {
            return Statx(descriptor, "", EmptyPath, LinkCountMask, status) == 0 ? *(uint*)(status + StatxLinkCountOffset) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    internal static bool Exists(string path) => Access(path, 0) == 0;

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int descriptor, string path, int flags, uint mask, byte* status);
}
