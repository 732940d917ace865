using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Importing;

/// <summary>Reads what another SDK left in files, workspace by workspace. Nothing is written, and no more than one record is held, and the names of the files.</summary>
/// <remarks>
/// <para>A user's installation is the file of that user. The copy of the installation saved last, which the SDKs keep beside it, still has the tokens of a user whose own file
/// was deleted: of it the bot is taken, the user never.</para>
/// <para>Of the history what is older than the current record is read: nothing of it may become current.</para>
/// <para>What cannot be used is refused by name, and the rest goes on: broken JSON, a field of another type, no user, an id that no store takes, a record that belongs elsewhere, a symbolic
/// link, a file too large. Files whose names are of another form are no records, and are passed over.</para>
/// </remarks>
/// <param name="root">The folder that the SDK was given.</param>
/// <param name="clientIds">The apps to read; none for every app that is found. Where the layout has no folder for an app, it has to be one, which everything belongs to.</param>
/// <param name="includeHistory">Whether the history is read as well.</param>
internal abstract partial class FileImporter(string root, IReadOnlyCollection<string> clientIds, bool includeHistory) : IRecordSource
{
    private static readonly EnumerationOptions Everything = new() { MatchType = MatchType.Simple, AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <inheritdoc />
    public abstract string Description { get; }

    /// <summary>The full path of the folder, without a separator at its end.</summary>
    protected string Root { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    /// <summary>The apps to read; none for every app.</summary>
    protected IReadOnlyCollection<string> ClientIds { get; } = clientIds;

    /// <summary>Whether the bot has a file of its own: the SDK deletes the bot by removing it, and overwrites it with each installation, also with an older one.</summary>
    protected abstract bool IsBotApart { get; }

    /// <inheritdoc />
    public ValueTask<long?> CountAsync(CancellationToken cancellationToken = default)
    {
        var refused = new Queue<SourceRecord.Refused>();
        long count = 0;
        foreach (var workspace in FindWorkspaces(refused))
        {
            cancellationToken.ThrowIfCancellationRequested();
            count += workspace.Current(PeerFileKind.Bot).Take(1).Count()
                + workspace.Current(PeerFileKind.User).Select(file => file.User).Distinct(StringComparer.Ordinal).Count()
                + (includeHistory ? workspace.Files.Count(file => file.Instant is not null) : 0);
        }

        return ValueTask.FromResult<long?>(count + refused.Count);
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<SourceRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // An asynchronous read of a small local file costs several times the read.
        foreach (var record in Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return record;
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Finds the workspaces, by nothing but the names of files and folders.</summary>
    /// <param name="refused">Takes the folders that cannot be used.</param>
    protected abstract IEnumerable<PeerWorkspace> FindWorkspaces(Queue<SourceRecord.Refused> refused);

    /// <summary>Reads one file.</summary>
    /// <exception cref="UnusableRecordException">It is no such record, or one that the SDK keeps elsewhere.</exception>
    protected abstract PeerRecord Parse(PeerWorkspace workspace, PeerFile file, ReadOnlyMemory<byte> utf8Json);

    /// <summary>The app of workspaces that stand in the folder itself.</summary>
    /// <exception cref="ToolException">Not one was given, and the folder is not named by one.</exception>
    protected string RequireClientId() =>
        (ClientIds.Count == 1 ? ClientIds.First() : null)
        ?? (ClientIds.Count == 0 && SlackClientId().IsMatch(Path.GetFileName(Root)) ? Path.GetFileName(Root) : null)
        ?? throw ToolException.Usage($"{RecordFile.Show(Root)} does not say whose installations it holds. Name the app by its client id: --client-id 1234567890.0987654321.");

    /// <summary>Whether a folder is of an app that is to be read.</summary>
    protected bool IsWanted(string client) => (ClientIds.Count == 0 || ClientIds.Contains(client)) && ImportedRecords.IsClientId(client);

    /// <summary>A client id as Slack gives it out.</summary>
    [GeneratedRegex(@"\A[0-9]+\.[0-9]+\z", RegexOptions.CultureInvariant)]
    protected static partial Regex SlackClientId();

    /// <summary>The names in a folder in ordinal order, without those that begin with a dot; none where it cannot be listed, which is refused.</summary>
    protected static FolderNames List(string path, Queue<SourceRecord.Refused> refused)
    {
        var names = new FolderNames([], []);
        try
        {
            foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos("*", Everything).Where(entry => entry.Name[0] != '.'))
            {
                if (entry is not DirectoryInfo)
                {
                    names.Files.Add(entry.Name);
                }
                else if (RecordFile.IsLink(entry))
                {
                    refused.Enqueue(new(RecordFile.Show(entry.FullName), "it is a symbolic link, which is not followed; copy the folder itself to its place"));
                }
                else
                {
                    names.Folders.Add(entry.Name);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            refused.Enqueue(new(RecordFile.Show(path), RecordFile.Explain(exception)));
        }

        names.Files.Sort(StringComparer.Ordinal);
        names.Folders.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>A mistyped path is no empty source.</summary>
    /// <exception cref="ToolException">There is no such folder.</exception>
    protected void RequireRoot()
    {
        if (!Directory.Exists(Root))
        {
            throw new ToolException(ExitCodes.StoreFailure, $"there is no folder {RecordFile.Show(Root)}. Name the folder in which the app keeps its installations.");
        }
    }

    protected static UnusableRecordException OfAnotherWorkspace() => new("it is filed under another workspace than its record says");

    private IEnumerable<SourceRecord> Read()
    {
        var refused = new Queue<SourceRecord.Refused>();
        foreach (var workspace in FindWorkspaces(refused))
        {
            foreach (var record in Drain(refused).Concat(ReadBots(workspace, refused)).Concat(Drain(refused)).Concat(ReadUsers(workspace)))
            {
                yield return record;
            }
        }

        foreach (var record in Drain(refused))
        {
            yield return record;
        }
    }

    private static IEnumerable<SourceRecord> Drain(Queue<SourceRecord.Refused> refused)
    {
        while (refused.TryDequeue(out var record))
        {
            yield return record;
        }
    }

    private IEnumerable<SourceRecord> ReadBots(PeerWorkspace workspace, Queue<SourceRecord.Refused> refused)
    {
        var files = workspace.Current(PeerFileKind.Bot).ToList();
        if (FindBot(workspace, files, refused) is not { } bot)
        {
            yield break;
        }

        foreach (var (file, record) in ReadHistory(workspace, PeerFileKind.Bot, user: null, refused))
        {
            if (record.Bot is { } old && old.InstalledAt < bot.InstalledAt)
            {
                yield return ImportedRecords.Of(workspace.ClientId, old, file.Where);
            }
        }

        yield return ImportedRecords.Of(workspace.ClientId, bot, files.Count > 0 ? files[^1].Where : workspace.Files[0].Where);
    }

    /// <summary>The bot of the workspace, of all places that have one; null where there is none, or where it was deleted.</summary>
    private Bot? FindBot(PeerWorkspace workspace, List<PeerFile> files, Queue<SourceRecord.Refused> refused)
    {
        Bot? own = null;
        foreach (var file in files)
        {
            if (TryRead(workspace, file, refused) is { Bot: { } bot })
            {
                own = Freshness.Choose(own, bot);
            }
        }

        if (IsBotApart ? files.Count == 0 : own is not null)
        {
            return own;
        }

        // What is wrong with a user's file is said when the user's turn comes.
        Bot? ofInstallations = null;
        foreach (var (file, report) in workspace.Current(PeerFileKind.User).Select(file => (file, new Queue<SourceRecord.Refused>()))
            .Concat(workspace.Current(PeerFileKind.LastInstallation).Select(file => (file, refused))))
        {
            if (TryRead(workspace, file, report) is { Bot: { } bot })
            {
                ofInstallations = Freshness.Choose(ofInstallations, bot);
            }
        }

        return ofInstallations is null || own is null ? own ?? ofInstallations : Freshness.Choose(ofInstallations, own);
    }

    private IEnumerable<SourceRecord> ReadUsers(PeerWorkspace workspace)
    {
        var refused = new Queue<SourceRecord.Refused>();
        foreach (var files in workspace.Current(PeerFileKind.User).GroupBy(file => file.User, StringComparer.Ordinal))
        {
            Installation? current = null;
            foreach (var file in files)
            {
                if (TryRead(workspace, file, refused) is { Installation: { } installation })
                {
                    current = Freshness.Choose(current, installation);
                }
            }

            foreach (var (file, record) in current is null ? [] : ReadHistory(workspace, PeerFileKind.User, files.Key, refused))
            {
                if (record.Installation is { } old && old.InstalledAt < current!.InstalledAt)
                {
                    yield return ImportedRecords.Of(workspace.ClientId, old, file.Where);
                }
            }

            foreach (var record in Drain(refused))
            {
                yield return record;
            }

            if (current is not null)
            {
                yield return ImportedRecords.Of(workspace.ClientId, current, files.Last().Where);
            }
        }
    }

    private IEnumerable<(PeerFile File, PeerRecord Record)> ReadHistory(PeerWorkspace workspace, PeerFileKind kind, string? user, Queue<SourceRecord.Refused> refused)
    {
        foreach (var file in includeHistory ? workspace.History(kind, user) : [])
        {
            if (TryRead(workspace, file, refused) is { } record)
            {
                yield return (file, record);
            }
        }
    }

    /// <summary>Which records the file of a user, or of the bot, may hold. The folders of all SDKs are named alike, and none tells whether the installation is org-wide.</summary>
    private static IEnumerable<RecordKey> FindKeys(PeerWorkspace workspace, string? user) => (workspace.Key.Split('-', 2) switch
    {
        ["none", var team] => [(null, team)],
        [var enterprise, var team] => [(enterprise, team), (enterprise, null)],
        _ => ((string?, string?)[])[(null, workspace.Key), (workspace.Key, null)],
    }).Select(place => new RecordKey(workspace.ClientId, place.Item1, place.Item2, user));

    private PeerRecord? TryRead(PeerWorkspace workspace, PeerFile file, Queue<SourceRecord.Refused> refused)
    {
        try
        {
            return Parse(workspace, file, RecordFile.Read(file.Path));
        }
        catch (UnusableRecordException exception)
        {
            refused.Enqueue(new(file.Where, exception.Message) { Keys = [.. FindKeys(workspace, file.User)] });
            return null;
        }
    }
}

/// <summary>The names in a folder.</summary>
internal sealed record FolderNames(List<string> Files, List<string> Folders);
