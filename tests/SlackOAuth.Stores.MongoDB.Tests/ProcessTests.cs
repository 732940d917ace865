using System.Security.Cryptography;
using MongoDB.Bson;
using MongoDB.Driver;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.MongoDB.Tests;

public sealed class ProcessTests(MongoDBServer server) : IAsyncLifetime
{
    private const int States = 1000;
    private const int Processes = 2;

    private readonly MongoDBDatabases _databases = new(server);
    private readonly string _scope = new StoreScope().Name;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _databases.DisposeAsync();

    [Fact]
    public async Task Each_of_1000_states_has_one_winner_among_64_consumers_in_two_processes()
    {
        var connectionString = await server.GetConnectionStringAsync();
        var (client, options) = await _databases.ConnectAsync(_scope);
        var store = new MongoDBOAuthStateStore(Samples.Options(), client, options);
        var states = await Task.WhenAll(Enumerable.Range(0, States).Select(_ => store.IssueAsync(cancellationToken: Token).AsTask()));
        await _databases.Collection(_scope, "race").InsertOneAsync(new BsonDocument { { "_id", 1 }, { "ready", 0 } }, cancellationToken: Token);

        var won = await Task.WhenAll(Enumerable.Range(0, Processes).Select(_ => SecondProcess.RunAsync<Consumers>([connectionString, _scope, .. states])));

        Assert.Equal(states.Order(StringComparer.Ordinal), won.SelectMany(lines => lines).Order(StringComparer.Ordinal));
        Assert.All(won, lines => Assert.NotEmpty(lines));
    }

    /// <summary>32 consumers, which begin when all processes are there, each with every state in an order of its own. It gives the states that it won.</summary>
    public sealed class Consumers : ISecondProcess
    {
        private const int Count = 32;

        public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<string> arguments)
        {
            using var client = new MongoClient(MongoDBServer.Settings(arguments[0]));
            var race = client.GetDatabase(arguments[1]).GetCollection<BsonDocument>("race");
            var store = new MongoDBOAuthStateStore(Samples.Options(), client, new MongoDBStoreOptions { DatabaseName = arguments[1] });
            await race.UpdateOneAsync(new BsonDocument(), new BsonDocument("$inc", new BsonDocument("ready", 1)));
            while ((await race.Find(new BsonDocument()).SingleAsync())["ready"] < Processes)
            {
                await Task.Yield();
            }

            var won = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => Task.Run(async () =>
            {
                var mine = new List<string>();
                var order = arguments.Skip(2).ToArray();
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
        }
    }
}
