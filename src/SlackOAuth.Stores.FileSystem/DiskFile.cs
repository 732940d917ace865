using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace SlackOAuth.Stores.FileSystem;

/// <summary>One small file, read whole and left open until disposed. Its bytes are erased then, for they hold tokens.</summary>
internal ref struct DiskFile
{
    private const int FirstBuffer = 4096;

    private readonly string _path;
    private readonly int _descriptor = -1;
    private readonly SafeFileHandle? _handle;
    private byte[]? _buffer;
    private int _length;

    private DiskFile(string path)
    {
        _path = path;
        if (OperatingSystem.IsWindows())
        {
            _handle = OpenOnWindows(path);
            return;
        }

        // Not File.OpenHandle: it throws where there is no file, which is the answer for every workspace that has not installed, and takes a lock besides.
        _descriptor = Libc.OpenRead(path);
        if (_descriptor < 0 && Marshal.GetLastPInvokeError() is var error and not Libc.NoEntry)
        {
            throw FileSystemErrors.FromErrno(error, path);
        }
    }

    /// <summary>Whether there is such a file.</summary>
    internal readonly bool IsThere => _descriptor >= 0 || _handle is not null;

    /// <summary>What the file held when it was read.</summary>
    internal readonly ReadOnlySpan<byte> Content => _buffer.AsSpan(0, _length);

    internal static DiskFile Read(string path)
    {
        var file = new DiskFile(path);
        try
        {
            if (file.IsThere)
            {
                file.ReadToEnd();
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    internal static bool Exists(string path) => OperatingSystem.IsWindows() ? File.Exists(path) : Libc.Exists(path);

    /// <summary>Whether there is such a folder. A file in its place, or in that of a folder above it, is a failure and not the absence of everything.</summary>
    internal static bool FolderExists(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return Directory.Exists(path);
        }

        var descriptor = Libc.OpenRead(path);
        if (descriptor >= 0)
        {
            _ = Libc.Close(descriptor);
            return true;
        }

        return Marshal.GetLastPInvokeError() is var error and not Libc.NoEntry ? throw FileSystemErrors.FromErrno(error, path) : false;
    }

    /// <summary>Writes a file that is not there yet, for its owner alone.</summary>
    internal static void Create(string path, ReadOnlySpan<byte> content, bool flush)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(path, options);
        stream.Write(content);
        if (flush)
        {
            stream.Flush(flushToDisk: true);
        }
    }

    /// <summary>Removes a file. Of several callers one is told true.</summary>
    internal static bool Delete(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            var isThere = File.Exists(path);
            File.Delete(path);
            return isThere;
        }

        if (Libc.Unlink(path) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() is var error and not Libc.NoEntry ? throw FileSystemErrors.FromErrno(error, path) : false;
    }

    /// <summary>Reads a file and removes it: of several callers, in any processes, one gets it.</summary>
    internal static bool TryTake<T>(string path, Func<ReadOnlySpan<byte>, T> parse, out T? result)
    {
        result = default;
        if (OperatingSystem.IsWindows())
        {
            return TryTakeOnWindows(path, parse, ref result);
        }

        using var file = Read(path);
        if (!file.IsThere || !Delete(path))
        {
            return false;
        }

        result = parse(file.Content);
        return true;
    }

    /// <summary>Creates those folders that are missing, in the order given and for their owner alone. One that is there keeps its mode.</summary>
    /// <returns>Whether any was missing.</returns>
    internal static bool CreateFolders(params IEnumerable<string> paths)
    {
        var isAnyMissing = false;
        foreach (var path in paths.Where(path => !Directory.Exists(path)))
        {
            isAnyMissing = true;
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            if (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path)) is { } parent)
            {
                FlushFolder(parent);
            }
        }

        return isAnyMissing;
    }

    /// <summary>The shell's commands for <see cref="CreateFolders"/>.</summary>
    internal static string FoldersScript(IEnumerable<string> paths) =>
        string.Concat(paths.Select(path => $"mkdir -p -m 700 '{path.Replace("'", @"'\''", StringComparison.Ordinal)}'\n"));

    /// <summary>Makes the names in a folder survive a power cut.</summary>
    internal static void FlushFolder(string path)
    {
        // NTFS journals its names, and Windows has no call to flush a folder.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Libc.OpenRead(path);
        if (descriptor < 0)
        {
            throw FileSystemErrors.FromErrno(Marshal.GetLastPInvokeError(), path);
        }

        var error = Libc.Flush(descriptor) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = Libc.Close(descriptor);

        // What file systems answer that have no flush of a folder, such as some of FUSE.
        if (error is not (0 or Libc.InvalidArgument))
        {
            throw FileSystemErrors.FromErrno(error, path);
        }
    }

    /// <summary>Whether another file has taken this one's name since it was opened, or nothing has.</summary>
    internal readonly bool WasReplaced()
    {
        if (!OperatingSystem.IsWindows() && Libc.LinkCount(_descriptor) is { } links)
        {
            return links == 0;
        }

        using var again = Read(_path);
        return !again.IsThere || !again.Content.SequenceEqual(Content);
    }

    public void Dispose()
    {
        _handle?.Dispose();
        if (_descriptor >= 0 && !OperatingSystem.IsWindows())
        {
            _ = Libc.Close(_descriptor);
        }

        if (_buffer is { } buffer)
        {
            _buffer = null;
            CryptographicOperations.ZeroMemory(buffer.AsSpan(0, _length));
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static SafeFileHandle? OpenOnWindows(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>There, a file that several delete at once tells none of them who was first; one that is opened by one alone does.</summary>
    private static bool TryTakeOnWindows<T>(string path, Func<ReadOnlySpan<byte>, T> parse, ref T? result)
    {
        try
        {
            using var stream = new FileStream(
                path,
                new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.None, BufferSize = 0, Options = FileOptions.DeleteOnClose });
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            result = parse(content);
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException || exception.HResult == FileSystemErrors.WindowsSharingViolation)
        {
            return false;
        }
    }

    private void ReadToEnd()
    {
        _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        while (ReadInto(_buffer.AsSpan(_length)) is var count and > 0)
        {
            _length += count;
            if (_length == _buffer.Length)
            {
                Grow();
            }
        }
    }

    private readonly int ReadInto(Span<byte> buffer)
    {
        if (OperatingSystem.IsWindows())
        {
            return RandomAccess.Read(_handle!, buffer, _length);
        }

        var count = Libc.Read(_descriptor, buffer);
        return count >= 0 ? count : throw FileSystemErrors.FromErrno(Marshal.GetLastPInvokeError(), _path);
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_length * 2);
        Content.CopyTo(larger);
        CryptographicOperations.ZeroMemory(_buffer);
        ArrayPool<byte>.Shared.Return(_buffer!);
        _buffer = larger;
    }
}
