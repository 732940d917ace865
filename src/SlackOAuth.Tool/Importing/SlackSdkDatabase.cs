using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace SlackOAuth.Tool.Importing;

/// <summary>Reads slack_sdk's tables with nothing but the right to SELECT.</summary>
/// <remarks>The keys of the rows are read first, in order, and then the rows a page at a time: no statement stays open while the records are being saved elsewhere, which would hold off the app's writes to an SQLite file.</remarks>
/// <param name="dialect">The engine.</param>
/// <param name="connection">The connection string, or the path of the file.</param>
/// <param name="description">What may be shown of it.</param>
/// <param name="clientIds">The apps to read; none for every app.</param>
internal sealed class SlackSdkDatabase(SlackSdkDialect dialect, string connection, string description, IReadOnlyCollection<string> clientIds) : IAsyncDisposable
{
    private const int PageSize = 500;

    private readonly DbConnection _ofReading = dialect.Connect(connection);
    private readonly SlackSdkStatements _statements = new(dialect, clientIds.Count);

    /// <summary>What may be shown of the connection.</summary>
    internal string Description => description;

    /// <summary>Counts the bots or users of a table, or its rows, over a connection of its own: the count for a progress bar runs while the rows are read.</summary>
    /// <exception cref="ToolException">The database cannot be read, or has no such table.</exception>
    internal async ValueTask<long> CountAsync(SlackSdkTable table, bool everyRow, CancellationToken cancellationToken)
    {
        var ofCount = dialect.Connect(connection);
        await using var disposing = ofCount.ConfigureAwait(false);
        var columns = await ReadColumnsAsync(ofCount, table, cancellationToken).ConfigureAwait(false);
        var counts = await QueryAsync(
            ofCount,
            everyRow ? _statements.CountRows(table) : _statements.CountRecords(table, columns),
            row => Convert.ToInt64(row.GetValue(0), CultureInfo.InvariantCulture),
            cancellationToken).ConfigureAwait(false);
        return counts[0];
    }

    /// <summary>Reads a table: by app, workspace and user, and of one of them by installed-at.</summary>
    /// <exception cref="ToolException">The database cannot be read, or has no such table.</exception>
    internal async IAsyncEnumerable<SlackSdkRow> ReadAsync(SlackSdkTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var columns = await ReadColumnsAsync(_ofReading, table, cancellationToken).ConfigureAwait(false);
        var ids = await QueryAsync(
            _ofReading,
            _statements.ReadKeys(table, columns),
            row => Convert.ToInt64(row.GetValue(0), CultureInfo.InvariantCulture),
            cancellationToken).ConfigureAwait(false);
        foreach (var page in ids.Chunk(PageSize))
        {
            var rows = await QueryAsync(_ofReading, _statements.ReadRows(table, columns, page), row => ReadRow(row, columns), cancellationToken).ConfigureAwait(false);
            var byId = rows.ToDictionary(row => row.Id);
            foreach (var row in page.Where(byId.ContainsKey).Select(id => byId[id]))
            {
                yield return row;
            }
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _ofReading.DisposeAsync();

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

    /// <summary>The columns that are there and known: older versions of slack_sdk made fewer, and apps add their own.</summary>
    private async ValueTask<IReadOnlyList<string>> ReadColumnsAsync(DbConnection over, SlackSdkTable table, CancellationToken cancellationToken)
    {
        var names = await RunAsync(
            over,
            _statements.ReadColumns(table),
            reader => Task.FromResult(Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToHashSet(StringComparer.OrdinalIgnoreCase)),
            cancellationToken).ConfigureAwait(false);
        return new[] { "id", "client_id", "enterprise_id", "team_id", "installed_at", table.Subject }.FirstOrDefault(column => !names.Contains(column)) is { } missing
            ? throw Failure($"the table {table.Name} has no column {missing}, so it is none of slack_sdk's. Name its tables by --from-set BotsTable=… and InstallationsTable=…")
            : [.. SlackSdkStatements.KnownColumns.Where(names.Contains)];
    }

    private Task<List<TValue>> QueryAsync<TValue>(DbConnection over, string statement, Func<DbDataReader, TValue> read, CancellationToken cancellationToken) => RunAsync(
        over,
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

    private async Task<TResult> RunAsync<TResult>(DbConnection over, string statement, Func<DbDataReader, Task<TResult>> read, CancellationToken cancellationToken)
    {
        try
        {
            if (over.State == ConnectionState.Closed)
            {
                await over.OpenAsync(cancellationToken).ConfigureAwait(false);
            }

            var command = over.CreateCommand();
            await using var ofCommand = command.ConfigureAwait(false);
            command.CommandText = statement;
            for (var i = 0; i < clientIds.Count; i++)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (SlackSdkStatements.ClientParameter(i), clientIds.ElementAt(i));
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
