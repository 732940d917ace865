using System.Globalization;
using System.Security.Cryptography;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.DynamoDB.Tests;

/// <summary>Over a DynamoDB Local of their own: it does one thing at a time, and 64,000 calls would keep all other tests waiting.</summary>
/// <param name="server">The server of this class.</param>
public sealed class ProcessTests(DynamoDBServer server) : IClassFixture<DynamoDBServer>
{
    private const int States = 1000;
    private const int Processes = 2;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_of_1000_states_has_one_winner_among_64_consumers_in_two_processes()
    {
        var url = await server.GetConnectionStringAsync();
        using var client = DynamoDBServer.Connect(url);
        var table = new StoreScope().Name;
        var store = new DynamoDBOAuthStateStore(Samples.Options(), client, new DynamoDBStoreOptions { TableName = table });
        var states = new List<string>();
        for (var i = 0; i < States; i++)
        {
            states.Add(await store.IssueAsync(cancellationToken: Token));
        }

        var list = DynamoDBKeys.Item("states", "states");
        list["states"] = new AttributeValue { S = string.Join(' ', states) };
        await client.PutItemAsync(table, list, Token);

        var won = await Task.WhenAll(Enumerable.Range(0, Processes).Select(_ => SecondProcess.RunAsync<Consumers>(url, table, Processes.ToString(CultureInfo.InvariantCulture))));

        Assert.Equal(states.Order(StringComparer.Ordinal), won.SelectMany(lines => lines).Order(StringComparer.Ordinal));
        Assert.All(won, lines => Assert.NotEmpty(lines));
        await DynamoDBScopes.DeleteTableAsync(client, table);
    }

    /// <summary>32 consumers, which begin when all processes are there, each with every state in an order of its own. It gives the states that it won.</summary>
    public sealed class Consumers : ISecondProcess
    {
        private const int Count = 32;

        public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<string> arguments)
        {
            var table = arguments[1];
            using var client = DynamoDBServer.Connect(arguments[0]);
            var store = new DynamoDBOAuthStateStore(Samples.Options(), client, new DynamoDBStoreOptions { TableName = table });
            var states = (await client.GetItemAsync(table, DynamoDBKeys.Item("states", "states"), consistentRead: true)).Item["states"].S.Split(' ');
            for (var ready = await ReadyAsync(1); ready < int.Parse(arguments[2], CultureInfo.InvariantCulture);)
            {
                ready = await ReadyAsync(0);
            }

            var won = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => Task.Run(async () =>
            {
                var mine = new List<string>();
                var order = states.ToArray();
                RandomNumberGenerator.Shuffle<string>(order);
                foreach (var state in order)
                {
                    if (await store.ConsumeAsync(state) is not null)
                    {
                        mine.Add(state);
                    }
                }

                return mine;
            })));
            return [.. won.SelectMany(mine => mine)];

            async Task<int> ReadyAsync(int more)
            {
                var counted = await client.UpdateItemAsync(new UpdateItemRequest
                {
                    TableName = table,
                    Key = DynamoDBKeys.Item("ready", "ready"),
                    UpdateExpression = "ADD ready :more",
                    ExpressionAttributeValues = new() { [":more"] = DynamoDBKeys.Number(more) },
                    ReturnValues = ReturnValue.ALL_NEW,
                });
                return int.Parse(counted.Attributes["ready"].N, CultureInfo.InvariantCulture);
            }
        }
    }
}
