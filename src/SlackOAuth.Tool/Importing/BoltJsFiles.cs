using System.Globalization;
using System.Text.RegularExpressions;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Importing;

/// <summary>The files of @slack/oauth's <c>FileInstallationStore</c>, which Bolt for JavaScript uses.</summary>
/// <remarks>
/// <para>A folder for each workspace, with <c>app-latest</c> (what was saved last), <c>user-{U}-latest</c>, and the history, <c>app-{ms}</c> and <c>user-{U}-{ms}</c>. The folders
/// of a Grid are <c>{root}[/{clientId}]/{E}-{T}</c>, and <c>{E}</c> of an organization. Outside a Grid it is <c>{root}[/{clientId}]/{T}</c>; since version 3.0.5 the separator is
/// missing, and it is <c>{root}/{clientId}{T}</c>, or without a client id <c>{root}{T}</c> beside the root. All are read, and what a workspace has in two of them is one.</para>
/// <para>The records have no installed-at. That of a record is when it was written: the time in the name of the newest file of the history, where that has the same content, else when the file was changed.
/// A refresh of a token writes the record anew, so what is read later is also the newer.</para>
/// <para>The bot is that of <c>app-latest</c>; where an installation without a bot was saved last, which loses it there, that of the user's record with the latest one.</para>
/// </remarks>
/// <inheritdoc cref="FileImporter" path="/param" />
internal sealed partial class BoltJsFiles(string root, IReadOnlyCollection<string> clientIds, bool includeHistory = false) : FileImporter(root, clientIds, includeHistory)
{
    /// <inheritdoc />
    public override string Description => $"bolt-js:{Root}";

    /// <inheritdoc />
    protected override bool IsBotApart => false;

    /// <inheritdoc />
    protected override IEnumerable<PeerWorkspace> FindWorkspaces(Queue<SourceRecord.Refused> refused)
    {
        var folders = FindBesideRoot(refused).ToList();
        if (folders.Count == 0)
        {
            RequireRoot();
        }

        if (Directory.Exists(Root))
        {
            folders.AddRange(FindInRoot(refused));
        }

        return folders
            .GroupBy(folder => (folder.Client, folder.Key))
            .Select(places => new PeerWorkspace(places.Key.Client, places.Key.Key, [.. places.Select(place => place.Path).Order(StringComparer.Ordinal).SelectMany(path => FindFiles(path, refused))]))
            .Where(workspace => workspace.Files.Count > 0);
    }

    /// <inheritdoc />
    protected override PeerRecord Parse(PeerWorkspace workspace, PeerFile file, ReadOnlyMemory<byte> utf8Json)
    {
        var record = PeerJson.Read(utf8Json.Span, BoltJsJsonContext.Default.BoltJsInstallation);
        var installation = record.ToInstallation(FindInstant(workspace, file, utf8Json));
        return file.User is not null && file.User != installation.UserId ? throw new UnusableRecordException("its name is of another user than its record")
            : IsAtItsPlace(workspace.Key, Absent(record.Enterprise?.Id), Absent(record.Team?.Id), installation.IsEnterpriseInstall) ? new PeerRecord(installation.ToBot(), installation)
            : throw OfAnotherWorkspace();
    }

    private static string? Absent(string? id) => string.IsNullOrEmpty(id) ? null : id;

    private static bool IsAtItsPlace(string key, string? enterpriseId, string? teamId, bool isEnterpriseInstall) =>
        key == (enterpriseId is null ? teamId ?? throw new UnusableRecordException("it names no workspace") : teamId is null ? enterpriseId : $"{enterpriseId}-{teamId}")
        || (isEnterpriseInstall && key == enterpriseId);

    private static DateTimeOffset FindInstant(PeerWorkspace workspace, PeerFile file, ReadOnlyMemory<byte> utf8Json)
    {
        if (file.Instant is { } milliseconds)
        {
            return PeerJson.Instant(milliseconds, TimeSpan.TicksPerMillisecond)!.Value;
        }

        try
        {
            var newest = workspace.History(file.Kind, file.User).LastOrDefault(old => old.Folder == file.Folder);
            if (newest is not null && RecordFile.Read(newest.Path).Span.SequenceEqual(utf8Json.Span))
            {
                return PeerJson.Instant(newest.Instant, TimeSpan.TicksPerMillisecond)!.Value;
            }
        }
        catch (UnusableRecordException)
        {
            // The record itself can be used all the same.
        }

        return new DateTimeOffset(File.GetLastWriteTimeUtc(file.Path));
    }

    /// <summary>The folders of workspaces outside a Grid, where there is no client id: named by the root, and beside it.</summary>
    private IEnumerable<Place> FindBesideRoot(Queue<SourceRecord.Refused> refused)
    {
        foreach (var path in ListBesideRoot(refused))
        {
            if (FindFiles(path, refused).Count > 0)
            {
                yield return new Place(RequireClientId(), path[Root.Length..], path);
            }
        }
    }

    private List<string> ListBesideRoot(Queue<SourceRecord.Refused> refused)
    {
        if (Path.GetDirectoryName(Root) is not { } parent || !Directory.Exists(parent))
        {
            return [];
        }

        try
        {
            // No team's id begins with a digit: 111.2223T1 is of another app than 111.222.
            return
            [
                .. Directory.EnumerateDirectories(parent).Where(
                    path => path.Length > Root.Length && path.StartsWith(Root, StringComparison.Ordinal) && !char.IsAsciiDigit(path[Root.Length]) && !RecordFile.IsLink(new DirectoryInfo(path))),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            refused.Enqueue(new(RecordFile.Show(parent), $"whether workspaces are beside {RecordFile.Show(Root)} cannot be seen: {RecordFile.Explain(exception)}"));
            return [];
        }
    }

    private IEnumerable<Place> FindInRoot(Queue<SourceRecord.Refused> refused)
    {
        foreach (var folder in List(Root, refused).Folders)
        {
            var path = Path.Combine(Root, folder);
            var names = List(path, refused);
            if (names.Files.Any(name => TryReadName(name, out _, out _, out _)))
            {
                var client = ClientIdBeforeTeam().Match(folder) is { Success: true, Value: var slacks }
                    ? slacks
                    : ClientIds.FirstOrDefault(given => folder.Length > given.Length && folder.StartsWith(given, StringComparison.Ordinal));
                if (client is null)
                {
                    yield return new Place(RequireClientId(), folder, path);
                }
                else if (IsWanted(client))
                {
                    yield return new Place(client, folder[client.Length..], path);
                }

                continue;
            }

            foreach (var inner in IsWanted(folder) ? names.Folders : [])
            {
                yield return new Place(folder, inner, Path.Combine(path, inner));
            }
        }
    }

    private static List<PeerFile> FindFiles(string folder, Queue<SourceRecord.Refused> refused)
    {
        var files = new List<PeerFile>();
        foreach (var name in List(folder, refused).Files)
        {
            if (TryReadName(name, out var kind, out var user, out var milliseconds))
            {
                files.Add(new PeerFile(folder, name, kind, user, milliseconds));
            }
        }

        return files;
    }

    private static bool TryReadName(string name, out PeerFileKind kind, out string? user, out decimal? milliseconds)
    {
        var match = RecordName().Match(name);
        kind = match.Groups["user"].Success ? PeerFileKind.User : PeerFileKind.Bot;
        user = match.Groups["user"] is { Success: true, Value: var value } ? value : null;
        milliseconds = match.Groups["ms"] is { Success: true, ValueSpan: var digits } ? decimal.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture) : null;
        return match.Success;
    }

    [GeneratedRegex(@"\A(app|user-(?<user>.+))-(latest|(?<ms>[0-9]{1,15}))\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex RecordName();

    /// <summary>The client id at the beginning of a folder's name, before the id of a team.</summary>
    [GeneratedRegex(@"\A[0-9]+\.[0-9]+(?=[^0-9.])", RegexOptions.CultureInvariant)]
    private static partial Regex ClientIdBeforeTeam();

    private readonly record struct Place(string Client, string Key, string Path);
}
