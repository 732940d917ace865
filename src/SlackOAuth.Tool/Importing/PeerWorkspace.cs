using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Importing;

/// <summary>What a file holds, by its name.</summary>
internal enum PeerFileKind
{
    /// <summary>The bot of the workspace.</summary>
    Bot,

    /// <summary>One user's installation.</summary>
    User,

    /// <summary>A copy of the installation saved last. Its bot counts; its user, who may have been deleted since, does not.</summary>
    LastInstallation,
}

/// <summary>A file of another SDK, by its name.</summary>
/// <param name="Folder">The folder it is in.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="User">The user, as the name has it; null where it names none.</param>
/// <param name="Instant">The instant that the name of a record of the history has, in the SDK's unit; null for a current record.</param>
internal sealed record PeerFile(string Folder, string Name, PeerFileKind Kind, string? User, decimal? Instant)
{
    /// <summary>The enterprise that the workspace has joined since the file was written; null where it has joined none.</summary>
    internal string? JoinedEnterprise { get; init; }

    internal string Path => System.IO.Path.Combine(Folder, Name);

    internal string Where => RecordFile.Show(Path);
}

/// <summary>The files of one workspace, of which only the names are held.</summary>
/// <param name="ClientId">The app.</param>
/// <param name="Key">The name that the SDK gives the workspace, by which its records are checked.</param>
/// <param name="Files">The files in ordinal order.</param>
internal sealed record PeerWorkspace(string ClientId, string Key, IReadOnlyList<PeerFile> Files)
{
    internal IEnumerable<PeerFile> Current(PeerFileKind kind) => Files.Where(file => file.Instant is null && file.Kind == kind);

    /// <summary>The history of the bot or of one user, the oldest first.</summary>
    internal IEnumerable<PeerFile> History(PeerFileKind kind, string? user) =>
        Files.Where(file => file.Instant is not null && file.Kind == kind && file.User == user).OrderBy(file => file.Instant);
}

/// <summary>What a file was found to hold.</summary>
/// <param name="Bot">The bot; null where there is none.</param>
/// <param name="Installation">The installation; null where the file is one of a bot.</param>
internal readonly record struct PeerRecord(Bot? Bot, Installation? Installation);
