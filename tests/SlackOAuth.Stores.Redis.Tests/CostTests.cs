using System.Globalization;
using StackExchange.Redis;

namespace SlackOAuth.Stores.Redis.Tests;

/// <summary>Sentence 24, by the server's own count of the commands it ran, those inside scripts included.</summary>
public sealed class CostTests(RedisServer server)
{
    private static readonly string[] DataCommands =
    [
        "hget", "hmget", "hset", "hdel", "hexists", "hgetall", "zadd", "zrem", "zrange", "zrevrange", "zrevrank", "zrangebylex", "zrevrangebylex", "eval", "evalsha", "get", "set",
        "getdel", "del", "unlink", "scan", "keys", "hscan",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_run_as_many_commands_among_100000_workspaces_and_after_1000_saves_as_before(bool historyEnabled)
    {
        await using var redis = await server.StartOwnAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString + ",allowAdmin=true");
        var options = Samples.Options(options => options.HistoryEnabled = historyEnabled);
        var store = new RedisInstallationStore(options, connection);
        var states = new RedisOAuthStateStore(options, connection);
        for (var i = 1; i <= 20; i++)
        {
            await store.SaveAsync(Samples.Installation(i), Token);
        }

        var before = await CountAllAsync(100);
        Assert.Equal(["hget=1", "hmget=1", "hmget=1"], before.Take(3));
        Assert.Equal(["set=1", "getdel=1"], before.TakeLast(2));

        for (var i = 200; i < 1200; i++)
        {
            await store.SaveAsync(Samples.Installation(i), Token);
        }

        for (var i = 0; i < 100; i++)
        {
            await store.SaveAsync(Samples.Installation(i, userId: "other" + i), Token);
        }

        await connection.GetDatabase().ScriptEvaluateAsync(
            """
            local fields = redis.call('HGETALL', KEYS[1])
            for i = 1, 100000 do redis.call('HSET', string.gsub(KEYS[1], 'T1}', 'N' .. i .. '}'), unpack(fields, 1, 6)) end
            """,
            ["slack-oauth:{1.2::T1}"]);
        Assert.True(await connection.GetServers()[0].DatabaseSizeAsync() > 100_000);
        Assert.Equal(before, await CountAllAsync(5000));

        async Task<string[]> CountAllAsync(int next)
        {
            var state = await states.IssueAsync(cancellationToken: Token);
            return
            [
                await CountAsync(async () => await store.FindBotAsync(Samples.Workspace, Token)),
                await CountAsync(async () => await store.FindInstallationAsync(Samples.Workspace, "U1", Token)),
                await CountAsync(async () => await store.FindInstallationAsync(Samples.Workspace, null, Token)),
                await CountAsync(async () => await store.SaveAsync(Samples.Installation(next), Token)),
                await CountAsync(async () => await store.SaveBotAsync(Samples.Installation(next + 1).ToBot()!, Token)),
                await CountAsync(async () => await states.IssueAsync(cancellationToken: Token)),
                await CountAsync(async () => await states.ConsumeAsync(state, cancellationToken: Token)),
            ];
        }

        async Task<string> CountAsync(Func<Task> call)
        {
            var earlier = await ReadCountsAsync();
            await call();
            var later = await ReadCountsAsync();
            return string.Join(' ', later.Select(entry => (entry.Key, Count: entry.Value - earlier.GetValueOrDefault(entry.Key))).Where(entry => entry.Count > 0).Select(entry => $"{entry.Key}={entry.Count}"));
        }

        async Task<SortedDictionary<string, long>> ReadCountsAsync()
        {
            var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
            foreach (var (name, value) in (await connection.GetServers()[0].InfoAsync("commandstats")).SelectMany(section => section))
            {
                var command = name["cmdstat_".Length..];
                if (DataCommands.Contains(command))
                {
                    counts[command] = long.Parse(value.Split(',')[0]["calls=".Length..], CultureInfo.InvariantCulture);
                }
            }

            return counts;
        }
    }
}
