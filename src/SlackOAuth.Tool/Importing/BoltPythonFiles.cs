using System.Globalization;
using System.Text.Json;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Importing;

/// <summary>The files of slack_sdk's <c>FileInstallationStore</c>, which Bolt for Python uses, and the objects of its <c>AmazonS3InstallationStore</c>, synchronized to a folder.</summary>
/// <remarks>
/// <para><c>{root}[/{client_id}]/{E|none}-{T|none}/</c> with <c>bot-latest</c>, <c>installer-latest</c> and <c>installer-{U}-latest</c>; the same names with an <c>installed_at</c> in place of
/// <c>latest</c> are the history. Workspaces with a folder for their app and others without one may stand in the same root.</para>
/// <para>An org-wide installation that was saved with a team is one of the enterprise, as everywhere in this family.</para>
/// </remarks>
/// <inheritdoc cref="FileImporter" path="/param" />
internal sealed class BoltPythonFiles(string root, IReadOnlyCollection<string> clientIds, bool includeHistory = false) : FileImporter(root, clientIds, includeHistory)
{
    private const string BotPrefix = "bot-";
    private const string InstallerPrefix = "installer-";
    private const string Latest = "latest";

    /// <inheritdoc />
    public override string Description => $"bolt-python:{Root}";

    /// <inheritdoc />
    protected override bool IsBotApart => true;

    /// <inheritdoc />
    protected override IEnumerable<PeerWorkspace> FindWorkspaces(Queue<SourceRecord.Refused> refused)
    {
        RequireRoot();
        var folders = List(Root, refused).Folders;

        // A client id that is missing ends the command before anything is done.
        if (folders.Exists(IsWorkspace))
        {
            RequireClientId();
        }

        foreach (var folder in folders)
        {
            var path = Path.Combine(Root, folder);
            var names = List(path, refused);
            if (FindFiles(path, names) is { Count: > 0 } files)
            {
                yield return new PeerWorkspace(RequireClientId(), folder, files);
                continue;
            }

            foreach (var inner in IsWanted(folder) ? names.Folders : [])
            {
                var innerPath = Path.Combine(path, inner);
                if (FindFiles(innerPath, List(innerPath, refused)) is { Count: > 0 } innerFiles)
                {
                    yield return new PeerWorkspace(folder, inner, innerFiles);
                }
            }
        }
    }

    /// <inheritdoc />
    protected override PeerRecord Parse(PeerWorkspace workspace, PeerFile file, ReadOnlyMemory<byte> utf8Json)
    {
        try
        {
            if (file.Kind == PeerFileKind.Bot)
            {
                var bot = StoreJson.ReadBot(utf8Json.Span);
                return bot is null || IsAtItsPlace(workspace, bot.EnterpriseId, bot.TeamId, bot.IsEnterpriseInstall) ? new PeerRecord(bot, null) : throw OfAnotherWorkspace();
            }

            var installation = StoreJson.ReadInstallation(utf8Json.Span);
            return installation.UserId.Length == 0 ? throw new UnusableRecordException("it names no user")
                : file.User is not null && file.User != installation.UserId ? throw new UnusableRecordException("its name is of another user than its record")
                : IsAtItsPlace(workspace, installation.EnterpriseId, installation.TeamId, installation.IsEnterpriseInstall) ? new PeerRecord(installation.ToBot(), installation)
                : throw OfAnotherWorkspace();
        }
        catch (JsonException exception)
        {
            // The messages of StoreJson hold nothing of what was read.
            throw new UnusableRecordException($"{exception.Message.TrimEnd('.')}; if the app was writing it just then, copy again");
        }
    }

    private bool IsWorkspace(string folder)
    {
        var path = Path.Combine(Root, folder);
        return FindFiles(path, List(path, new Queue<SourceRecord.Refused>())).Count > 0;
    }

    private static bool IsAtItsPlace(PeerWorkspace workspace, string? enterpriseId, string? teamId, bool isEnterpriseInstall) =>
        workspace.Key == $"{enterpriseId ?? "none"}-{teamId ?? "none"}"
        || (isEnterpriseInstall && workspace.Key.StartsWith($"{enterpriseId}-", StringComparison.Ordinal));

    private static List<PeerFile> FindFiles(string folder, FolderNames names)
    {
        var files = new List<PeerFile>();
        foreach (var name in names.Files)
        {
            if (name.StartsWith(BotPrefix, StringComparison.Ordinal) && TryReadTime(name.AsSpan(BotPrefix.Length), out var time))
            {
                files.Add(new PeerFile(folder, name, PeerFileKind.Bot, null, time));
            }
            else if (name == InstallerPrefix + Latest)
            {
                files.Add(new PeerFile(folder, name, PeerFileKind.LastInstallation, null, null));
            }
            else if (name.StartsWith(InstallerPrefix, StringComparison.Ordinal) && name.LastIndexOf('-') is var dash && dash > InstallerPrefix.Length && TryReadTime(name.AsSpan(dash + 1), out time))
            {
                files.Add(new PeerFile(folder, name, PeerFileKind.User, name[InstallerPrefix.Length..dash], time));
            }
        }

        return files;
    }

    /// <summary>Reads how a name ends: <c>latest</c>, or the instant of a record of the history.</summary>
    private static bool TryReadTime(ReadOnlySpan<char> ending, out decimal? time)
    {
        time = decimal.TryParse(ending, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
        return time is not null || ending is Latest;
    }
}
