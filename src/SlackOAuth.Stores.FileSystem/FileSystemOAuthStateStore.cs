using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace SlackOAuth.Stores.FileSystem;

/// <summary>Keeps states in files, one for each, named by the state's hash.</summary>
/// <remarks>
/// <para>Safe for concurrent use by threads and by processes of one machine. A state is consumed by who removes its file; the system lets one succeed.</para>
/// <para>The files lie in a few folders by the time of their expiry, so that a consume looks into a handful of folders however many states there are, and an issue removes a bounded
/// number of files from a folder of which every state has expired, without reading them.</para>
/// <para>An issue is not flushed to disk: anybody may start a flow, and a flush for each would let anybody keep the disk busy. A power cut may forget the flows of its last seconds,
/// which their users start again. That a state was consumed is flushed, so that no power cut makes it valid again.</para>
/// </remarks>
public sealed class FileSystemOAuthStateStore : IOAuthStateStore, IExpiredStatePurging, IStorePreparation
{
    /// <summary>How many expired files an issue removes at most: more than it adds, so that a backlog shrinks.</summary>
    internal const int SweptPerIssue = 32;

    private const int FoldersPerLifetime = 4;

    private readonly string _directory;
    private readonly string[] _folders;
    private readonly string _clientId;
    private readonly TimeSpan _lifetime;
    private readonly long _folderSeconds;
    private readonly TimeProvider _timeProvider;
    private readonly bool _prepareOnFirstUse;
    private long _nextSweep = long.MinValue;

    /// <summary>Creates a store. It touches the disk on its first use.</summary>
    /// <param name="options">The client id and the lifetime of a state.</param>
    /// <param name="fileSystemOptions">Where the files are; null for the defaults.</param>
    /// <param name="timeProvider">The clock that judges expiry; null for the system's.</param>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public FileSystemOAuthStateStore(SlackOAuthStoresOptions options, FileSystemStoreOptions? fileSystemOptions = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        fileSystemOptions ??= new FileSystemStoreOptions();
        fileSystemOptions.Validate();
        var parent = Path.GetFullPath(fileSystemOptions.StateDirectory ?? Path.Combine(fileSystemOptions.BaseDirectory, FileSystemNames.StateFolder));
        _directory = Path.Combine(parent, FileSystemNames.Client(options.ClientId));
        _folders = fileSystemOptions.StateDirectory is null ? [Path.GetFullPath(fileSystemOptions.BaseDirectory), parent, _directory] : [parent, _directory];
        _clientId = options.ClientId;
        _lifetime = options.StateLifetime;
        _folderSeconds = Math.Max(1, (long)Math.Ceiling(_lifetime.TotalSeconds / FoldersPerLifetime));
        _timeProvider = timeProvider ?? TimeProvider.System;
        _prepareOnFirstUse = fileSystemOptions.PrepareOnFirstUse;
    }

    /// <inheritdoc />
    public string PreparationScript => DiskFile.FoldersScript(_folders);

    /// <inheritdoc />
    public async ValueTask PrepareAsync(CancellationToken cancellationToken = default) =>
        await FileSystemErrors.Run(nameof(PrepareAsync), () => DiskFile.CreateFolders(_folders), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default) =>
        FileSystemErrors.Run(nameof(IssueAsync), () => Issue(data ?? new OAuthStateData()), cancellationToken);

    /// <inheritdoc />
    public ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default) =>
        FileSystemErrors.Run(nameof(ConsumeAsync), () => OAuthState.ComputeKey(state, _clientId, purpose) is { } key ? Consume(key) : null, cancellationToken);

    /// <inheritdoc />
    public ValueTask<int> PurgeExpiredAsync(CancellationToken cancellationToken = default) =>
        FileSystemErrors.Run(nameof(PurgeExpiredAsync), () => Purge(cancellationToken), cancellationToken);

    /// <summary>A state that was half written when the power went is none.</summary>
    private static StoredOAuthState? Parse(ReadOnlySpan<byte> content)
    {
        try
        {
            return StoreJson.ReadState(content);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string Issue(OAuthStateData data)
    {
        var now = _timeProvider.GetUtcNow();
        SweepSome(now);
        var expiresAt = now + _lifetime;
        var folder = Path.Combine(_directory, EndOfFolder(expiresAt).ToString(CultureInfo.InvariantCulture));
        var state = OAuthState.Create();
        var path = Path.Combine(folder, OAuthState.ComputeKey(state, _clientId, data.Purpose)!);
        var content = StoreJson.Serialize(new StoredOAuthState(data, expiresAt));
        try
        {
            DiskFile.Create(path, content, flush: false);
        }
        catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException && (_prepareOnFirstUse || Directory.Exists(_directory)))
        {
            // The latter where another call has made the folder since: .NET looks for it once the file could not be opened.
            DiskFile.CreateFolders([.. _folders, folder]);
            DiskFile.Create(path, content, flush: false);
        }

        return state;
    }

    /// <summary>Flushes a folder that another process may have removed since, as one whose states have all expired or been consumed.</summary>
    private static void FlushIfThere(string folder)
    {
        try
        {
            DiskFile.FlushFolder(folder);
        }
        catch (IOException) when (!Directory.Exists(folder))
        {
            // A state that is gone with its folder does not come back.
        }
    }

    private OAuthStateData? Consume(string key)
    {
        var now = _timeProvider.GetUtcNow();
        foreach (var (folder, end) in ListFolders())
        {
            if (end > now.ToUnixTimeSeconds() && DiskFile.TryTake(Path.Combine(folder, key), Parse, out var stored))
            {
                FlushIfThere(folder);
                return stored is not null && now < stored.ExpiresAt ? stored.Data : null;
            }
        }

        return null;
    }

    private int Purge(CancellationToken cancellationToken)
    {
        var now = _timeProvider.GetUtcNow();
        var removed = 0;
        foreach (var (folder, end) in ListFolders())
        {
            var isExpired = end <= now.ToUnixTimeSeconds();
            foreach (var path in ListFiles(folder))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if ((isExpired || HasExpired(path, now)) && DiskFile.Delete(path))
                {
                    removed++;
                }
            }

            if (isExpired)
            {
                RemoveIfEmpty(folder);
            }
        }

        return removed;
    }

    /// <summary>A file that cannot be read may be one that an issue has not finished writing: it stays until its folder has expired.</summary>
    private static bool HasExpired(string path, DateTimeOffset now)
    {
        using var file = DiskFile.Read(path);
        return file.IsThere && Parse(file.Content) is { } stored && stored.ExpiresAt <= now;
    }

    /// <summary>Removes what the next folder to expire, or those before it, hold; not more than <see cref="SweptPerIssue"/> files, and nothing until the next folder has expired.</summary>
    private void SweepSome(DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        if (seconds < Volatile.Read(ref _nextSweep))
        {
            return;
        }

        try
        {
            var left = SweptPerIssue;
            foreach (var (folder, _) in ListFolders().Where(folder => folder.End <= seconds))
            {
                foreach (var path in ListFiles(folder).Take(left))
                {
                    DiskFile.Delete(path);
                    left--;
                }

                if (left == 0)
                {
                    return;
                }

                RemoveIfEmpty(folder);
            }

            Volatile.Write(ref _nextSweep, EndOfFolder(now));
        }
        catch (Exception exception) when (FileSystemErrors.IsEngineFailure(exception))
        {
            // What cannot be removed must not keep users from installing. PurgeExpiredAsync reports it.
        }
    }

    private static void RemoveIfEmpty(string folder)
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (IOException)
        {
            // Another process removed it, or has not finished with what is in it.
        }
    }

    /// <summary>The folder of an instant is named by the second at which everything in it has expired.</summary>
    private long EndOfFolder(DateTimeOffset time)
    {
        var seconds = time.ToUnixTimeSeconds();
        return seconds - (((seconds % _folderSeconds) + _folderSeconds) % _folderSeconds) + _folderSeconds;
    }

    /// <summary>From the disk rather than computed: another process may have had another lifetime.</summary>
    private List<(string Path, long End)> ListFolders()
    {
        if (_prepareOnFirstUse && !DiskFile.FolderExists(_directory))
        {
            return [];
        }

        return
        [
            .. Directory.EnumerateDirectories(_directory, "*", WorkspaceFolder.Enumeration)
                .Select(path => (Path: path, IsOurs: long.TryParse(Path.GetFileName(path.AsSpan()), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var end), End: end))
                .Where(folder => folder.IsOurs)
                .Select(folder => (folder.Path, folder.End)),
        ];
    }

    private static IEnumerable<string> ListFiles(string folder)
    {
        try
        {
            return Directory.EnumerateFiles(folder, "*", WorkspaceFolder.Enumeration);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
