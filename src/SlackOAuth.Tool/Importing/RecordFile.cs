using System.Text.Unicode;
using SlackOAuth.Tool.Output;

namespace SlackOAuth.Tool.Importing;

/// <summary>Reads the files of other SDKs, of which any may be damaged, foreign or meant to harm.</summary>
internal static class RecordFile
{
    /// <summary>Ten times what a record can need: 20,000 characters of scopes, and 64 KB of custom values.</summary>
    internal const int MaxBytes = 1024 * 1024;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The text of a file as UTF-8, without a byte order mark.</summary>
    /// <exception cref="UnusableRecordException">It is a link, empty, too large, no UTF-8, or cannot be read.</exception>
    internal static ReadOnlyMemory<byte> Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (IsLink(file))
            {
                throw new UnusableRecordException("it is a symbolic link, which is not followed; copy the file itself to its place");
            }

            if (!file.Exists)
            {
                throw new UnusableRecordException("it is no longer there, or its name is no text");
            }

            // A pipe or a device has no length either, and opening one might wait forever.
            return file.Length switch
            {
                0 => throw new UnusableRecordException("it is empty; if the app was writing it just then, copy again"),
                > MaxBytes => throw new UnusableRecordException($"it has {file.Length} bytes, and a record has {MaxBytes} at most"),
                _ => Check(File.ReadAllBytes(path)),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UnusableRecordException(Explain(exception));
        }
    }

    internal static bool IsLink(FileSystemInfo entry) => entry.Attributes != (FileAttributes)(-1) && entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    /// <summary>Why the file system refused, in words that do not repeat the path.</summary>
    internal static string Explain(Exception exception) => exception switch
    {
        UnauthorizedAccessException => "this user may not read it; run as one who may",
        FileNotFoundException or DirectoryNotFoundException => "it is no longer there, or its name is no text",
        PathTooLongException => "its path is too long for the system",
        _ => $"the system cannot read it ({exception.GetType().Name})",
    };

    /// <summary>A path for a line of output.</summary>
    internal static string Show(string path) => SafeText.Of(path, maxLength: 4096);

    private static ReadOnlyMemory<byte> Check(byte[] content)
    {
        if (!Utf8.IsValid(content))
        {
            throw new UnusableRecordException("it is no UTF-8; if the app wrote it in another encoding, convert it (iconv -t UTF-8)");
        }

        return content.AsSpan().StartsWith(ByteOrderMark) ? content.AsMemory(ByteOrderMark.Length) : content;
    }
}
