using System.Globalization;
using System.Security.Cryptography;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;
using StackExchange.Redis;

namespace SlackOAuth.Stores.Redis.Tests;

public sealed class ProcessTests(RedisServer server)
{
    private const int States = 1000;
    private const int Processes = 2;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_of_1000_states_has_one_winner_among_64_consumers_in_two_processes()
    {
        var connectionString = await server.GetConnectionStringAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(connectionString);
        var prefix = new StoreScope().Name;
        var store = new RedisOAuthStateStore(Samples.Options(), connection, new RedisStoreOptions { KeyPrefix = prefix });
        var states = await Task.WhenAll(Enumerable.Range(0, States).Select(_ => store.IssueAsync(cancellationToken: Token).AsTask()));
        await connection.GetDatabase().ListRightPushAsync(prefix + "states", [.. states.Select(state => (RedisValue)state)]);

        var won = await Task.WhenAll(Enumerable.Range(0, Processes).Select(_ => SecondProcess.RunAsync<Consumers>(connectionString, prefix, Processes.ToString(CultureInfo.InvariantCulture))));

        Assert.Equal(states.Order(StringComparer.Ordinal), won.SelectMany(lines => lines).Order(StringComparer.Ordinal));
        Assert.All(won, lines => Assert.NotEmpty(lines));
        await connection.GetDatabase().KeyDeleteAsync([prefix + "states", prefix + "ready"]);
    }

    /// <summary>32 consumers, which begin when all processes are there, each with every state in an order of its own. It gives the states that it won.</summary>
    public sealed class Consumers : ISecondProcess
    {
        private const int Count = 32;

        public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<string> arguments)
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(arguments[0]);
            var database = connection.GetDatabase();
            var store = new RedisOAuthStateStore(Samples.Options(), connection, new RedisStoreOptions { KeyPrefix = arguments[1] });
            var states = (await database.ListRangeAsync(arguments[1] + "states")).Select(state => state.ToString()).ToArray();
            for (var ready = await database.StringIncrementAsync(arguments[1] + "ready"); ready < int.Parse(arguments[2], CultureInfo.InvariantCulture);)
            {
                ready = (long)await database.StringGetAsync(arguments[1] + "ready");
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
        }
    }
}
