using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Data.SqlClient;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.SqlServer.Tests;

/// <summary>The tables of tests, told apart by their prefix, each behind a proxy of its own; dropped at the end.</summary>
public sealed class SqlServerTables(SqlServerServer server) : IEngineScopes
{
    private static readonly string[] Names = ["workspaces", "installations", "history", "states"];

    private readonly ConcurrentDictionary<string, TcpProxy> _proxies = new(StringComparer.Ordinal);
    private string? _connectionString;

    internal TcpProxy Proxy(string scope) => _proxies[scope];

    public TcpProxy? FindProxy(StoreScope scope) => Proxy(scope.Name);

    internal async ValueTask<SqlServerStoreOptions> OptionsAsync(string scope)
    {
        _connectionString = await server.GetConnectionStringAsync();
        var connection = new SqlConnectionStringBuilder(_connectionString);
        var (host, port) = Address(connection.DataSource);
        var proxy = _proxies.GetOrAdd(scope, _ => new TcpProxy(host, port));
        if (connection.HostNameInCertificate.Length == 0)
        {
            connection.HostNameInCertificate = host;
        }

        // A pool of the driver is one of the process, by its connection string: each scope has a port, and so a pool, of its own.
        (connection.DataSource, connection.MaxPoolSize) = (string.Create(CultureInfo.InvariantCulture, $"{TcpProxy.Host},{proxy.Port}"), 16);
        return new SqlServerStoreOptions { ConnectionString = connection.ConnectionString, TablePrefix = scope + "_" };
    }

    public async ValueTask<string> DumpAsync(StoreScope scope)
    {
        var dump = new StringBuilder();
        foreach (var name in await ExistingAsync(scope.Name))
        {
            await using var connection = await ConnectAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM {scope.Name}_{name} ORDER BY 1, 2";
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

    /// <summary>What was consumed is no state any more: its row keeps the claim until it would have expired.</summary>
    public ValueTask<long> CountStatesAsync(StoreScope scope) => CountStatesAsync(scope.Name);

    internal async ValueTask<long> CountStatesAsync(string scope) =>
        (await ExistingAsync(scope)).Count > 0 ? Convert.ToInt64(await RunAsync($"SELECT COUNT(*) FROM {scope}_states WHERE claim IS NULL"), CultureInfo.InvariantCulture) : 0;

    public async ValueTask AddUnknownFieldsAsync(StoreScope scope)
    {
        foreach (var name in await ExistingAsync(scope.Name))
        {
            var document = name == "workspaces" ? "bot" : "document";
            await RunAsync($"ALTER TABLE {scope.Name}_{name} ADD a_column_of_tomorrow nvarchar(10) NOT NULL DEFAULT N'more'");
            await RunAsync($$"""UPDATE {{scope.Name}}_{{name}} SET {{document}} = N'{"a_field_of_tomorrow":{"and":["more"]},' + SUBSTRING({{document}}, 2, LEN({{document}}))""");
        }
    }

    public async ValueTask DamageAsync(StoreScope scope, string appId)
    {
        foreach (var (name, document) in new[] { ("workspaces", "bot"), ("installations", "document"), ("history", "document") })
        {
            await RunAsync($"UPDATE {scope.Name}_{name} SET {document} = N'[]' WHERE {document} LIKE N'%{appId}%'");
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
        foreach (var (scope, proxy) in _proxies)
        {
            await proxy.DisposeAsync();
            foreach (var name in Names.Append("schema"))
            {
                await RunAsync($"IF OBJECT_ID(N'{scope}_{name}', N'U') IS NOT NULL DROP TABLE {scope}_{name}");
            }
        }
    }

    /// <summary>Of <c>tcp:host,port</c>, the form of the driver.</summary>
    private static (string Host, int Port) Address(string dataSource)
    {
        var address = (dataSource.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase) ? dataSource[4..] : dataSource).Split(',');
        Assert.False(address[0].Contains('\\', StringComparison.Ordinal), "SLACKOAUTH_TEST_SQLSERVER names an instance. Name its host and port: 'Server=host,port'.");
        return (address[0] is "." or "(local)" ? "localhost" : address[0], address.Length > 1 ? int.Parse(address[1], CultureInfo.InvariantCulture) : 1433);
    }

    private async ValueTask<SqlConnection> ConnectAsync()
    {
        var connection = new SqlConnection(_connectionString);
        await connection.OpenAsync();
        return connection;
    }

    private async ValueTask<IReadOnlyList<string>> ExistingAsync(string scope) => await RunAsync($"SELECT OBJECT_ID(N'{scope}_schema', N'U')") is int ? Names : [];
}
