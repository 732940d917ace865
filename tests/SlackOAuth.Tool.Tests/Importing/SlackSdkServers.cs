using Microsoft.Data.SqlClient;
using Npgsql;
using SlackOAuth.Stores.TestBackends;
using SlackOAuth.Tool.Tests.Importing;

[assembly: AssemblyFixture(typeof(PostgreSqlServer))]
[assembly: AssemblyFixture(typeof(SqlServerServer))]

namespace SlackOAuth.Tool.Tests.Importing;

/// <summary>The PostgreSQL that the tests of the importers share.</summary>
public sealed class PostgreSqlServer() : EngineServer(Engine.PostgreSql)
{
    protected override async Task ProbeAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(cancellationToken);
    }
}

/// <summary>The SQL Server that the tests of the importers share.</summary>
public sealed class SqlServerServer() : EngineServer(Engine.SqlServer)
{
    protected override async Task ProbeAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new SqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        await command.ExecuteScalarAsync(cancellationToken);
    }
}
