using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;

namespace SlackOAuth.Stores.DynamoDB;

/// <summary>What the keys and attributes are called. DynamoDB compares keys byte by byte: ids are exact. [9, 10] The README shows the layout.</summary>
internal sealed class DynamoDBKeys(string clientId)
{
    internal const string Partition = "pk";
    internal const string Sort = "sk";
    internal const string Document = "document";
    internal const string InstalledAt = "installed_at";
    internal const string UserKey = "user_key";
    internal const string Stamp = "stamp";
    internal const string KeptBots = "kept_bots";
    internal const string KeptInstallations = "kept_installations";
    internal const string ExpiresAt = "expires_at";
    internal const string ClientId = "client_id";

    internal const string Bot = "bot";
    internal const string Latest = "latest";
    internal const string History = "history";
    internal const string UserPrefix = "user#";
    internal const string OldBotPrefix = "old-bot#";
    internal const string OldUserPrefix = "old-user#";

    private const string State = "state";

    // A partition key holds 2,048 bytes, a sort key 1,024; three ids of 255 characters may take 2,295. Short enough that a thousand of them fit an item.
    private const int MaxIdBytes = 200;

    /// <summary>What the partition key of every workspace of every client id starts with, and that of no state.</summary>
    internal const string Workspaces = "workspace#";

    /// <summary>What the partition key of every workspace of the client id starts with, and that of no other.</summary>
    internal string WorkspacePrefix { get; } = $"{Workspaces}{Encode(clientId)}#";

    /// <summary>The client id where the keys hold but its hash, to stand in the records then. [32]</summary>
    internal string? HiddenClientId { get; } = IsHashed(Encode(clientId)) ? clientId : null;

    /// <summary>Whose a record is; null where that was last saved by a version that did not keep a client id that its keys hold but the hash of.</summary>
    internal static string? ReadClientId(Dictionary<string, AttributeValue> record)
    {
        var encoded = record[Partition].S[Workspaces.Length..];
        encoded = encoded[..encoded.IndexOf('#', StringComparison.Ordinal)];
        return IsHashed(encoded) ? record.GetValueOrDefault(ClientId)?.S : Decode(encoded);
    }

    /// <summary>Whose a record is, by its key; null where the key holds but a hash of an id.</summary>
    internal static WorkspaceId? FindWorkspace(Dictionary<string, AttributeValue> record) =>
        record[Partition].S.Split('#') is [_, _, var enterprise, var team] && Decode(enterprise) is { } enterpriseId && Decode(team) is { } teamId ? new WorkspaceId(enterpriseId, teamId) : null;

    /// <summary>Whose of the users a record is, by its key; null of a bot, or where the key holds but a hash of the id.</summary>
    internal static string? FindUserId(Dictionary<string, AttributeValue> record) =>
        record[Sort].S is var sort && (sort.StartsWith(UserPrefix, StringComparison.Ordinal) || sort.StartsWith(OldUserPrefix, StringComparison.Ordinal))
            ? Decode(sort[(sort.LastIndexOf('#') + 1)..])
            : null;

    internal string Workspace(WorkspaceId workspace) => $"{WorkspacePrefix}{Encode(workspace.EnterpriseId)}#{Encode(workspace.TeamId)}";

    internal static string User(string userId) => UserPrefix + Encode(userId);

    /// <summary>A time as text of one length, which sorts as the time does: microseconds since the year 1.</summary>
    internal static string Time(DateTimeOffset time) => (time.UtcTicks / TimeSpan.TicksPerMicrosecond).ToString("D18", CultureInfo.InvariantCulture);

    /// <summary>What the history calls an installation: the time, then the user, so that it sorts by time.</summary>
    internal static string HistoryEntry(string time, string userKey) => $"{time}#{userKey[UserPrefix.Length..]}";

    /// <summary>Whether an entry of the history is that of a user.</summary>
    internal static bool IsOf(string historyEntry, string userKey) => UserOf(historyEntry) == userKey;

    /// <summary>The sort key of the user whose an entry of the history is.</summary>
    internal static string UserOf(string historyEntry) => UserPrefix + historyEntry[(historyEntry.IndexOf('#', StringComparison.Ordinal) + 1)..];

    /// <summary>The time of an entry of the history: all of it where it is a bot's.</summary>
    internal static string TimeOf(string historyEntry) => historyEntry.IndexOf('#', StringComparison.Ordinal) is > 0 and var end ? historyEntry[..end] : historyEntry;

    internal static Dictionary<string, AttributeValue> Item(string partition, string sort) => new()
    {
        [Partition] = new AttributeValue { S = partition },
        [Sort] = new AttributeValue { S = sort },
    };

    internal static Dictionary<string, AttributeValue> StateItem(string hash) => Item($"{State}#{hash}", State);

    /// <summary>The document of an item; null where the item is not there.</summary>
    internal static byte[]? ReadDocument(Dictionary<string, AttributeValue>? item) =>
        item is not { Count: > 0 } ? null
        : item.TryGetValue(Document, out var document) && document.S is { } text ? Encoding.UTF8.GetBytes(text)
        : throw new JsonException("The item holds no document.");

    internal static AttributeValue Text(ReadOnlySpan<byte> utf8) => new() { S = Encoding.UTF8.GetString(utf8) };

    internal static AttributeValue Number(long number) => new() { N = number.ToString(CultureInfo.InvariantCulture) };

    /// <summary>A value that nobody else has: what a change is known by.</summary>
    internal static string Unique() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    private static bool IsHashed(string encoded) => encoded.StartsWith("%h", StringComparison.Ordinal);

    private static string? Decode(string encoded) =>
        IsHashed(encoded) ? null : encoded.Replace("%23", "#", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);

    // '#' separates the parts of a key, and '%' begins what stands for it, or for an id that is too long: no two ids have one text.
    private static string Encode(string? id)
    {
        if (id is null)
        {
            return "";
        }

        var utf8 = Encoding.UTF8.GetBytes(id);
        return utf8.Length > MaxIdBytes
            ? $"%h{Convert.ToHexStringLower(SHA256.HashData(utf8))}"
            : id.Replace("%", "%25", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal);
    }
}
