using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Npgsql;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.PostgreSql.Tests;

/// <summary>The tables of tests, told apart by their prefix, each behind a proxy of its own; dropped at the end.</summary>
public sealed class PostgreSqlTables(PostgreSqlServer server) : IEngineScopes
{
    private static readonly string[] Names = ["workspaces", "installations", "history", "states"];

    private readonly ConcurrentDictionary<string, TcpProxy> _proxies = new(StringComparer.Ordinal);
    private NpgsqlDataSource? _direct;

    internal TcpProxy Proxy(string scope) => _proxies[scope];

    public TcpProxy? FindProxy(StoreScope scope) => Proxy(scope.Name);

    internal async ValueTask<PostgreSqlStoreOptions> OptionsAsync(string scope)
    {
        var connection = new NpgsqlConnectionStringBuilder(await server.GetConnectionStringAsync());
        _direct ??= NpgsqlDataSource.Create(connection);
        var proxy = _proxies.GetOrAdd(scope, _ => new TcpProxy(connection.Host!, connection.Port));

        // Two instances of two tests at a time, and the server takes 100 connections.
        (connection.Host, connection.Port, connection.MaxPoolSize) = (TcpProxy.Host, proxy.Port, 16);

        // To cancel a call the driver opens a connection, and where nothing answers it waits twice as long for one that may be encrypted.
        connection.SslMode = connection.SslMode == SslMode.Prefer ? SslMode.Disable : connection.SslMode;
        return new PostgreSqlStoreOptions { ConnectionString = connection.ConnectionString, TablePrefix = scope + "_" };
    }

    public async ValueTask<string> DumpAsync(StoreScope scope)
    {
        var dump = new StringBuilder();
        foreach (var name in await ExistingAsync(scope.Name))
        {
            await using var command = _direct!.CreateCommand($"SELECT * FROM {scope.Name}_{name} ORDER BY 1, 2");
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

    /// <summary>Every row of the scope's tables, in PostgreSQL's own binary form.</summary>
    internal async ValueTask<IReadOnlyList<byte[]>> CopyAsync(string scope)
    {
        var tables = new List<byte[]>();
        await using var connection = await _direct!.OpenConnectionAsync();
        foreach (var name in await ExistingAsync(scope))
        {
            await using var copy = await connection.BeginRawBinaryCopyAsync($"COPY {scope}_{name} TO STDOUT (FORMAT BINARY)");
            using var bytes = new MemoryStream();
            await copy.CopyToAsync(bytes);
            tables.Add(bytes.ToArray());
        }

        return tables;
    }

    /// <summary>What was consumed is no state any more: its row keeps the claim until it would have expired.</summary>
    public ValueTask<long> CountStatesAsync(StoreScope scope) => CountStatesAsync(scope.Name);

    internal async ValueTask<long> CountStatesAsync(string scope) =>
        (await ExistingAsync(scope)).Count > 0 ? Convert.ToInt64(await RunAsync($"SELECT COUNT(*) FROM {scope}_states WHERE claim IS NULL"), CultureInfo.InvariantCulture) : 0;

    public async ValueTask AddUnknownFieldsAsync(StoreScope scope)
    {
        foreach (var name in await ExistingAsync(scope.Name))
        {
            var document = name == "workspaces" ? "bot" : "document";
            await RunAsync($"ALTER TABLE {scope.Name}_{name} ADD COLUMN a_column_of_tomorrow text NOT NULL DEFAULT 'more'");
            await RunAsync($$"""UPDATE {{scope.Name}}_{{name}} SET {{document}} = ('{"a_field_of_tomorrow":{"and":["more"]},' || SUBSTR({{document}}::text, 2))::json""");
        }
    }

    /// <summary>The column takes no text that is no JSON: it is JSON that is no record then.</summary>
    public async ValueTask DamageAsync(StoreScope scope, string appId)
    {
        foreach (var (name, document) in new[] { ("workspaces", "bot"), ("installations", "document"), ("history", "document") })
        {
            await RunAsync($"UPDATE {scope.Name}_{name} SET {document} = '[]' WHERE {document}::text LIKE '%{appId}%'");
        }
    }

    internal async ValueTask<object?> RunAsync(string statement)
    {
        await using var command = _direct!.CreateCommand(statement);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (scope, proxy) in _proxies)
        {
            await proxy.DisposeAsync();
            await RunAsync($"DROP TABLE IF EXISTS {string.Join(", ", Names.Append("schema").Select(name => $"{scope}_{name}"))}");
        }

        if (_direct is not null)
        {
            await _direct.DisposeAsync();
        }
    }

    private async ValueTask<IReadOnlyList<string>> ExistingAsync(string scope) => await RunAsync($"SELECT to_regclass('{scope}_schema')::text") is string ? Names : [];
}
