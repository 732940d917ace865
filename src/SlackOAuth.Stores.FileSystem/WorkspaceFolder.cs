using System.Text.Json;

namespace SlackOAuth.Stores.FileSystem;

/// <summary>The files of one workspace. Reading needs no lock; everything else is for the holder of the workspace's lock.</summary>
/// <remarks>
/// <para>A save changes several files, and is seen whole or not at all: each new file is staged under a fixed temporary name and flushed; then the one staged first,
/// <see cref="Commit"/>, is renamed into its place, and the others after it. While <see cref="Commit"/> is there, nothing was saved, and what is staged is discarded. Where other
/// files are staged without it, the save is done, and whoever comes next renames them into their places, which their content names.</para>
/// <para>An installation's staged file therefore tells a reader that the installation it read may be older than the bot it read.</para>
/// </remarks>
internal readonly struct WorkspaceFolder
{
    internal const string Commit = ".tmp-commit";
    internal const string StagedUser = ".tmp-user";
    internal const string StagedLatest = ".tmp-latest";
    internal const string StagedUserHistory = ".tmp-user-history";
    internal const string StagedBotHistory = ".tmp-bot-history";
    internal const string StagedLease = ".tmp-lease";

    private static readonly string[] Followers = [StagedUser, StagedLatest, StagedUserHistory, StagedBotHistory, StagedLease];

    private readonly string _path;
    private readonly WorkspaceId _workspace;

    internal WorkspaceFolder(string root, WorkspaceId workspace)
    {
        _workspace = workspace;
        _path = string.Concat(root, FileSystemNames.Workspace(workspace), "/");
    }

    /// <summary>Whose folder this is; null where none of its records says so. Where they are damaged its name does, unless that holds but a hash.</summary>
    /// <exception cref="DamagedRecordException">Nothing tells.</exception>
    internal static WorkspaceId? Identify(string path)
    {
        DamagedRecordException? damaged = null;
        try
        {
            foreach (var file in Directory.EnumerateFiles(path, "*" + FileSystemNames.LatestSuffix, Enumeration))
            {
                try
                {
                    if (ReadOwner(file) is { } workspace && FileSystemNames.Workspace(workspace) == Path.GetFileName(path))
                    {
                        return workspace;
                    }
                }
                catch (DamagedRecordException exception)
                {
                    damaged ??= exception;
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // It was deleted while the workspaces were being listed.
            return null;
        }

        return damaged is null ? null : FileSystemNames.FindWorkspace(Path.GetFileName(path)) ?? throw damaged;
    }

    /// <summary>The folder's path, with a separator at its end.</summary>
    internal string FullPath => _path;

    internal static EnumerationOptions Enumeration { get; } = new() { MatchType = MatchType.Simple, AttributesToSkip = 0, IgnoreInaccessible = false };

    internal DiskFile Open(string name) => DiskFile.Read(_path + name);

    internal bool Exists(string name) => DiskFile.Exists(_path + name);

    /// <summary>The current bot; null where there is none, or where the file is of another workspace.</summary>
    internal Bot? ReadBot(string name = FileSystemNames.BotLatest)
    {
        using var file = Open(name);
        return file.IsThere ? ParseBot(file, name) : null;
    }

    /// <summary>An installation as it is on disk; null where there is none, or where the file is of another workspace.</summary>
    internal Installation? ReadInstallation(string name)
    {
        using var file = Open(name);
        return file.IsThere ? ParseInstallation(file, name) : null;
    }

    internal Installation? ParseInstallation(in DiskFile file, string name)
    {
        try
        {
            var installation = StoreJson.ReadInstallation(file.Content);
            return IsMine(installation.EnterpriseId, installation.TeamId) ? installation : null;
        }
        catch (JsonException exception)
        {
            throw new DamagedRecordException(_path + name, exception);
        }
    }

    /// <summary>The names that begin so, none where there is no folder.</summary>
    internal List<string> Names(string prefix)
    {
        try
        {
            var names = new List<string>();
            foreach (var path in Directory.EnumerateFiles(_path, prefix + "*", Enumeration))
            {
                names.Add(Path.GetFileName(path));
            }

            return names;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>The current installation of every user, as on disk.</summary>
    internal IEnumerable<Installation> ReadUsers(bool skipDamaged)
    {
        foreach (var name in Names(FileSystemNames.InstallerPrefix).Where(FileSystemNames.IsUserLatest))
        {
            if ((skipDamaged ? Intact(ReadInstallation, name) : ReadInstallation(name)) is { } installation && name == FileSystemNames.UserLatest(installation.UserId))
            {
                yield return installation;
            }
        }
    }

    /// <summary>The current installation of every user, for a listing.</summary>
    internal IEnumerable<FoundRecord<Installation>> ListUsers()
    {
        foreach (var name in Names(FileSystemNames.InstallerPrefix).Where(FileSystemNames.IsUserLatest))
        {
            var found = Find(ReadInstallation, name);
            if (found.Failure is not null || name == FileSystemNames.UserLatest(found.Record?.UserId ?? ""))
            {
                yield return found;
            }
        }
    }

    /// <summary>Reads a record for a listing, which goes on after one that is damaged. [33]</summary>
    internal static FoundRecord<T> Find<T>(Func<string, T?> read, string name)
        where T : class
    {
        try
        {
            return new(read(name));
        }
        catch (DamagedRecordException exception)
        {
            return new(null, exception, FileSystemNames.FindUserId(name));
        }
    }

    /// <summary>What a write goes by. A damaged record counts as none: an installation or a deletion has to be able to mend it.</summary>
    internal static T? Intact<T>(Func<string, T?> read, string name)
        where T : class
    {
        try
        {
            return read(name);
        }
        catch (DamagedRecordException)
        {
            return null;
        }
    }

    /// <summary>Whether a save is done of which not every file is in its place.</summary>
    internal bool IsUnfinished(string staged) => Exists(staged) && !Exists(Commit);

    /// <summary>Ends what a process left that died in the middle of a save, or another that is not done yet.</summary>
    internal void Recover()
    {
        if (Exists(Commit))
        {
            Discard();
            return;
        }

        var isFlushNeeded = false;
        foreach (var staged in Followers)
        {
            if (!Exists(staged))
            {
                continue;
            }

            if (Intact(ReadTarget, staged) is { } target)
            {
                File.Move(_path + staged, _path + target, overwrite: true);
            }
            else
            {
                DiskFile.Delete(_path + staged);
            }

            isFlushNeeded = true;
        }

        if (isFlushNeeded)
        {
            DiskFile.FlushFolder(_path);
        }
    }

    /// <summary>Puts files in their places, all or none. The first of them decides.</summary>
    internal void Write(IReadOnlyList<StagedFile> files, CancellationToken cancellationToken)
    {
        DiskFile.CreateFolders(_path);
        try
        {
            for (var i = 0; i < files.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                DiskFile.Create(_path + (i == 0 ? Commit : files[i].StagedName), files[i].Content, flush: true);
            }

            cancellationToken.ThrowIfCancellationRequested();
            File.Move(_path + Commit, _path + files[0].Name, overwrite: true);
        }
        catch
        {
            TryDiscard();
            throw;
        }

        for (var i = 1; i < files.Count; i++)
        {
            File.Move(_path + files[i].StagedName, _path + files[i].Name, overwrite: true);
        }

        DiskFile.FlushFolder(_path);
    }

    internal void Delete(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            DiskFile.Delete(_path + name);
        }
    }

    /// <summary>Makes deletions last, and removes the folder where nothing is left in it.</summary>
    internal void FlushDeletions()
    {
        if (!Directory.Exists(_path))
        {
            return;
        }

        DiskFile.FlushFolder(_path);
        if (!Directory.EnumerateFileSystemEntries(_path, "*", Enumeration).Any())
        {
            Directory.Delete(_path);
        }
    }

    private static WorkspaceId? ReadOwner(string path)
    {
        try
        {
            using var file = DiskFile.Read(path);
            if (!file.IsThere)
            {
                return null;
            }

            var (enterpriseId, teamId) = Path.GetFileName(path) == FileSystemNames.BotLatest
                ? StoreJson.ReadBot(file.Content) is { } bot ? (bot.EnterpriseId, bot.TeamId) : default
                : StoreJson.ReadInstallation(file.Content) is var installation ? (installation.EnterpriseId, installation.TeamId) : default;
            return enterpriseId is null && teamId is null ? null : new WorkspaceId(enterpriseId, teamId);
        }
        catch (JsonException exception)
        {
            throw new DamagedRecordException(path, exception);
        }
    }

    private bool IsMine(string? enterpriseId, string? teamId) => enterpriseId == _workspace.EnterpriseId && teamId == _workspace.TeamId;

    private Bot? ParseBot(in DiskFile file, string name)
    {
        try
        {
            return StoreJson.ReadBot(file.Content) is { } bot && IsMine(bot.EnterpriseId, bot.TeamId) ? bot : null;
        }
        catch (JsonException exception)
        {
            throw new DamagedRecordException(_path + name, exception);
        }
    }

    private string? ReadTarget(string staged) => staged switch
    {
        StagedBotHistory => ReadBot(staged) is { } bot ? FileSystemNames.BotHistory(bot.InstalledAt) : null,
        StagedLease => LeaseFile.ReadTarget(this, staged),
        StagedLatest => ReadInstallation(staged) is null ? null : FileSystemNames.InstallerLatest,
        _ => ReadInstallation(staged) is not { } installation ? null
            : staged == StagedUser ? FileSystemNames.UserLatest(installation.UserId)
            : FileSystemNames.UserHistory(installation.UserId, installation.InstalledAt),
    };

    /// <summary>Removes what is staged, last of all the file whose presence says that nothing was saved.</summary>
    private void Discard()
    {
        Delete(Followers);
        DiskFile.Delete(_path + Commit);
    }

    private void TryDiscard()
    {
        try
        {
            Discard();
        }
        catch (Exception exception) when (FileSystemErrors.IsEngineFailure(exception))
        {
            // The failure of the save is what the caller has to see; the next write discards what is left.
        }
    }
}

/// <summary>A file that a save stages.</summary>
/// <param name="StagedName">The temporary name, unless it is the first of the save.</param>
/// <param name="Name">Its name when the save is done.</param>
/// <param name="Content">Its bytes.</param>
internal readonly record struct StagedFile(string StagedName, string Name, byte[] Content);
