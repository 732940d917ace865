using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SlackOAuth.Stores.FileSystem;

/// <summary>The names of files and folders: slack_sdk's for the ids that Slack gives out, an escaped form for every other.</summary>
/// <remarks>
/// An escaped id is <c>~</c> and the SHA-256 of the id in lowercase hexadecimal: legal everywhere, of a fixed length, and unlike any id that stands as it is, which is uppercase.
/// So no two ids share a file where the file system ignores case. The id itself is read from the record.
/// </remarks>
internal static class FileSystemNames
{
    internal const string BotLatest = "bot-latest";
    internal const string BotPrefix = "bot-";
    internal const string InstallerLatest = "installer-latest";
    internal const string InstallerPrefix = "installer-";
    internal const string LatestSuffix = "-latest";
    internal const string BotLease = ".lease-bot";
    internal const string UserLeasePrefix = ".lease-installer-";
    internal const string StateFolder = ".oauth-states";

    private const string None = "none";
    private const char EscapePrefix = '~';
    private const int MaxVerbatimLength = 64;
    private const decimal Microsecond = 0.000001m;

    private static readonly SearchValues<char> IdAlphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    private static readonly SearchValues<char> ClientIdAlphabet = SearchValues.Create("0123456789.");

    internal static string Workspace(WorkspaceId workspace) => string.Concat(Id(workspace.EnterpriseId), "-", Id(workspace.TeamId));

    internal static string UserLatest(string userId) => string.Concat(InstallerPrefix, Id(userId), LatestSuffix);

    internal static string UserLease(string userId) => UserLeasePrefix + Id(userId);

    internal static string UserHistory(string userId, DateTimeOffset installedAt) => string.Concat(InstallerPrefix, Id(userId), "-", Time(installedAt));

    /// <summary>The copy that slack_sdk keeps per workspace. This store writes none: two users may install at the same instant.</summary>
    internal static string WorkspaceHistory(DateTimeOffset installedAt) => InstallerPrefix + Time(installedAt);

    internal static string BotHistory(DateTimeOffset installedAt) => BotPrefix + Time(installedAt);

    /// <summary>The instants that a record does not tell apart, the given one first. slack_sdk names its history by <c>time.time()</c>, which has seven decimals mostly, and a record keeps six of them.</summary>
    internal static IEnumerable<DateTimeOffset> SameMicrosecond(DateTimeOffset installedAt) =>
        Enumerable.Range(0, (int)TimeSpan.TicksPerMicrosecond).Select(ticks => installedAt.AddTicks(ticks));

    /// <summary>Slack's client ids are digits and dots; another is escaped.</summary>
    internal static string Client(string clientId) => IsClient(clientId) ? clientId : Escape(clientId);

    /// <summary>Whether a folder of this name is that of the client id of the same name.</summary>
    internal static bool IsClient(string name) =>
        name.Length is > 0 and <= MaxVerbatimLength && !name.AsSpan().ContainsAnyExcept(ClientIdAlphabet) && name[0] != '.' && name[^1] != '.';

    /// <summary>Whether a name is that of an id that was escaped.</summary>
    internal static bool IsEscaped(string name) => name.StartsWith(EscapePrefix) && name.Length == 1 + (2 * SHA256.HashSizeInBytes);

    /// <summary>The workspace of a folder, by its name alone; null where that holds but a hash of an id.</summary>
    internal static WorkspaceId? FindWorkspace(string folder) =>
        folder.Split('-') is [var enterprise, var team] && (IsVerbatim(enterprise) || enterprise == None) && (IsVerbatim(team) || team == None) && (enterprise, team) != (None, None)
            ? new WorkspaceId(enterprise == None ? null : enterprise, team == None ? null : team)
            : null;

    /// <summary>The user of a file, by its name alone; null of a bot, or where that holds but a hash of the id.</summary>
    internal static string? FindUserId(string fileName) =>
        fileName.Split('-') is [var prefix, var user, _] && prefix + '-' == InstallerPrefix && IsVerbatim(user) ? user : null;

    internal static bool IsUserLatest(string fileName) =>
        fileName.Length > InstallerPrefix.Length + LatestSuffix.Length
        && fileName.StartsWith(InstallerPrefix, StringComparison.Ordinal)
        && fileName.EndsWith(LatestSuffix, StringComparison.Ordinal);

    /// <summary>Whether a file is this user's by its name: the latest record or one of the history, and no longer id that begins alike.</summary>
    internal static bool IsOfUser(string fileName, string userId) =>
        fileName == UserLatest(userId) || (TryReadHistory(fileName, InstallerPrefix, out var owner, out _) && owner == Id(userId));

    /// <summary>Reads the name of a history file: <c>bot-{time}</c>, <c>installer-{user}-{time}</c>, or slack_sdk's <c>installer-{time}</c>, which names no owner.</summary>
    internal static bool TryReadHistory(string fileName, string prefix, out string? owner, out decimal installedAt)
    {
        owner = null;
        installedAt = 0;
        if (!fileName.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var time = fileName.AsSpan(prefix.Length);
        if (prefix == InstallerPrefix && time.IndexOf('-') is > 0 and var dash)
        {
            owner = time[..dash].ToString();
            time = time[(dash + 1)..];
        }

        return decimal.TryParse(time, NumberStyles.Float, CultureInfo.InvariantCulture, out installedAt);
    }

    /// <summary>Whether the record of a history file is from before a time, by the file's name.</summary>
    internal static bool IsOlder(decimal installedAt, DateTimeOffset than) => installedAt - (installedAt % Microsecond) < Seconds(than);

    private static string Id(string? id) =>
        id is null ? None
        : IsVerbatim(id) ? id
        : Escape(id);

    private static bool IsVerbatim(string id) => id.Length is > 0 and <= MaxVerbatimLength && !id.AsSpan().ContainsAnyExcept(IdAlphabet) && id != "NONE";

    private static string Escape(string id) => EscapePrefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    /// <summary>Seconds with a fraction, as Python prints a float of this size.</summary>
    private static string Time(DateTimeOffset time) => Seconds(time).ToString("0.0######", CultureInfo.InvariantCulture);

    private static decimal Seconds(DateTimeOffset time) => decimal.Divide(time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks, TimeSpan.TicksPerSecond);
}
