using System.Globalization;

namespace SlackOAuth.Tool.Importing;

/// <summary>One of slack_sdk's tables.</summary>
/// <param name="Name">Its name, perhaps with its schema before a dot.</param>
/// <param name="Subject">The column that the other table of the SDK does not have in this meaning, and without which this is none of its tables.</param>
/// <param name="IsOfUsers">Whether a record is one user's, rather than a workspace's.</param>
internal readonly record struct SlackSdkTable(string Name, string Subject, bool IsOfUsers);

/// <summary>The statements that read slack_sdk's tables.</summary>
/// <param name="dialect">The engine.</param>
/// <param name="clientIds">How many apps are to be read; 0 for every app.</param>
internal sealed class SlackSdkStatements(SlackSdkDialect dialect, int clientIds)
{
    /// <summary>The columns that hold something of a record.</summary>
    internal static readonly string[] KnownColumns =
    [
        "client_id", "app_id", "enterprise_id", "enterprise_name", "enterprise_url", "team_id", "team_name", "bot_token", "bot_id", "bot_user_id", "bot_scopes", "bot_refresh_token", "bot_token_expires_at",
        "user_id", "user_token", "user_scopes", "user_refresh_token", "user_token_expires_at", "incoming_webhook_url", "incoming_webhook_channel", "incoming_webhook_channel_id",
        "incoming_webhook_configuration_url", "is_enterprise_install", "token_type", "installed_at",
    ];

    internal static string ClientParameter(int index) => string.Create(CultureInfo.InvariantCulture, $"@c{index}");

    /// <summary>No row, with every column.</summary>
    internal string ReadColumns(SlackSdkTable table) => $"SELECT * FROM {dialect.Quote(table.Name)} WHERE 1 = 0";

    internal string CountRows(SlackSdkTable table) => $"SELECT COUNT(*) FROM {Source(table)}";

    /// <summary>How many bots or users there are.</summary>
    internal string CountRecords(SlackSdkTable table, IReadOnlyList<string> columns)
    {
        var key = Key(table, columns).Select((expression, i) => string.Create(CultureInfo.InvariantCulture, $"{expression} AS k{i}"));
        return $"SELECT COUNT(*) FROM (SELECT DISTINCT {string.Join(", ", key)} FROM {Source(table)}) AS records";
    }

    /// <summary>The keys of the rows: those of one bot or user one after the other, the oldest first.</summary>
    internal string ReadKeys(SlackSdkTable table, IReadOnlyList<string> columns) => $"SELECT id FROM {Source(table)} ORDER BY {string.Join(", ", Key(table, columns))}, installed_at, id";

    /// <summary>Rows by their keys, which are whole numbers that the database gave: they need no parameters, of which some engines take few.</summary>
    internal string ReadRows(SlackSdkTable table, IReadOnlyList<string> columns, IReadOnlyList<long> ids) =>
        $"SELECT id, {string.Join(", ", columns)} FROM {dialect.Quote(table.Name)} WHERE id IN ({string.Join(", ", ids.Select(id => id.ToString(CultureInfo.InvariantCulture)))})";

    private string Source(SlackSdkTable table) => clientIds == 0
        ? dialect.Quote(table.Name)
        : $"{dialect.Quote(table.Name)} WHERE {dialect.Exact("client_id")} IN ({string.Join(", ", Enumerable.Range(0, clientIds).Select(ClientParameter))})";

    /// <summary>What tells the bots or users of a table apart. An absent id is NULL or empty, and an organization is known by its enterprise alone.</summary>
    private IEnumerable<string> Key(SlackSdkTable table, IReadOnlyList<string> columns)
    {
        yield return dialect.Exact("client_id");
        yield return dialect.Exact("COALESCE(enterprise_id, '')");
        yield return dialect.Exact(
            columns.Contains("is_enterprise_install") ? $"CASE WHEN {dialect.IsTrue("is_enterprise_install")} THEN '' ELSE COALESCE(team_id, '') END" : "COALESCE(team_id, '')");
        if (table.IsOfUsers)
        {
            yield return dialect.Exact("user_id");
        }
    }
}
