using System.Text;
using SlackOAuth.Stores;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.DynamoDB.Tests;
using SlackOAuth.Stores.FileSystem.Tests;
using SlackOAuth.Stores.MongoDB.Tests;
using SlackOAuth.Stores.PostgreSql.Tests;
using SlackOAuth.Stores.Redis.Tests;
using SlackOAuth.Stores.Sqlite.Tests;
using SlackOAuth.Stores.SqlServer.Tests;
using SlackOAuth.Stores.Tests;

namespace Package.Tests;

/// <summary>The README's table of what each store can do is what the stores' own fixtures declare, and so what the suite has shown.</summary>
public sealed class CapabilityTableTests
{
    private const string Begin = "<!-- capabilities: made from the flags of the stores' fixtures, see tests/Package.Tests/CapabilityTableTests.cs -->\n";
    private const string End = "<!-- /capabilities -->\n";

    private static readonly Column[] Columns =
    [
        new("In memory", new InMemoryInstallationFixture(), new InMemoryStateFixture()),
        new("File system", new FileSystemInstallationFixture(), new FileSystemStateFixture()),
        new("Redis", new RedisInstallationFixture(new RedisServer()), new RedisStateFixture(new RedisServer())),
        new("MongoDB", new MongoDBInstallationFixture(new MongoDBServer()), new MongoDBStateFixture(new MongoDBServer())),
        new("DynamoDB", new DynamoDBInstallationFixture(new DynamoDBServer()), new DynamoDBStateFixture(new DynamoDBServer())),
        new("SQLite", new SqliteInstallationFixture(), new SqliteStateFixture()),
        new("PostgreSQL", new PostgreSqlInstallationFixture(new PostgreSqlServer()), new PostgreSqlStateFixture(new PostgreSqlServer())),
        new("SQL Server", new SqlServerInstallationFixture(new SqlServerServer()), new SqlServerStateFixture(new SqlServerServer())),
    ];

    private static readonly Row[] Rows =
    [
        new("Writes of one instance or process are seen by another at once", StoreCapabilities.SecondInstance),
        new("An installation and its bot are seen together or not at all", StoreCapabilities.AtomicSave),
        new("Lists everything it holds", StoreCapabilities.Listing),
        new("Lists the apps it holds something of", StoreCapabilities.AppListing),
        new("Keeps history, when switched on", StoreCapabilities.History),
        new("Removes history of before a time", StoreCapabilities.HistoryTrimming),
        new("Lets one process at a time rotate a token", StoreCapabilities.RotationLeases),
        new("Prepares its engine, or prints the script that does", StoreCapabilities.Preparation),
        new("Purges expired states on demand", StoreCapabilities.Purging),
    ];

    [Fact]
    public void The_readme_shows_what_the_fixtures_declare()
    {
        var readme = Repository.Read("README.md");
        var from = readme.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var shown = readme[from..readme.IndexOf(End, from, StringComparison.Ordinal)];
        Assert.True(shown == Table(), $"README.md has to hold this table:{Environment.NewLine}{Table()}");
    }

    [Fact]
    public void The_readme_says_which_stores_are_held_to_native_AOT()
    {
        (string Column, string Project)[] stores =
        [
            ("File system", "FileSystem"), ("Redis", "Redis"), ("MongoDB", "MongoDB"), ("DynamoDB", "DynamoDB"), ("SQLite", "Sqlite"), ("PostgreSQL", "PostgreSql"), ("SQL Server", "SqlServer"),
        ];
        var answers = stores.Select(store => Repository.Read($"src/SlackOAuth.Stores.{store.Project}/SlackOAuth.Stores.{store.Project}.csproj")
            .Contains("<IsAotCompatible>false", StringComparison.Ordinal) ? "no" : "yes");
        var readme = Repository.Read("README.md");
        Assert.Contains($"| | {string.Join(" | ", stores.Select(store => store.Column))} |\n", readme, StringComparison.Ordinal);
        Assert.Contains($"| Native AOT | {string.Join(" | ", answers)} |\n", readme, StringComparison.Ordinal);
    }

    private static string Table()
    {
        var table = new StringBuilder();
        table.Append("| Beyond what every store does |").AppendJoin("|", Columns.Select(column => $" {column.Name} ")).Append("|\n");
        table.Append("| --- |").AppendJoin("|", Columns.Select(_ => " --- ")).Append("|\n");
        foreach (var row in Rows)
        {
            table.Append($"| {row.Says} |").AppendJoin("|", Columns.Select(column => column.Can(row.Capability) ? " yes " : " no ")).Append("|\n");
        }

        return table.ToString();
    }

    private sealed record Row(string Says, StoreCapabilities Capability);

    private sealed record Column(string Name, StoreFixture<IInstallationStore> Installations, StoreFixture<IOAuthStateStore> States)
    {
        // What concerns one contract alone is declared by that contract's fixture; what both can do, both have to declare.
        internal bool Can(StoreCapabilities capability) => capability switch
        {
            StoreCapabilities.AtomicSave or StoreCapabilities.Listing or StoreCapabilities.AppListing or StoreCapabilities.History or StoreCapabilities.HistoryTrimming
                or StoreCapabilities.RotationLeases =>
                Installations.Capabilities.HasFlag(capability),
            StoreCapabilities.Purging => States.Capabilities.HasFlag(capability),
            _ => Installations.Capabilities.HasFlag(capability) && States.Capabilities.HasFlag(capability),
        };
    }
}
