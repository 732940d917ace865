using System.Globalization;
using StackExchange.Redis;

namespace SlackOAuth.Stores.Redis;

/// <summary>What the keys and fields are called. Ids are percent-encoded in keys, so that each is legal, distinct and exact, and as it is in a field. [9, 10]</summary>
/// <remarks>
/// A workspace has three keys with one hash tag, <c>{client:enterprise:team}</c>, and so one slot of a cluster: a hash with its records, and two sorted sets that order the kept
/// installations and bots. A state has a key of its own. The README shows the layout.
/// </remarks>
internal sealed class RedisKeys
{
    internal const string Bot = "bot";
    internal const string Latest = "latest";
    internal const string Installations = ":installations";
    internal const string Bots = ":bots";

    private const string UserPrefix = "user:";

    private readonly string _all;
    private readonly string _workspaces;
    private readonly string _states;

    internal RedisKeys(RedisStoreOptions options, string clientId)
    {
        _all = $"{options.KeyPrefix}{{";
        _workspaces = $"{_all}{Uri.EscapeDataString(clientId)}:";
        _states = $"{options.KeyPrefix}state:";
    }

    /// <summary>The pattern of SCAN for the hashes of every workspace. The prefix and an encoded id hold nothing that a pattern gives a meaning to.</summary>
    internal RedisValue WorkspacePattern => $"{_workspaces}*}}";

    /// <summary>The same for every client id.</summary>
    internal RedisValue AppPattern => $"{_all}*:*:*}}";

    /// <summary>The client id of a key that <see cref="AppPattern"/> finds.</summary>
    internal string ClientId(RedisKey workspace)
    {
        var id = ((string)workspace!)[_all.Length..];
        return Uri.UnescapeDataString(id[..id.IndexOf(':', StringComparison.Ordinal)]);
    }

    internal RedisKey Workspace(WorkspaceId workspace) => $"{_workspaces}{Escape(workspace.EnterpriseId)}:{Escape(workspace.TeamId)}}}";

    /// <summary>The keys of a workspace: the hash, the order of its installations, the order of its bots.</summary>
    internal RedisKey[] AllOf(WorkspaceId workspace)
    {
        var hash = Workspace(workspace);
        return [hash, hash.Append(Installations), hash.Append(Bots)];
    }

    internal RedisKey State(string hash) => _states + hash;

    /// <summary>The workspace of a key that <see cref="WorkspacePattern"/> finds.</summary>
    internal WorkspaceId Workspace(RedisKey workspace)
    {
        var ids = ((string)workspace!)[_workspaces.Length..^1];
        var separator = ids.IndexOf(':', StringComparison.Ordinal);
        return new WorkspaceId(Uri.UnescapeDataString(ids[..separator]), Uri.UnescapeDataString(ids[(separator + 1)..]));
    }

    /// <summary>Whose a field is; null where it is the bot's.</summary>
    internal static string? UserId(RedisValue field) => field == Bot ? null : ((string)field!)[UserPrefix.Length..];

    internal static RedisValue User(string userId) => UserPrefix + userId;

    /// <summary>A time as text of one length, which sorts as the time does: microseconds since the year 1, which a double of a sorted set's score could not hold.</summary>
    internal static RedisValue Time(DateTimeOffset time) => (time.UtcTicks / TimeSpan.TicksPerMicrosecond).ToString("D18", CultureInfo.InvariantCulture);

    /// <summary>The same to the tick, for the end of a lease.</summary>
    internal static RedisValue Ticks(DateTimeOffset time) => time.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    private static string Escape(string? id) => id is null ? "" : Uri.EscapeDataString(id);
}
