using System.Globalization;
using System.Text.RegularExpressions;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Importing;

/// <summary>The files of Bolt for Java's <c>FileInstallationService</c>, and the objects of its <c>AmazonS3InstallationService</c>, synchronized to a folder.</summary>
/// <remarks>
/// <para><c>{root}/{clientId}/installation/bot/{E|none}-{T|none}</c> and <c>…/installer/{E|none}-{T|none}-{U}</c>; with its history on, <c>-latest</c> comes after the names of the current records and
/// <c>-{ms}</c> after those of the history. A folder that was written with it on and off has both, of which the fresher one counts. The root may also be a folder that has <c>bot</c> and <c>installer</c> itself.</para>
/// <para>A workspace that joins a Grid is found by its old name (<c>none-T</c>) until Bolt for Java copies the record to the new one, at the next request that needs it, and leaves the old one. Here the old
/// ones are records of the new name where there is exactly one, unless it has its own.</para>
/// <para>Its <c>deleteAll</c> finds no installer's file, and with the history on no bot's: what was uninstalled is still there, and is read.</para>
/// </remarks>
/// <inheritdoc cref="FileImporter" path="/param" />
internal sealed partial class BoltJavaFiles(string root, IReadOnlyCollection<string> clientIds, bool includeHistory = false) : FileImporter(root, clientIds, includeHistory)
{
    private const string BotFolder = "bot";
    private const string InstallerFolder = "installer";
    private const string None = "none";

    /// <inheritdoc />
    public override string Description => $"bolt-java:{Root}";

    /// <inheritdoc />
    protected override bool IsBotApart => true;

    /// <inheritdoc />
    protected override IEnumerable<PeerWorkspace> FindWorkspaces(Queue<SourceRecord.Refused> refused)
    {
        RequireRoot();
        var folders = List(Root, refused).Folders;
        if (folders.Contains(BotFolder) || folders.Contains(InstallerFolder))
        {
            return FindWorkspaces(RequireClientId(), Root, refused);
        }

        if (folders.Contains("installation"))
        {
            return FindWorkspaces(RequireClientId(), Path.Combine(Root, "installation"), refused);
        }

        return folders.Where(IsWanted).SelectMany(client => FindWorkspaces(client, Path.Combine(Root, client, "installation"), refused));
    }

    /// <inheritdoc />
    protected override PeerRecord Parse(PeerWorkspace workspace, PeerFile file, ReadOnlyMemory<byte> utf8Json)
    {
        if (file.Kind == PeerFileKind.Bot)
        {
            var record = PeerJson.Read(utf8Json.Span, BoltJavaJsonContext.Default.BoltJavaBot);
            RequirePlace(workspace, file, record.EnterpriseId, record.TeamId);
            return new PeerRecord(record.ToBot(file.JoinedEnterprise), null);
        }

        var installer = PeerJson.Read(utf8Json.Span, BoltJavaJsonContext.Default.BoltJavaInstaller);
        RequirePlace(workspace, file, installer.EnterpriseId, installer.TeamId);
        var installation = installer.ToInstallation(file.JoinedEnterprise);
        return file.User == installation.UserId
            ? new PeerRecord(installation.ToBot(), installation)
            : throw new UnusableRecordException("its name is of another user than its record");
    }

    private static void RequirePlace(PeerWorkspace workspace, PeerFile file, string? enterpriseId, string? teamId)
    {
        var key = file.JoinedEnterprise is null ? $"{enterpriseId ?? None}-{teamId ?? None}" : $"{file.JoinedEnterprise}-{teamId ?? None}";
        if (key != workspace.Key || (file.JoinedEnterprise is not null && enterpriseId is not null))
        {
            throw OfAnotherWorkspace();
        }
    }

    private static IEnumerable<PeerWorkspace> FindWorkspaces(string client, string folder, Queue<SourceRecord.Refused> refused)
    {
        var bots = FindFiles(Path.Combine(folder, BotFolder), PeerFileKind.Bot, BotName(), refused);
        var installers = FindFiles(Path.Combine(folder, InstallerFolder), PeerFileKind.User, InstallerName(), refused);
        var joined = FindJoined(bots.Concat(installers).Select(found => found.Key).ToHashSet(StringComparer.Ordinal));
        return bots.Concat(installers)
            .Select(found => joined.TryGetValue(found.Key, out var key) && key is not null ? Rename(found.File, key) : found)
            .GroupBy(found => found.Key, found => found.File, StringComparer.Ordinal)
            .OrderBy(workspace => workspace.Key, StringComparer.Ordinal)
            .Select(workspace => new PeerWorkspace(client, workspace.Key, WithoutReplaced([.. workspace])));
    }

    private static List<(string Key, PeerFile File)> FindFiles(string folder, PeerFileKind kind, Regex pattern, Queue<SourceRecord.Refused> refused)
    {
        var found = new List<(string Key, PeerFile File)>();
        foreach (var name in Directory.Exists(folder) ? List(folder, refused).Files : [])
        {
            if (pattern.Match(name) is not { Success: true } match)
            {
                refused.Enqueue(new(RecordFile.Show(Path.Combine(folder, name)), "its name is not one that Bolt for Java writes"));
                continue;
            }

            // "null" is the instant of a record that has none: older than any other.
            decimal? milliseconds = match.Groups["ms"] is not { Success: true, Value: var ending } ? null : ending == "null" ? 0 : decimal.Parse(ending, NumberStyles.None, CultureInfo.InvariantCulture);
            found.Add((match.Groups["key"].Value, new PeerFile(folder, name, kind, match.Groups["user"] is { Success: true, Value: var user } ? user : null, milliseconds)));
        }

        return found;
    }

    private static (string Key, PeerFile File) Rename(PeerFile file, string key) => (key, file with { JoinedEnterprise = key[..key.IndexOf('-', StringComparison.Ordinal)] });

    /// <summary>The new names of the workspaces that have joined a Grid by their old ones; null where there are several.</summary>
    private static Dictionary<string, string?> FindJoined(HashSet<string> keys)
    {
        var joined = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            var old = $"{None}{key.AsSpan(key.IndexOf('-', StringComparison.Ordinal))}";
            if (key != old && old != $"{None}-{None}" && keys.Contains(old))
            {
                joined[old] = joined.ContainsKey(old) ? null : key;
            }
        }

        return joined;
    }

    /// <summary>Leaves out what is under the old name where the same is under the new one.</summary>
    private static List<PeerFile> WithoutReplaced(List<PeerFile> files)
    {
        var current = files.Where(file => file.JoinedEnterprise is null).Select(file => (file.Kind, file.User)).ToHashSet();
        return files.FindAll(file => file.JoinedEnterprise is null || !current.Contains((file.Kind, file.User)));
    }

    [GeneratedRegex(@"\A(?<key>[^-]+-[^-]+)(-(latest|(?<ms>null|[0-9]{1,15})))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex BotName();

    [GeneratedRegex(@"\A(?<key>[^-]+-[^-]+)-(?<user>.+?)(-(latest|(?<ms>null|[0-9]{1,15})))?\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex InstallerName();
}
