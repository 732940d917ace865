using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores;
using SlackOAuth.Stores.TestBackends;

namespace SlackApp.Tests;

/// <summary>The sample's whole life on each store that it offers.</summary>
public sealed class StoreTests
{
    [Theory]
    [InlineData("file")]
    [InlineData("sqlite")]
    public async Task The_check_passes_on_a_store_of_this_machine(string store) => Assert.Equal(0, await Check.RunAsync([$"--store={store}"]));

    [Fact]
    public Task The_check_passes_on_Redis() => CheckAsync("redis", Engine.Redis);

    [Fact]
    public Task The_check_passes_on_PostgreSQL() => CheckAsync("postgresql", Engine.PostgreSql);

    [Fact]
    public Task The_check_passes_on_MongoDB() => CheckAsync("mongodb", Engine.MongoDB);

    [Fact]
    public Task The_check_passes_on_SQL_Server() => CheckAsync("sqlserver", Engine.SqlServer);

    [Fact]
    public Task The_check_passes_on_DynamoDB()
    {
        // Where the AWS SDK looks for them; DynamoDB Local takes any.
        foreach (var name in new[] { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY" })
        {
            Environment.SetEnvironmentVariable(name, Environment.GetEnvironmentVariable(name) ?? "local");
        }

        return CheckAsync("dynamodb", Engine.DynamoDB);
    }

    /// <summary>Without a server too: in globalization-invariant mode SQL Server's driver throws before it looks for one.</summary>
    [Fact]
    public async Task The_sample_runs_with_the_cultures_that_the_driver_of_SQL_Server_asks_for()
    {
        var settings = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "SlackApp.runtimeconfig.json"), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("System.Globalization.Invariant\"", settings, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_is_not_there_is_answered_with_those_that_are()
    {
        var failure = Assert.Throws<ArgumentException>(() => Choose("oracle", null));
        Assert.Contains("no store 'oracle'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("file, sqlite, redis, postgresql", failure.Message, StringComparison.Ordinal);
    }

    private static async Task CheckAsync(string store, Engine engine)
    {
        await using var server = new StoreServer(engine, store);
        Assert.Equal(0, await Check.RunAsync([$"--store={store}", $"--connection={await server.GetConnectionStringAsync()}"]));
    }

    private static ServiceProvider Choose(string store, string? connection)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("store", store), new("connection", connection)]).Build();
        var services = new ServiceCollection();
        services.AddSlackOAuthStores(options => options.ClientId = "probe").UseChosenStore(configuration, Path.GetTempPath());
        return services.BuildServiceProvider();
    }

    /// <summary>Asked by the store itself: it answers when the sample can use it.</summary>
    private sealed class StoreServer(Engine engine, string store) : EngineServer(engine)
    {
        protected override async Task ProbeAsync(string connectionString, CancellationToken cancellationToken)
        {
            await using var services = Choose(store, connectionString);
            await services.GetRequiredService<IInstallationStore>().FindBotAsync(WorkspaceId.ForTeam("T1"), cancellationToken);
        }
    }
}
