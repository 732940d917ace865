using Microsoft.SqlServer.TransactSql.ScriptDom;
using SlackOAuth.Tool.Importing;

namespace SlackOAuth.Tool.Tests.Importing;

/// <summary>What can be known of the statements for SQL Server without a server: Microsoft's parser reads them, and they do nothing but read.</summary>
public sealed class SlackSdkStatementsTests
{
    public static TheoryData<string> Statements
    {
        get
        {
            var data = new TheoryData<string>();
            foreach (var table in new SlackSdkTable[] { new("slack_bots", "bot_token", IsOfUsers: false), new("app.slack_installations", "user_id", IsOfUsers: true) })
            {
                foreach (var clients in new[] { 0, 2 })
                {
                    var statements = new SlackSdkStatements(SlackSdkDialect.SqlServer, clients);
                    foreach (var columns in new[] { SlackSdkStatements.KnownColumns, ["client_id", "team_id"] })
                    {
                        data.Add(statements.CountRecords(table, columns));
                        data.Add(statements.ReadKeys(table, columns));
                        data.Add(statements.ReadRows(table, columns, [1, 2, long.MaxValue]));
                    }

                    data.Add(statements.CountRows(table));
                    data.Add(statements.ReadColumns(table));
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Statements))]
    public void Every_statement_is_one_that_selects(string statement)
    {
        foreach (var parser in new TSqlParser[] { new TSql130Parser(true), new TSql160Parser(true, SqlEngineType.SqlAzure) })
        {
            using var reader = new StringReader(statement);
            var script = (TSqlScript)parser.Parse(reader, out var errors);
            Assert.Empty(errors.Select(error => error.Message));
            Assert.IsType<SelectStatement>(Assert.Single(Assert.Single(script.Batches).Statements));
        }
    }

    [Theory]
    [InlineData("slack_bots; DROP TABLE x")]
    [InlineData("a.b.c")]
    [InlineData("")]
    [InlineData("x]y")]
    [InlineData("x\"y")]
    [InlineData("1x")]
    public void What_is_no_name_of_a_table_gets_into_no_statement(string name)
    {
        Assert.Equal(ExitCodes.Usage, Assert.Throws<ToolException>(new SlackSdkTableOptions { BotsTable = name }.Validate).ExitCode);
        Assert.Equal(ExitCodes.Usage, Assert.Throws<ToolException>(new SlackSdkTableOptions { InstallationsTable = name }.Validate).ExitCode);
    }
}
