using System.Globalization;
using Amazon.DynamoDBv2.Model;

namespace SlackOAuth.Stores.DynamoDB.Tests;

/// <summary>Sentence 24, by what DynamoDB says that a call took: requests, and the capacity units that the README names.</summary>
public sealed class CostTests(DynamoDBServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_cost_the_same_among_100000_workspaces_and_after_1000_saves_as_before()
    {
        await using var scope = new OwnTable(await server.GetConnectionStringAsync());
        var states = scope.States;
        var keeping = new DynamoDBInstallationStore(
            Samples.Options(options => options.HistoryEnabled = true),
            new DynamoDBTable(new DynamoDBStoreOptions { TableName = scope.Name }, scope.Client) { MostWrites = DynamoDBServer.MostWrites },
            TimeProvider.System);
        foreach (var (store, team) in new[] { (scope.Installations, "T1"), (keeping, "T2") })
        {
            for (var i = 1; i <= 20; i++)
            {
                await store.SaveAsync(Samples.Installation(i, team), Token);
            }
        }

        var before = await CountBothAsync(100);
        Assert.All(before, cost => Assert.StartsWith("1 request", cost, StringComparison.Ordinal));
        foreach (var (store, team) in new[] { (scope.Installations, "T1"), (keeping, "T2") })
        {
            for (var i = 200; i < 1200; i++)
            {
                await store.SaveAsync(Samples.Installation(i, team), Token);
            }

            for (var i = 0; i < 100; i++)
            {
                await store.SaveAsync(Samples.Installation(i, team, "other" + i), Token);
            }
        }

        var bot = (await scope.Client.GetItemAsync(scope.Name, DynamoDBKeys.Item("workspace#1.2##T1", DynamoDBKeys.Bot), Token)).Item[DynamoDBKeys.Document];
        await Parallel.ForEachAsync(Enumerable.Range(0, 100_000).Chunk(25), Token, async (chunk, token) => await scope.Client.BatchWriteItemAsync(
            new BatchWriteItemRequest
            {
                RequestItems = new()
                {
                    [scope.Name] = [.. chunk.Select(i => new WriteRequest(new PutRequest(new(DynamoDBKeys.Item($"workspace#1.2##N{i}", DynamoDBKeys.Bot)) { [DynamoDBKeys.Document] = bot })))],
                },
            },
            token));
        Assert.Equal(before, await CountBothAsync(5000));

        async Task<string[]> CountBothAsync(int next) => [.. await CountAllAsync(scope.Installations, "T1", next), .. await CountAllAsync(keeping, "T2", next)];

        async Task<string[]> CountAllAsync(DynamoDBInstallationStore store, string team, int next)
        {
            var (workspace, state) = (WorkspaceId.ForTeam(team), await states.IssueAsync(cancellationToken: Token));
            return
            [
                await CountAsync(async () => await store.FindBotAsync(workspace, Token)),
                await CountAsync(async () => await store.FindInstallationAsync(workspace, "U1", Token)),
                await CountAsync(async () => await store.FindInstallationAsync(workspace, null, Token)),
                await CountAsync(async () => await store.SaveAsync(Samples.Installation(next, team), Token)),
                await CountAsync(async () => await store.SaveBotAsync(Samples.Installation(next + 1, team).ToBot()!, Token)),
                await CountAsync(async () => await states.IssueAsync(cancellationToken: Token)),
                await CountAsync(async () => await states.ConsumeAsync(state, cancellationToken: Token)),
            ];
        }

        async Task<string> CountAsync(Func<Task> call)
        {
            var earlier = scope.Client.Cost;
            await call();
            var later = scope.Client.Cost;
            return string.Create(CultureInfo.InvariantCulture, $"{later.Requests - earlier.Requests} request, {later.Units - earlier.Units} units");
        }
    }

    [Fact]
    public async Task Lookups_cost_what_the_README_says()
    {
        await using var scope = new OwnTable(await server.GetConnectionStringAsync());
        await scope.Installations.SaveAsync(Samples.Installation(1), Token);
        var before = scope.Client.Cost.Units;
        await scope.Installations.FindBotAsync(Samples.Workspace, Token);
        Assert.Equal(1, scope.Client.Cost.Units - before);
        await scope.Installations.FindInstallationAsync(Samples.Workspace, "U1", Token);
        Assert.Equal(1 + 4, scope.Client.Cost.Units - before);

        var loose = new DynamoDBInstallationStore(Samples.Options(), scope.Client, new DynamoDBStoreOptions { TableName = scope.Name, ConsistentReads = false });
        await loose.FindBotAsync(Samples.Workspace, Token);
        Assert.Equal(1 + 4 + 0.5, scope.Client.Cost.Units - before);
        Assert.Equal(Samples.Installation(1), await loose.FindInstallationAsync(Samples.Workspace, null, Token));
        Assert.Equal(1 + 4 + 0.5 + 1, scope.Client.Cost.Units - before);
    }

    [Fact]
    public async Task A_save_that_is_older_than_what_is_stored_takes_a_second_request()
    {
        await using var scope = new OwnTable(await server.GetConnectionStringAsync());
        await scope.Installations.SaveAsync(Samples.Installation(2), Token);
        var before = scope.Handler.Requests;
        await scope.Installations.SaveAsync(Samples.Installation(1, userId: "U2"), Token);
        Assert.Equal(2, scope.Handler.Requests - before);
        Assert.Equal(Samples.Installation(2), await scope.Installations.FindInstallationAsync(Samples.Workspace, null, Token));
        Assert.Equal(Samples.Installation(1, userId: "U2").WithBot(Samples.Installation(2).ToBot()), await scope.Installations.FindInstallationAsync(Samples.Workspace, "U2", Token));
    }
}
