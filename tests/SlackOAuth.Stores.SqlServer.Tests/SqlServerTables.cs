using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Data.SqlClient;

namespace SlackOAuth.Stores.SqlServer.Tests;

/// <summary>The tables of tests, told apart by their prefix; dropped at the end. They fail as tables do that are gone.</summary>
internal sealed class SqlServerTables(SqlServerServer server) : IAsyncDisposable
{
    private static readonly string[] Names = ["workspaces", "installations", "history", "states"];

    private readonly ConcurrentDictionary<string, bool> _scopes = new(StringComparer.Ordinal);
    private string? _connectionString;

    internal async ValueTask<SqlServerStoreOptions> OptionsAsync(string scope)
    {
        _connectionString = await server.GetConnectionStringAsync();
        _scopes[scope] = true;
        return new SqlServerStoreOptions { ConnectionString = _connectionString, TablePrefix = scope + "_" };
    }

    internal async ValueTask<string> DumpAsync(string scope)
    {
        var dump = new StringBuilder();
        foreach (var name in await ExistingAsync(scope))
        {
            await using var connection = await ConnectAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM {scope}_{name} ORDER BY 1, 2";
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                dump.Append(name);
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    dump.Append(' ').Append(reader.GetValue(i) switch { byte[] bytes => Convert.ToHexString(bytes), DateTime time => time.ToString("O"), var value => value });
                }

                dump.AppendLine();
            }
        }

        return dump.ToString();
    }

    internal async ValueTask<long> CountStatesAsync(string scope) =>
        (await ExistingAsync(scope)).Count > 0 ? Convert.ToInt64(await RunAsync($"SELECT COUNT(*) FROM {scope}_states"), CultureInfo.InvariantCulture) : 0;

    internal async ValueTask RenameAsync(string scope, string from, string to)
    {
        foreach (var name in Names)
        {
            await RunAsync($"EXEC sp_rename '{scope}{from}{name}', '{scope}{to}{name}'");
        }
    }

    internal async ValueTask AddUnknownFieldsAsync(string scope)
    {
        foreach (var name in await ExistingAsync(scope))
        {
            var document = name == "workspaces" ? "bot" : "document";
            await RunAsync($"ALTER TABLE {scope}_{name} ADD a_column_of_tomorrow nvarchar(10) NOT NULL DEFAULT N'more'");
            await RunAsync($$"""UPDATE {{scope}}_{{name}} SET {{document}} = N'{"a_field_of_tomorrow":{"and":["more"]},' + SUBSTRING({{document}}, 2, LEN({{document}}))""");
        }
    }

    internal async ValueTask<object?> RunAsync(string statement)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var scope in _scopes.Keys)
        {
            foreach (var name in Names.Append("schema"))
            {
                await RunAsync($"IF OBJECT_ID(N'{scope}_{name}', N'U') IS NOT NULL DROP TABLE {scope}_{name}");
            }
        }
    }

    private async ValueTask<SqlConnection> ConnectAsync()
    {
        var connection = new SqlConnection(_connectionString);
        await connection.OpenAsync();
        return connection;
    }

    private async ValueTask<IReadOnlyList<string>> ExistingAsync(string scope) => await RunAsync($"SELECT OBJECT_ID(N'{scope}_schema', N'U')") is int ? Names : [];
}
