using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlackOAuth.Stores.FileSystem;

/// <summary>What is known of the leases of one credential, in a file beside the record: slack_sdk reads no record with a field that it does not know.</summary>
/// <param name="UserId">The user whose installation it is; null for the bot.</param>
/// <param name="FencingToken">That of the last lease.</param>
/// <param name="EndsAt">When the last lease is over, in ticks of UTC; 0 where it was released.</param>
/// <param name="SavedToken">That of the last lease that saved.</param>
internal sealed record LeaseFile(string? UserId, long FencingToken, long EndsAt, long SavedToken)
{
    internal static string NameOf(string? userId) => userId is null ? FileSystemNames.BotLease : FileSystemNames.UserLease(userId);

    /// <summary>The leases of a credential; a damaged file counts as none, and the next lease mends it.</summary>
    internal static LeaseFile Read(WorkspaceFolder folder, string? userId)
    {
        using var file = folder.Open(NameOf(userId));
        return Parse(file) is { } lease && lease.UserId == userId ? lease : new LeaseFile(userId, 0, 0, 0);
    }

    /// <summary>Where a staged file belongs; null where it is damaged.</summary>
    internal static string? ReadTarget(WorkspaceFolder folder, string staged)
    {
        using var file = folder.Open(staged);
        return Parse(file) is { } lease ? NameOf(lease.UserId) : null;
    }

    internal StagedFile Stage() => new(WorkspaceFolder.StagedLease, NameOf(UserId), JsonSerializer.SerializeToUtf8Bytes(this, LeaseFileJson.Default.LeaseFile));

    private static LeaseFile? Parse(in DiskFile file)
    {
        try
        {
            return file.IsThere ? JsonSerializer.Deserialize(file.Content, LeaseFileJson.Default.LeaseFile) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LeaseFile))]
internal sealed partial class LeaseFileJson : JsonSerializerContext;
