using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace SlackOAuth.Stores.Benchmarks;

/// <summary>The floors: what any code has to do that keeps the same bytes in the same number of files, and nothing else.</summary>
internal sealed partial class BareFiles
{
    private readonly string _botPath;
    private readonly string _installationPath;
    private readonly string _target;
    private readonly (string Name, byte[] Content)[] _files;
    private readonly byte[] _state = StoreJson.Serialize(new StoredOAuthState(new OAuthStateData(), DateTimeOffset.UnixEpoch));
    private readonly Queue<string> _states = new();
    private int _stateNumber;

    internal BareFiles(string source, string target)
    {
        _botPath = Path.Combine(source, "bot-latest");
        _installationPath = Path.Combine(source, "installer-U0001-latest");
        _target = Directory.CreateDirectory(target).FullName;
        _files = [.. Directory.EnumerateFiles(source).Select(path => (Path.Combine(_target, Path.GetFileName(path)), File.ReadAllBytes(path)))];
    }

    internal Bot? ReadBot()
    {
        Span<byte> buffer = stackalloc byte[4096];
        return StoreJson.ReadBot(Read(_botPath, buffer));
    }

    internal Installation ReadInstallation()
    {
        Span<byte> buffer = stackalloc byte[4096];
        return StoreJson.ReadInstallation(Read(_installationPath, buffer)).WithBot(ReadBot());
    }

    internal void Write()
    {
        foreach (var (path, content) in _files)
        {
            WriteFlushed(path + ".tmp", content);
            File.Move(path + ".tmp", path, overwrite: true);
        }

        FlushTarget();
    }

    internal void WriteInPlace()
    {
        foreach (var (path, content) in _files)
        {
            WriteFlushed(path, content);
        }
    }

    internal void WriteState()
    {
        var path = Path.Combine(_target, "state-" + (_stateNumber++).ToString(CultureInfo.InvariantCulture));
        File.WriteAllBytes(path, _state);
        _states.Enqueue(path);
    }

    internal StoredOAuthState TakeState()
    {
        var path = _states.Dequeue();
        Span<byte> buffer = stackalloc byte[4096];
        var state = StoreJson.ReadState(Read(path, buffer));
        File.Delete(path);
        FlushTarget();
        return state;
    }

    internal void ClearStates()
    {
        while (_states.TryDequeue(out var path))
        {
            File.Delete(path);
        }
    }

    private static ReadOnlySpan<byte> Read(string path, Span<byte> buffer)
    {
        using var handle = File.OpenHandle(path);
        return buffer[..RandomAccess.Read(handle, buffer, 0)];
    }

    private static void WriteFlushed(string path, byte[] content)
    {
        using var handle = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.Write(handle, content, 0);
        RandomAccess.FlushToDisk(handle);
    }

    private void FlushTarget()
    {
        if (!OperatingSystem.IsWindows())
        {
            var descriptor = Open(_target, 0);
            _ = Flush(descriptor);
            _ = Close(descriptor);
        }
    }

    [UnsupportedOSPlatform("windows")]
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [UnsupportedOSPlatform("windows")]
    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Flush(int descriptor);

    [UnsupportedOSPlatform("windows")]
    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
