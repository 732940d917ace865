using System.Text.Json;
using Microsoft.Data.Sqlite;
using SlackOAuth.Tool.Tests.Support;

namespace SlackOAuth.Tool.Tests.Commands;

public sealed class SchemaTests
{
    [Theory]
    [InlineData("sqlserver", "CREATE TABLE")]
    [InlineData("postgres", "CREATE TABLE")]
    [InlineData("sqlite", "CREATE TABLE")]
    [InlineData("dynamodb", "AWS::DynamoDB::Table")]
    [InlineData("mongodb", "expireAfterSeconds")]
    public async Task The_script_is_printed(string engine, string part)
    {
        var run = await ToolRun.RunAsync("schema", engine);
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Contains(part, run.Out, StringComparison.Ordinal);
        using var document = JsonDocument.Parse((await ToolRun.RunAsync("schema", engine, "--output", "json")).Out);
        Assert.Equal(run.Out.TrimEnd(), document.RootElement.GetProperty("script").GetString());
    }

    [Theory]
    [InlineData("sqlserver", "TablePrefix=mine_", "mine_installations")]
    [InlineData("postgres", "Schema=mine", "mine")]
    [InlineData("dynamodb", "TableName=Mine", "TableName: Mine")]
    [InlineData("mongodb", "CollectionPrefix=mine_", "mine_states")]
    public async Task Names_are_set(string engine, string setting, string part) =>
        Assert.Contains(part, (await ToolRun.RunAsync("schema", engine, "--set", setting)).Out, StringComparison.Ordinal);

    [Fact]
    public async Task The_printed_script_prepares_the_engine()
    {
        using var folder = new TemporaryFolder();
        await using (var connection = new SqliteConnection($"Data Source={folder.At("x.db")};Pooling=false"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The script is what is tested.
            command.CommandText = (await ToolRun.RunAsync("schema", "sqlite")).Out;
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var run = await ToolRun.RunAsync("list", $"sqlite:{folder.At("x.db")}", "--client-id", "1");
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
    }

    [Fact]
    public async Task An_engine_without_a_script_is_answered_with_those_that_have_one()
    {
        var run = await ToolRun.RunAsync("schema", "redis");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("'sqlserver' 'postgres' 'sqlite' 'dynamodb' 'mongodb'", run.Error, StringComparison.Ordinal);
    }
}
