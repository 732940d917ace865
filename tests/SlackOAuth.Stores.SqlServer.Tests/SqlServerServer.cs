using Microsoft.Data.SqlClient;
using SlackOAuth.Stores.TestBackends;

[assembly: AssemblyFixture(typeof(SlackOAuth.Stores.SqlServer.Tests.SqlServerServer))]

namespace SlackOAuth.Stores.SqlServer.Tests;

/// <summary>The SQL Server that the tests of this assembly share.</summary>
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
