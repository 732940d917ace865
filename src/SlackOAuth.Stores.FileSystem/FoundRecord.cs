namespace SlackOAuth.Stores.FileSystem;

/// <summary>What a listing came upon: a record, or why a file holds none. Neither where the file is gone, or is of another workspace.</summary>
/// <param name="Record">The record.</param>
/// <param name="Failure">What is wrong with the file.</param>
/// <param name="UserId">Whose file it is, by its name; null for the bot.</param>
/// <typeparam name="T">A bot, an installation, or the key of a workspace.</typeparam>
internal readonly record struct FoundRecord<T>(T? Record, DamagedRecordException? Failure = null, string? UserId = null)
    where T : class
{
    /// <summary>Whose folder it is in; null where that cannot be told.</summary>
    internal WorkspaceId? Workspace { get; init; }
}
