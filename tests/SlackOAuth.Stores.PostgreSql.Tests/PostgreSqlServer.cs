using Npgsql;
using SlackOAuth.Stores.TestBackends;

[assembly: AssemblyFixture(typeof(SlackOAuth.Stores.PostgreSql.Tests.PostgreSqlServer))]

namespace SlackOAuth.Stores.PostgreSql.Tests;

/// <summary>The PostgreSQL that the tests of this assembly share.</summary>
public sealed class PostgreSqlServer() : EngineServer(Engine.PostgreSql)
{
    protected override async Task ProbeAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(cancellationToken);
    }
}
