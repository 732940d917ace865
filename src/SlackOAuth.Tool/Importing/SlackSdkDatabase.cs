using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace SlackOAuth.Tool.Importing;

/// <summary>One of slack_sdk's tables.</summary>
/// <param name="Name">Its name, perhaps with its schema before a dot.</param>
/// <param name="Subject">The column that the other table of the SDK does not have in this meaning, and without which this is none of its tables.</param>
/// <param name="IsOfUsers">Whether a record is one user's, rather than a workspace's.</param>
internal readonly record struct SlackSdkTable(string Name, string Subject, bool IsOfUsers);

/// <summary>Reads slack_sdk's tables with nothing but the right to SELECT.</summary>
/// <remarks>The keys of the rows are read first, in order, and then the rows a page at a time: no statement stays open while the records are being saved elsewhere, which would hold off the app's writes to an SQLite file.</remarks>
/// <param name="dialect">The engine.</param>
/// <param name="connection">The connection string, or the path of the file.</param>
/// <param name="description">What may be shown of it.</param>
/// <param name="clientIds">The apps to read; none for every app.</param>
internal sealed class SlackSdkDatabase(SlackSdkDialect dialect, string connection, string description, IReadOnlyCollection<string> clientIds) : IAsyncDisposable
{
    private const int PageSize = 500;

    private static readonly string[] KnownColumns =
    [
        "client_id", "app_id", "enterprise_id", "enterprise_name", "enterprise_url", "team_id", "team_name", "bot_token", "bot_id", "bot_user_id", "bot_scopes", "bot_refresh_token", "bot_token_expires_at",
        "user_id", "user_token", "user_scopes", "user_refresh_token", "user_token_expires_at", "incoming_webhook_url", "incoming_webhook_channel", "incoming_webhook_channel_id",
        "incoming_webhook_configuration_url", "is_enterprise_install", "token_type", "installed_at",
    ];

    private readonly DbConnection _connection = dialect.Connect(connection);

    /// <summary>What may be shown of the connection.</summary>
    internal string Description => description;

    /// <summary>Counts the bots or users of a table, or its rows.</summary>
    /// <exception cref="ToolException">The database cannot be read, or has no such table.</exception>
    internal async ValueTask<long> CountAsync(SlackSdkTable table, bool everyRow, CancellationToken cancellationToken)
    {
        var columns = await ReadColumnsAsync(table, cancellationToken).ConfigureAwait(false);
        var key = string.Join(", ", Key(table, columns).Select((expression, i) => string.Create(CultureInfo.InvariantCulture, $"{expression} AS k{i}")));
        var counts = await QueryAsync(
            everyRow ? $"SELECT COUNT(*) FROM {Source(table)}" : $"SELECT COUNT(*) FROM (SELECT DISTINCT {key} FROM {Source(table)}) AS records",
            row => Convert.ToInt64(row.GetValue(0), CultureInfo.InvariantCulture),
            cancellationToken).ConfigureAwait(false);
        return counts[0];
    }

    /// <summary>Reads a table: by app, workspace and user, and of one of them by installed-at.</summary>
    /// <exception cref="ToolException">The database cannot be read, or has no such table.</exception>
    internal async IAsyncEnumerable<SlackSdkRow> ReadAsync(SlackSdkTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var columns = await ReadColumnsAsync(table, cancellationToken).ConfigureAwait(false);
        var ids = await QueryAsync(
            $"SELECT id FROM {Source(table)} ORDER BY {string.Join(", ", Key(table, columns))}, installed_at, id",
            row => Convert.ToInt64(row.GetValue(0), CultureInfo.InvariantCulture),
            cancellationToken).ConfigureAwait(false);
        foreach (var page in ids.Chunk(PageSize))
        {
            // Whole numbers that the database gave need no parameters, of which some engines take few.
            var rows = await QueryAsync(
                $"SELECT id, {string.Join(", ", columns)} FROM {dialect.Quote(table.Name)} WHERE id IN ({string.Join(',', page.Select(id => id.ToString(CultureInfo.InvariantCulture)))})",
                row => ReadRow(row, columns),
                cancellationToken).ConfigureAwait(false);
            var byId = rows.ToDictionary(row => row.Id);
            foreach (var row in page.Where(byId.ContainsKey).Select(id => byId[id]))
            {
                yield return row;
            }
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static SlackSdkRow ReadRow(DbDataReader reader, IReadOnlyList<string> columns)
    {
        var values = new Dictionary<string, object?>(columns.Count, StringComparer.Ordinal);
        for (var i = 0; i < columns.Count; i++)
        {
            values[columns[i]] = Read(reader, i + 1);
        }

        return new SlackSdkRow(Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture), values);
    }

    /// <summary>A value; one that .NET has no value for, such as a year that PostgreSQL knows and .NET does not, as an object of no use.</summary>
    private static object? Read(DbDataReader reader, int column)
    {
        try
        {
            return reader.GetValue(column) is var value and not DBNull ? value : null;
        }
        catch (Exception exception) when (exception is InvalidCastException or OverflowException or ArgumentOutOfRangeException)
        {
            return new object();
        }
    }

    private string Source(SlackSdkTable table) =>
        clientIds.Count == 0 ? dialect.Quote(table.Name) : $"{dialect.Quote(table.Name)} WHERE {dialect.Exact("client_id")} IN ({string.Join(", ", clientIds.Select((_, i) => ParameterName(i)))})";

    private static string ParameterName(int index) => string.Create(CultureInfo.InvariantCulture, $"@c{index}");

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

    /// <summary>The columns that are there and known: older versions of slack_sdk made fewer, and apps add their own.</summary>
    private async ValueTask<IReadOnlyList<string>> ReadColumnsAsync(SlackSdkTable table, CancellationToken cancellationToken)
    {
        var names = await RunAsync(
            $"SELECT * FROM {dialect.Quote(table.Name)} WHERE 1 = 0",
            reader => Task.FromResult(Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToHashSet(StringComparer.OrdinalIgnoreCase)),
            cancellationToken).ConfigureAwait(false);
        return new[] { "id", "client_id", "enterprise_id", "team_id", "installed_at", table.Subject }.FirstOrDefault(column => !names.Contains(column)) is { } missing
            ? throw Failure($"the table {table.Name} has no column {missing}, so it is none of slack_sdk's. Name its tables by --from-set BotsTable=… and InstallationsTable=…")
            : [.. KnownColumns.Where(names.Contains)];
    }

    private Task<List<TValue>> QueryAsync<TValue>(string statement, Func<DbDataReader, TValue> read, CancellationToken cancellationToken) => RunAsync(
        statement,
        async reader =>
        {
            var values = new List<TValue>();
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                values.Add(read(reader));
            }

            return values;
        },
        cancellationToken);

    private async Task<TResult> RunAsync<TResult>(string statement, Func<DbDataReader, Task<TResult>> read, CancellationToken cancellationToken)
    {
        try
        {
            if (_connection.State == ConnectionState.Closed)
            {
                await _connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            }

            var command = _connection.CreateCommand();
            await using var ofCommand = command.ConfigureAwait(false);
            command.CommandText = statement;
            for (var i = 0; i < clientIds.Count; i++)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (ParameterName(i), clientIds.ElementAt(i));
                command.Parameters.Add(parameter);
            }

            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var ofReader = reader.ConfigureAwait(false);
            return await read(reader).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is DbException or InvalidCastException or FormatException)
        {
            throw Failure($"{exception.Message.AsSpan().TrimEnd('.').Trim()}. Look whether the database is there, has slack_sdk's tables, and lets this user SELECT from them.", exception);
        }
    }

    private ToolException Failure(string reason, Exception? cause = null) => new(ExitCodes.StoreFailure, $"{description} cannot be read: {reason.ReplaceLineEndings(" ")}", cause);
}
