using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;

namespace SlackOAuth.Stores.FileSystem;

/// <summary>Keeps installations in files, in the layout and JSON of slack_sdk's <c>FileInstallationStore</c>: a directory that a Bolt for Python app wrote is opened as it is.</summary>
/// <remarks>
/// <para>Safe for concurrent use by threads and by processes of one machine. A write is flushed to disk before it is acknowledged, and is seen whole or not at all, also after a crash.
/// Lookups take no lock; one that meets a save in the instant between its first rename and its last waits for it.</para>
/// <para>Lookups complete synchronously: the files are small and in the page cache, where handing the read to another thread would cost more than the read. A write that waits for no other one does its
/// work on the caller's thread too, flushes included: some milliseconds on most disks, during which that thread serves nothing else. Installs and rotations are seldom enough for that.</para>
/// <para>What a Python app wrote into an installer's bot fields is ignored: the bot is what <c>bot-latest</c> says. What this store writes has no bot fields there.</para>
/// </remarks>
public sealed class FileSystemInstallationStore : IInstallationStore, IInstallationListing, IAppListing, IInstallationHistory, IHistoryTrimming, IRotationLeasing, IStorePreparation
{
    private const string LockFolder = ".locks";
    private const string DeletedFolder = ".deleted";
    private const int LooksBeforeLocking = 3;

    private readonly string _baseDirectory;
    private readonly string _clientId;
    private readonly bool _hasClientFolder;
    private readonly string _root;
    private readonly ClientFile? _clientFile;
    private readonly FolderLock _lock;
    private readonly int _historyLength;
    private readonly bool _prepareOnFirstUse;
    private readonly TimeProvider _timeProvider;
    private int _isSwept;

    /// <summary>Creates a store. It touches the disk on its first use.</summary>
    /// <param name="options">The client id and the history's length.</param>
    /// <param name="fileSystemOptions">Where the files are; null for the defaults.</param>
    /// <param name="timeProvider">The clock that judges when a lease is over; null for the system's.</param>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public FileSystemInstallationStore(SlackOAuthStoresOptions options, FileSystemStoreOptions? fileSystemOptions = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        fileSystemOptions ??= new FileSystemStoreOptions();
        fileSystemOptions.Validate();
        _baseDirectory = Path.GetFullPath(fileSystemOptions.BaseDirectory);
        _clientId = options.ClientId;
        _hasClientFolder = fileSystemOptions.UseClientIdFolder;
        var root = _hasClientFolder ? Path.Combine(_baseDirectory, FileSystemNames.Client(_clientId)) : _baseDirectory;
        _root = Path.EndsInDirectorySeparator(root) ? root : root + "/";
        _clientFile = _hasClientFolder && FileSystemNames.Client(_clientId) != _clientId ? new ClientFile(_root, _clientId) : null;
        _lock = new FolderLock(_root + LockFolder, fileSystemOptions.LockTimeout);
        _historyLength = options.HistoryEnabled ? options.HistoryLength : 0;
        _prepareOnFirstUse = fileSystemOptions.PrepareOnFirstUse;
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <inheritdoc />
    public string PreparationScript => DiskFile.FoldersScript(Folders);

    /// <inheritdoc />
    public async ValueTask PrepareAsync(CancellationToken cancellationToken = default) =>
        await FileSystemErrors.Run(
            nameof(PrepareAsync),
            () =>
            {
                SweepDeleted();
                return DiskFile.CreateFolders(Folders);
            },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(installation);
        return ChangeAsync(nameof(SaveAsync), workspace, folder => Save(folder, installation.ToBot(), installation.WithBot(null), cancellationToken), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(bot);
        return ChangeAsync(nameof(SaveBotAsync), workspace, folder => Save(folder, bot, installation: null, cancellationToken), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Bot?>(cancellationToken);
        }

        if (!StoreArguments.CanBeStored(workspace))
        {
            return new ValueTask<Bot?>((Bot?)null);
        }

        try
        {
            var bot = new WorkspaceFolder(_root, workspace).ReadBot();
            ThrowIfUnprepared(isFound: bot is not null);
            return new ValueTask<Bot?>(bot);
        }
        catch (Exception exception) when (FileSystemErrors.IsEngineFailure(exception))
        {
            return ValueTask.FromException<Bot?>(FileSystemErrors.Wrap(nameof(FindBotAsync), exception));
        }
    }

    /// <inheritdoc />
    public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Installation?>(cancellationToken);
        }

        if (!StoreArguments.CanBeStored(workspace, userId))
        {
            return new ValueTask<Installation?>((Installation?)null);
        }

        try
        {
            var folder = new WorkspaceFolder(_root, workspace);
            for (var i = 0; i < LooksBeforeLocking; i++)
            {
                if (TryFind(folder, userId, out var found))
                {
                    ThrowIfUnprepared(isFound: found is not null);
                    return new ValueTask<Installation?>(found);
                }
            }
        }
        catch (Exception exception) when (FileSystemErrors.IsEngineFailure(exception))
        {
            return ValueTask.FromException<Installation?>(FileSystemErrors.Wrap(nameof(FindInstallationAsync), exception));
        }

        return FindAfterRecoveryAsync(workspace, userId, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        StoreArguments.CanBeStored(workspace)
            ? ChangeAsync(nameof(DeleteBotAsync), workspace, DeleteBot, cancellationToken)
            : DoNothing(cancellationToken);

    /// <inheritdoc />
    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        StoreArguments.CanBeStored(workspace, userId)
            ? ChangeAsync(nameof(DeleteInstallationAsync), workspace, folder => DeleteInstallations(folder, userId), cancellationToken)
            : DoNothing(cancellationToken);

    /// <inheritdoc />
    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        StoreArguments.CanBeStored(workspace)
            ? ChangeAsync(nameof(DeleteAllAsync), workspace, folder => DeleteFolder(folder, FileSystemNames.Workspace(workspace)), cancellationToken)
            : DoNothing(cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<Bot> ListBotsAsync(CancellationToken cancellationToken = default) =>
        List<Bot>(nameof(ListBotsAsync), ListWorkspaces(_root), static folder => [WorkspaceFolder.Find(folder.ReadBot, FileSystemNames.BotLatest)], cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default) =>
        List(nameof(ListInstallationsAsync), ListWorkspaces(_root), static folder => WithCurrentBot(folder, folder.ListUsers()), cancellationToken);

    /// <inheritdoc />
    /// <remarks>The engine is the base directory, and each folder in it that is named by a client id; where <see cref="FileSystemStoreOptions.UseClientIdFolder"/> is false, it is of one app.</remarks>
    public async IAsyncEnumerable<string> ListClientIdsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var clientId in Wrapped(nameof(ListClientIdsAsync), ListClients()))
        {
            yield return clientId;
            cancellationToken.ThrowIfCancellationRequested();
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc />
    public IAsyncEnumerable<Bot> ListBotHistoryAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        List(nameof(ListBotHistoryAsync), Storable(workspace, userId: null), ReadBotHistory, cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<Installation> ListInstallationHistoryAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        List(
            nameof(ListInstallationHistoryAsync),
            Storable(workspace, userId),
            folder => WithCurrentBot(folder, ReadInstallationHistory(folder, userId)),
            cancellationToken);

    /// <inheritdoc />
    public async ValueTask<int> TrimHistoryAsync(WorkspaceId workspace, DateTimeOffset olderThan, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var removed = 0;
        if (StoreArguments.CanBeStored(workspace))
        {
            await ChangeAsync(nameof(TrimHistoryAsync), workspace, folder => removed = TrimHistory(folder, olderThan), cancellationToken).ConfigureAwait(false);
        }

        return removed;
    }

    /// <inheritdoc />
    public async ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        StoreArguments.ValidateLeaseDuration(duration);
        cancellationToken.ThrowIfCancellationRequested();
        RotationLease? lease = null;
        if (StoreArguments.CanBeStored(workspace, userId))
        {
            await ChangeAsync(nameof(TryAcquireLeaseAsync), workspace, folder => lease = TryAcquire(folder, workspace, userId, duration, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        return lease;
    }

    /// <inheritdoc />
    public ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default)
    {
        StoreArguments.Validate(lease, bot);
        return TrySaveAsync(nameof(TrySaveBotAsync), lease, bot, installation: null, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default)
    {
        StoreArguments.Validate(lease, installation);
        return TrySaveAsync(nameof(TrySaveInstallationAsync), lease, bot: null, installation.WithBot(null), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return StoreArguments.CanBeStored(lease.Workspace, lease.UserId)
            ? ChangeAsync(nameof(ReleaseLeaseAsync), lease.Workspace, folder => Release(folder, lease, cancellationToken), cancellationToken)
            : DoNothing(cancellationToken);
    }

    private string[] Folders => [_baseDirectory, _root, _root + LockFolder, _root + DeletedFolder];

    private static ValueTask DoNothing(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : ValueTask.CompletedTask;

    private static IEnumerable<FoundRecord<WorkspaceId>> Storable(WorkspaceId workspace, string? userId) => StoreArguments.CanBeStored(workspace, userId) ? [new(workspace)] : [];

    private static IEnumerable<FoundRecord<Installation>> WithCurrentBot(WorkspaceFolder folder, IEnumerable<FoundRecord<Installation>> installations)
    {
        var bot = WorkspaceFolder.Find(folder.ReadBot, FileSystemNames.BotLatest);
        return installations.Select(found => found.Record is not { } installation ? found
            : bot.Failure is not null ? new(null, bot.Failure, installation.UserId)
            : new FoundRecord<Installation>(installation.WithBot(bot.Record)));
    }

    /// <summary>Looks without the lock.</summary>
    /// <returns>False where a save was met between its renames, so that what was read may be of two different moments.</returns>
    private static bool TryFind(WorkspaceFolder folder, string? userId, out Installation? found)
    {
        found = null;
        var name = userId is null ? FileSystemNames.InstallerLatest : FileSystemNames.UserLatest(userId);
        var staged = userId is null ? WorkspaceFolder.StagedLatest : WorkspaceFolder.StagedUser;
        using var file = folder.Open(name);
        if (!file.IsThere)
        {
            if (folder.IsUnfinished(staged))
            {
                return false;
            }

            found = userId is null ? FindNewest(folder) : null;
            return true;
        }

        var installation = folder.ParseInstallation(file, name);
        var bot = folder.ReadBot();

        // A save renames the bot first. So the installation can be the older of the two, while the save's own file is still staged or once it has taken the name of the file
        // that was read. Without a bot the folder may have been on its way out.
        if (folder.IsUnfinished(staged) || file.WasReplaced() || (bot is null && !folder.Exists(name)))
        {
            return false;
        }

        found = installation is not null && (userId is null || installation.UserId == userId) ? installation.WithBot(bot) : null;
        return true;
    }

    /// <summary>For what slack_sdk writes with its history switched off: a file per user, and none that says who was last. The next save writes one.</summary>
    private static Installation? FindNewest(WorkspaceFolder folder) => folder.ReadUsers(skipDamaged: false).MaxBy(installation => installation.InstalledAt)?.WithBot(folder.ReadBot());

    private static void DeleteBot(WorkspaceFolder folder)
    {
        folder.Delete([FileSystemNames.BotLatest]);

        // slack_sdk writes the bot's tokens into each installer's file as well.
        foreach (var name in folder.Names(FileSystemNames.InstallerPrefix))
        {
            if (WorkspaceFolder.Intact(folder.ReadInstallation, name) is { } installation && HasBot(installation))
            {
                folder.Write([Stage(WorkspaceFolder.StagedUser, name, installation.WithBot(null))], CancellationToken.None);
            }
        }

        folder.Delete(folder.Names(FileSystemNames.BotPrefix).Append(FileSystemNames.BotLease));
        folder.FlushDeletions();
    }

    private static void DeleteInstallations(WorkspaceFolder folder, string? userId)
    {
        var deleted = folder.Names(FileSystemNames.InstallerPrefix);
        if (userId is not null)
        {
            // By what the files say, and by their exact names where they say nothing.
            deleted.RemoveAll(name => !(WorkspaceFolder.Intact(folder.ReadInstallation, name) is { } installation ? installation.UserId == userId : FileSystemNames.IsOfUser(name, userId)));
            var newest = deleted.Contains(FileSystemNames.InstallerLatest)
                ? folder.ReadUsers(skipDamaged: true).Where(installation => installation.UserId != userId).MaxBy(installation => installation.InstalledAt)
                : null;
            if (newest is not null)
            {
                folder.Write([Stage(WorkspaceFolder.StagedLatest, FileSystemNames.InstallerLatest, newest.WithBot(null))], CancellationToken.None);
                deleted.Remove(FileSystemNames.InstallerLatest);
            }
        }

        // The latest of the workspace goes last: while it is there, nobody looks for another.
        folder.Delete(deleted.OrderBy(name => name == FileSystemNames.InstallerLatest));

        // After the record: one without its lease would count the fencing tokens from the start while it is still there.
        folder.Delete(userId is null ? folder.Names(FileSystemNames.UserLeasePrefix) : [FileSystemNames.UserLease(userId)]);
        folder.FlushDeletions();
    }

    private static bool HasBot(Installation installation) => installation.BotToken is not null || installation.BotRefreshToken is not null;

    private static StagedFile Stage(string stagedName, string name, Installation installation) => new(stagedName, name, StoreJson.Serialize(installation));

    private static DateTimeOffset? InstalledAt(WorkspaceFolder folder, string? userId) => userId is null
        ? WorkspaceFolder.Intact(folder.ReadBot, FileSystemNames.BotLatest)?.InstalledAt
        : WorkspaceFolder.Intact(folder.ReadInstallation, FileSystemNames.UserLatest(userId))?.InstalledAt;

    private RotationLease? TryAcquire(WorkspaceFolder folder, WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken)
    {
        var last = LeaseFile.Read(folder, userId);
        var now = _timeProvider.GetUtcNow();
        if (now.UtcTicks < last.EndsAt || InstalledAt(folder, userId) is null)
        {
            return null;
        }

        var lease = new RotationLease { Workspace = workspace, UserId = userId, FencingToken = last.FencingToken + 1, ExpiresAt = (now + duration).ToUniversalTime() };
        folder.Write([(last with { FencingToken = lease.FencingToken, EndsAt = lease.ExpiresAt.UtcTicks }).Stage()], cancellationToken);
        return lease;
    }

    private static void Release(WorkspaceFolder folder, RotationLease lease, CancellationToken cancellationToken)
    {
        // A record that was deleted and saved anew counts from the start: the end tells its lease from one of before.
        var last = LeaseFile.Read(folder, lease.UserId);
        if (last.FencingToken == lease.FencingToken && last.EndsAt == lease.ExpiresAt.UtcTicks)
        {
            folder.Write([(last with { EndsAt = 0 }).Stage()], cancellationToken);
        }
    }

    private async ValueTask<bool> TrySaveAsync(string operation, RotationLease lease, Bot? bot, Installation? installation, CancellationToken cancellationToken)
    {
        var isSaved = false;
        await ChangeAsync(
            operation,
            lease.Workspace,
            folder =>
            {
                var last = LeaseFile.Read(folder, lease.UserId);
                if (last.SavedToken <= lease.FencingToken && InstalledAt(folder, lease.UserId) <= (bot?.InstalledAt ?? installation!.InstalledAt))
                {
                    Save(folder, bot, installation, cancellationToken, last with { SavedToken = lease.FencingToken });
                    isSaved = true;
                }
            },
            cancellationToken).ConfigureAwait(false);
        return isSaved;
    }

    private void Save(WorkspaceFolder folder, Bot? bot, Installation? installation, CancellationToken cancellationToken, LeaseFile? lease = null)
    {
        var files = new List<StagedFile>(5);
        var storedBot = bot is null ? null : WorkspaceFolder.Intact(folder.ReadBot, FileSystemNames.BotLatest);
        var isBotSaved = bot is not null && !(storedBot?.InstalledAt > bot.InstalledAt);
        if (isBotSaved)
        {
            files.Add(new StagedFile(WorkspaceFolder.Commit, FileSystemNames.BotLatest, StoreJson.Serialize(bot!)));
        }

        var stored = installation is null ? null : WorkspaceFolder.Intact(folder.ReadInstallation, FileSystemNames.UserLatest(installation.UserId));
        var isInstallationSaved = installation is not null && !(stored?.InstalledAt > installation.InstalledAt);
        if (isInstallationSaved)
        {
            files.Add(Stage(WorkspaceFolder.StagedUser, FileSystemNames.UserLatest(installation!.UserId), installation));
        }

        var writtenLatest = isBotSaved || isInstallationSaved ? WorkspaceFolder.Intact(folder.ReadInstallation, FileSystemNames.InstallerLatest) : null;
        if ((isBotSaved || isInstallationSaved) && FindNewLatest(folder, writtenLatest, isInstallationSaved ? installation : null) is { } latest)
        {
            files.Add(Stage(WorkspaceFolder.StagedLatest, FileSystemNames.InstallerLatest, latest));
        }

        if (_historyLength > 0 && isInstallationSaved)
        {
            files.Add(Stage(WorkspaceFolder.StagedUserHistory, FileSystemNames.UserHistory(installation!.UserId, installation.InstalledAt), installation));
        }

        if (_historyLength > 0 && isBotSaved)
        {
            files.Add(new StagedFile(WorkspaceFolder.StagedBotHistory, FileSystemNames.BotHistory(bot!.InstalledAt), files[0].Content));
        }

        if (lease is not null)
        {
            files.Add(lease.Stage());
        }

        if (files.Count > 0)
        {
            folder.Write(files, cancellationToken);
            if (_historyLength == 0)
            {
                DropHistory(folder, isBotSaved ? storedBot : null, isInstallationSaved ? [stored, writtenLatest] : []);
            }

            // A record that is newer than the stored one has replaced none. It is the same instant's, a rotated token, that leaves an old secret behind.
            DeleteReplaced(
                folder,
                isBotSaved && !(storedBot?.InstalledAt < bot!.InstalledAt) ? bot : null,
                isInstallationSaved && !(stored?.InstalledAt < installation!.InstalledAt) ? installation : null);
            TrimHistory(folder, isBotSaved, isInstallationSaved);
        }
    }

    /// <summary>What the workspace's latest installer has to become; null where it stays as it is.</summary>
    private static Installation? FindNewLatest(WorkspaceFolder folder, Installation? written, Installation? saved)
    {
        var latest = written;
        if (saved is not null)
        {
            latest ??= folder.ReadUsers(skipDamaged: true).Where(installation => installation.UserId != saved.UserId).MaxBy(installation => installation.InstalledAt);
            if (latest is null || latest.UserId == saved.UserId || latest.InstalledAt <= saved.InstalledAt)
            {
                return saved;
            }
        }

        // slack_sdk believes the bot fields it finds here, which it wrote itself and which are about to be old.
        return latest is not null && (HasBot(latest) || written is null) ? latest.WithBot(null) : null;
    }

    /// <summary>Removes what slack_sdk kept of the records that were replaced. With history on, the first of their names is that of the record just saved.</summary>
    private void DeleteReplaced(WorkspaceFolder folder, Bot? bot, Installation? installation)
    {
        var kept = _historyLength == 0 ? 0 : 1;
        if (installation is not null)
        {
            var instants = FileSystemNames.SameMicrosecond(installation.InstalledAt);
            folder.Delete(instants.Select(FileSystemNames.WorkspaceHistory));
            folder.Delete(instants.Skip(kept).Select(instant => FileSystemNames.UserHistory(installation.UserId, instant)));
        }

        if (bot is not null)
        {
            folder.Delete(FileSystemNames.SameMicrosecond(bot.InstalledAt).Skip(kept).Select(FileSystemNames.BotHistory));
        }
    }

    /// <summary>
    /// Removes what was kept while the history was on, or by slack_sdk. Each record that is saved with history on is in the history too: where the records that are replaced are not, there is none, and
    /// a save need not list the folder, which grows with the users.
    /// </summary>
    private static void DropHistory(WorkspaceFolder folder, Bot? replacedBot, Installation?[] replaced)
    {
        if (replacedBot is not null && IsAnyThere(FileSystemNames.SameMicrosecond(replacedBot.InstalledAt).Select(FileSystemNames.BotHistory)))
        {
            Drop(FileSystemNames.BotPrefix);
        }

        if (replaced.DistinctBy(installation => (installation?.UserId, installation?.InstalledAt)).Any(installation => installation is not null
            && IsAnyThere(FileSystemNames.SameMicrosecond(installation.InstalledAt).Select(instant => FileSystemNames.UserHistory(installation.UserId, instant)))))
        {
            Drop(FileSystemNames.InstallerPrefix);
        }

        bool IsAnyThere(IEnumerable<string> names) => names.Any(folder.Exists);

        // The newest last, by which the next save finds what a crash has left.
        void Drop(string prefix) => folder.Delete(ReadHistoryNames(folder, prefix).Select(file => file.Name).Reverse());
    }

    private void TrimHistory(WorkspaceFolder folder, bool isBotSaved, bool isInstallationSaved)
    {
        if (_historyLength > 0 && isInstallationSaved)
        {
            TrimHistory(folder, FileSystemNames.InstallerPrefix);
        }

        if (_historyLength > 0 && isBotSaved)
        {
            TrimHistory(folder, FileSystemNames.BotPrefix);
        }
    }

    private void TrimHistory(WorkspaceFolder folder, string prefix)
    {
        var history = ReadHistoryNames(folder, prefix);
        var kept = history.Where(file => !file.IsCopy).Take(_historyLength).Select(file => file.Name).ToHashSet();
        folder.Delete(history.SkipWhile(file => file.IsCopy || kept.Contains(file.Name)).Select(file => file.Name));
    }

    /// <summary>Removes what is from before a time and was superseded, slack_sdk's copies included.</summary>
    private static int TrimHistory(WorkspaceFolder folder, DateTimeOffset olderThan)
    {
        var removed = TrimHistory(
            folder,
            FileSystemNames.BotPrefix,
            olderThan,
            name => WorkspaceFolder.Intact(folder.ReadBot, name) is { } bot ? new HistoryRecord(UserId: null, bot.InstalledAt) : null,
            _ => folder.ReadBot()?.InstalledAt);
        removed += TrimHistory(
            folder,
            FileSystemNames.InstallerPrefix,
            olderThan,
            name => WorkspaceFolder.Intact(folder.ReadInstallation, name) is { } installation ? new HistoryRecord(installation.UserId, installation.InstalledAt) : null,
            record => folder.ReadInstallation(FileSystemNames.UserLatest(record.UserId!))?.InstalledAt);
        folder.FlushDeletions();
        return removed;
    }

    /// <summary>Goes by what the files say, and by their names where they say nothing. Where the current record is damaged it fails: its copy in the history may be all that is left of it.</summary>
    private static int TrimHistory(WorkspaceFolder folder, string prefix, DateTimeOffset olderThan, Func<string, HistoryRecord?> read, Func<HistoryRecord, DateTimeOffset?> currentInstalledAt)
    {
        var old = ReadHistoryNames(folder, prefix)
            .Where(file => FileSystemNames.IsOlder(file.InstalledAt, olderThan))
            .Select(file => (file.Name, Record: read(file.Name)))
            .Where(file => file.Record is not { } record || (record.InstalledAt < olderThan && record.InstalledAt != currentInstalledAt(record)))
            .Reverse()
            .ToArray();
        folder.Delete(old.Select(file => file.Name));
        return old.DistinctBy(file => file.Record is null ? file.Name : (object)file.Record).Count();
    }

    /// <summary>The names of the history, newest first. A copy is what slack_sdk keeps per workspace of a record that it also keeps per user.</summary>
    private static List<(string Name, bool IsCopy, decimal InstalledAt)> ReadHistoryNames(WorkspaceFolder folder, string prefix) =>
    [
        .. folder.Names(prefix)
            .Select(name => (Name: name, IsHistory: FileSystemNames.TryReadHistory(name, prefix, out var owner, out var installedAt), Owner: owner, InstalledAt: installedAt))
            .Where(file => file.IsHistory)
            .OrderByDescending(file => file.InstalledAt)
            .ThenByDescending(file => file.Owner is null)
            .Select(file => (file.Name, prefix == FileSystemNames.InstallerPrefix && file.Owner is null, file.InstalledAt)),
    ];

    private IEnumerable<FoundRecord<Bot>> ReadBotHistory(WorkspaceFolder folder)
    {
        var current = WorkspaceFolder.Find(folder.ReadBot, FileSystemNames.BotLatest);
        if (_historyLength == 0 || current is { Record: null, Failure: null })
        {
            return [current];
        }

        FoundRecord<Bot>[] found = [current, .. ReadHistoryNames(folder, FileSystemNames.BotPrefix).Select(file => WorkspaceFolder.Find(folder.ReadBot, file.Name))];
        return found
            .Where(bot => bot.Record is not null)
            .DistinctBy(bot => bot.Record!.InstalledAt)
            .OrderByDescending(bot => bot.Record!.InstalledAt)
            .Take(_historyLength)
            .Concat(found.Where(bot => bot.Failure is not null));
    }

    private IEnumerable<FoundRecord<Installation>> ReadInstallationHistory(WorkspaceFolder folder, string? userId)
    {
        var current = folder.ListUsers().ToArray();
        FoundRecord<Installation>[] found = _historyLength == 0
            ? current
            : [.. current, .. ReadHistoryNames(folder, FileSystemNames.InstallerPrefix).Select(file => WorkspaceFolder.Find(folder.ReadInstallation, file.Name))];
        return found
            .Where(installation => installation.Record is not null)
            .DistinctBy(installation => (installation.Record!.UserId, installation.Record.InstalledAt))
            .OrderByDescending(installation => installation.Record!.InstalledAt)
            .Where((installation, index) => index < _historyLength || current.Any(kept => ReferenceEquals(kept.Record, installation.Record)))
            .Where(installation => userId is null || installation.Record!.UserId == userId)
            .Concat(found.Where(installation => installation.Failure is { } failure && (userId is null || FileSystemNames.IsOfUser(Path.GetFileName(failure.Path), userId))));
    }

    private void DeleteFolder(WorkspaceFolder folder, string name)
    {
        var deleted = Path.Combine(_root + DeletedFolder, name);
        RemoveTree(deleted);
        if (!Directory.Exists(folder.FullPath))
        {
            return;
        }

        // Renamed first, so that the bot and the installations are gone together.
        DiskFile.CreateFolders(Folders);
        Directory.Move(Path.TrimEndingDirectorySeparator(folder.FullPath), deleted);
        DiskFile.FlushFolder(_root);
        RemoveTree(deleted);
    }

    /// <summary>Removes what a process left that died in the middle of a deletion.</summary>
    private void SweepDeleted()
    {
        if (Directory.Exists(_root + DeletedFolder))
        {
            foreach (var path in Directory.EnumerateDirectories(_root + DeletedFolder, "*", WorkspaceFolder.Enumeration))
            {
                RemoveTree(path);
            }
        }
    }

    private static void RemoveTree(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException)
        {
            // It was not there, or another process removed it.
        }
    }

    private void ThrowIfUnprepared(bool isFound)
    {
        if (!isFound && !_prepareOnFirstUse)
        {
            ThrowIfMissing(_root);
        }
    }

    private static void ThrowIfMissing(string folder)
    {
        if (!DiskFile.FolderExists(folder))
        {
            throw new DirectoryNotFoundException($"The folder '{folder}' is missing.");
        }
    }

    private async ValueTask<FolderLock.Held> LockAsync(WorkspaceId workspace, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isSwept, 1) == 0)
        {
            SweepDeleted();
        }

        if (_clientFile is { IsThere: false })
        {
            using var held = await LockAsync(ClientFile.Name, cancellationToken).ConfigureAwait(false);
            _clientFile.Write();
        }

        return await LockAsync(FileSystemNames.Workspace(workspace), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<FolderLock.Held> LockAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await _lock.AcquireAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (_prepareOnFirstUse && exception is (DirectoryNotFoundException or FileNotFoundException))
        {
            // The latter where another call has made the folder since: .NET looks for it once the file could not be opened.
            DiskFile.CreateFolders(Folders);
            return await _lock.AcquireAsync(name, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask ChangeAsync(string operation, WorkspaceId workspace, Action<WorkspaceFolder> change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            using var held = await LockAsync(workspace, cancellationToken).ConfigureAwait(false);
            var folder = new WorkspaceFolder(_root, workspace);
            folder.Recover();
            cancellationToken.ThrowIfCancellationRequested();
            change(folder);
        }
        catch (Exception exception) when (FileSystemErrors.IsEngineFailure(exception))
        {
            throw FileSystemErrors.Wrap(operation, exception);
        }
    }

    private async ValueTask<Installation?> FindAfterRecoveryAsync(WorkspaceId workspace, string? userId, CancellationToken cancellationToken)
    {
        Installation? found = null;
        await ChangeAsync(nameof(FindInstallationAsync), workspace, folder => TryFind(folder, userId, out found), cancellationToken).ConfigureAwait(false);
        return found;
    }

    private IAsyncEnumerable<T> List<T>(
        string operation,
        IEnumerable<FoundRecord<WorkspaceId>> workspaces,
        Func<WorkspaceFolder, IEnumerable<FoundRecord<T>>> read,
        CancellationToken cancellationToken)
        where T : class => RecordListing.Read(
            FindAllAsync(operation, workspaces, read, cancellationToken),
            found => found.Failure is null ? found.Record : throw FileSystemErrors.Wrap(operation, found.Failure, found.Workspace, found.UserId));

    private async IAsyncEnumerable<FoundRecord<T>> FindAllAsync<T>(
        string operation,
        IEnumerable<FoundRecord<WorkspaceId>> workspaces,
        Func<WorkspaceFolder, IEnumerable<FoundRecord<T>>> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var found in Wrapped(operation, workspaces))
        {
            if (found.Record is not { } workspace)
            {
                yield return new(null, found.Failure);
                continue;
            }

            var folder = new WorkspaceFolder(_root, workspace);
            if (folder.IsUnfinished(WorkspaceFolder.StagedUser) || folder.IsUnfinished(WorkspaceFolder.StagedUserHistory) || folder.IsUnfinished(WorkspaceFolder.StagedBotHistory))
            {
                await ChangeAsync(operation, workspace, static _ => { }, cancellationToken).ConfigureAwait(false);
            }

            foreach (var record in Wrapped(operation, Defer(() => read(folder))))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return record with { Workspace = workspace };
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private static IEnumerable<T> Defer<T>(Func<IEnumerable<T>> read)
    {
        foreach (var record in read())
        {
            yield return record;
        }
    }

    private static IEnumerable<T> Wrapped<T>(string operation, IEnumerable<T> records)
    {
        using var enumerator = records.GetEnumerator();
        while (true)
        {
            try
            {
                if (!enumerator.MoveNext())
                {
                    yield break;
                }
            }
            catch (Exception exception) when (FileSystemErrors.IsEngineFailure(exception))
            {
                throw FileSystemErrors.Wrap(operation, exception);
            }

            yield return enumerator.Current;
        }
    }

    /// <summary>The client ids under which there is a workspace.</summary>
    private IEnumerable<string> ListClients()
    {
        foreach (var path in _hasClientFolder ? ListFolders(_baseDirectory, "*") : [_root])
        {
            if ((_hasClientFolder ? ClientFile.Identify(path) : _clientId) is { } clientId && ListWorkspaces(path).Any())
            {
                yield return clientId;
            }
        }
    }

    private IEnumerable<string> ListFolders(string folder, string pattern)
    {
        if (!_prepareOnFirstUse)
        {
            ThrowIfMissing(folder);
        }

        return DiskFile.FolderExists(folder) ? Directory.EnumerateDirectories(folder, pattern, WorkspaceFolder.Enumeration) : [];
    }

    /// <summary>The workspaces there are. Their ids come from their records, for a folder's name may hold but a hash.</summary>
    private IEnumerable<FoundRecord<WorkspaceId>> ListWorkspaces(string root)
    {
        foreach (var path in ListFolders(root, "*-*"))
        {
            FoundRecord<WorkspaceId> found;
            try
            {
                found = new(WorkspaceFolder.Identify(path));
            }
            catch (DamagedRecordException exception)
            {
                found = new(null, exception);
            }

            if (found != default)
            {
                yield return found;
            }
        }
    }

    /// <summary>What a file of the history is of.</summary>
    private sealed record HistoryRecord(string? UserId, DateTimeOffset InstalledAt);
}
