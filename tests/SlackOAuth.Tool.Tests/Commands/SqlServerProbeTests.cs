using Microsoft.SqlServer.TransactSql.ScriptDom;
using SlackOAuth.Tool.Commands.Doctor;

namespace SlackOAuth.Tool.Tests.Commands;

/// <summary>What the doctor asks a SQL Server, read by Microsoft's own parser: there is no server in CI to ask.</summary>
public sealed class SqlServerProbeTests
{
    [Theory]
    [InlineData(SqlServerProbe.VersionQuery)]
    [InlineData(SqlServerProbe.ClockQuery)]
    [InlineData(SqlServerProbe.DatabaseQuery)]
    public void A_query_parses_for_SQL_Server_2016(string query)
    {
        new TSql130Parser(initialQuotedIdentifiers: true).Parse(new StringReader(query), out var errors);
        Assert.Empty(errors.Select(error => error.Message));
    }
}
