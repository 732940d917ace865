using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Tests.Stores;

public sealed class StoreNotationTests
{
    private const string Secret = "s3cr3t-pa55";

    [Theory]
    [InlineData("file:./data", StoreScheme.File, "./data", "file:./data")]
    [InlineData("FILE:C:\\data", StoreScheme.File, "C:\\data", "file:C:\\data")]
    [InlineData("redis:localhost:6379", StoreScheme.Redis, "localhost:6379", "redis:localhost:6379")]
    [InlineData("redis:a:1,b:2,password=" + Secret + ",defaultDatabase=3", StoreScheme.Redis, "a:1,b:2,password=" + Secret + ",defaultDatabase=3", "redis:a:1,b:2/3")]
    [InlineData("mongodb:mongodb://u:" + Secret + "@host:27017/app", StoreScheme.MongoDB, "mongodb://u:" + Secret + "@host:27017/app", "mongodb:host:27017/app")]
    [InlineData("mongodb://host/app", StoreScheme.MongoDB, "mongodb://host/app", "mongodb:host:27017/app")]
    [InlineData("dynamodb:", StoreScheme.DynamoDB, "", "dynamodb:SlackOAuth")]
    [InlineData("dynamodb", StoreScheme.DynamoDB, "", "dynamodb:SlackOAuth")]
    [InlineData("dynamodb:Tokens", StoreScheme.DynamoDB, "Tokens", "dynamodb:Tokens")]
    [InlineData("sqlserver:Server=db;Database=app;User ID=sa;Password=" + Secret, StoreScheme.SqlServer, "Server=db;Database=app;User ID=sa;Password=" + Secret, "sqlserver:db/app")]
    [InlineData("postgres:Host=db;Database=app;Username=u;Password=" + Secret, StoreScheme.PostgreSql, "Host=db;Database=app;Username=u;Password=" + Secret, "postgres:db:5432/app")]
    [InlineData("sqlite:./x.db", StoreScheme.Sqlite, "./x.db", "sqlite:./x.db")]
    [InlineData("bolt-python:./data", StoreScheme.BoltPython, "./data", "bolt-python:./data")]
    [InlineData("bolt-js:./data", StoreScheme.BoltJs, "./data", "bolt-js:./data")]
    [InlineData("bolt-java:./data", StoreScheme.BoltJava, "./data", "bolt-java:./data")]
    [InlineData("bolt-python+sqlite:./x.db", StoreScheme.BoltPythonSqlite, "./x.db", "bolt-python+sqlite:./x.db")]
    [InlineData("bolt-python+postgres:Host=db;Database=app;Password=" + Secret, StoreScheme.BoltPythonPostgreSql, "Host=db;Database=app;Password=" + Secret, "bolt-python+postgres:db:5432/app")]
    [InlineData("bolt-python+sqlserver:Server=db;Password=" + Secret, StoreScheme.BoltPythonSqlServer, "Server=db;Password=" + Secret, "bolt-python+sqlserver:db")]
    public void A_notation_is_a_scheme_and_a_connection_and_is_described_without_credentials(string text, object scheme, string connection, string description)
    {
        var notation = Parse(text);
        Assert.Equal(scheme, notation.Scheme);
        Assert.Equal(connection, notation.Connection);
        Assert.Equal(description, notation.Description);
        Assert.Equal(description, notation.ToString());
        Assert.Equal(text.Contains(Secret, StringComparison.Ordinal), notation.Secrets.Contains(Secret));
    }

    [Theory]
    [InlineData("redis:env:CONNECTION", "redis:host:6379")]
    [InlineData("env:NOTATION", "redis:host:6379")]
    [InlineData("env:MONGO", "mongodb:m:27017/app")]
    public void The_connection_or_all_of_it_may_stand_in_the_environment(string text, string description) => Assert.Equal(description, Parse(text).Description);

    [Theory]
    [InlineData("env:MISSING", "MISSING")]
    [InlineData("redis:env:MISSING", "MISSING")]
    [InlineData("env:EMPTY", "EMPTY")]
    [InlineData("env:", "env:NAME")]
    [InlineData("env:a b", "env:NAME")]
    [InlineData("mysql:Server=x", "'mysql'")]
    [InlineData("./data", "file:./data")]
    [InlineData("", "file:")]
    [InlineData("file:", "file:./data")]
    [InlineData("redis:", "redis:localhost:6379")]
    public void What_is_no_notation_is_answered_with_what_to_write(string text, string named)
    {
        var failure = Assert.Throws<ToolException>(() => Parse(text));
        Assert.Equal(ExitCodes.Usage, failure.ExitCode);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Theory]
    [InlineData("Host=db;Password=" + Secret)]
    [InlineData("u:" + Secret + "@db")]
    [InlineData(Secret)]
    [InlineData("postgres:Host=db;Password=x;" + Secret + "=1")]
    [InlineData("postgres://u:" + Secret + "@db/app")]
    [InlineData("redis://:" + Secret + "@db:6379")]
    [InlineData("sqlserver:Server=db;" + Secret + "=x")]
    [InlineData("sqlserver:Server=db;" + Secret)]
    [InlineData("mongodb:u:" + Secret + "@host")]
    [InlineData("redis:localhost,abortConnect=" + Secret)]
    [InlineData("env:" + Secret)]
    public void An_error_repeats_no_connection(string text)
    {
        var failure = Assert.Throws<ToolException>(() => Parse(text));
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
    }

    private static StoreNotation Parse(string text) => StoreNotation.Parse(text, name => name switch
    {
        "CONNECTION" => "host:6379",
        "NOTATION" => "redis:host:6379",
        "MONGO" => "mongodb://m/app",
        "EMPTY" => "",
        _ => null,
    });
}
