using StackExchange.Redis;

namespace SlackOAuth.Stores.Redis.Tests;

/// <summary>The layout that the README shows.</summary>
public sealed class LayoutTests(RedisServer server)
{
    private static readonly string[] HostileIds = ["T1", "t1", "T1 ", "{x}", "}", "{", "a:b", "a", "*", "T[0-9]", "?", "\\", "/", "..", "%3A", ":", "none", "🙂"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_keys_of_a_workspace_are_one_hash_and_two_sorted_sets_with_one_hash_tag()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(await server.GetConnectionStringAsync());
        var options = new RedisStoreOptions { KeyPrefix = $"layout-{OAuthState.Create()}:" };
        var store = new RedisInstallationStore(Samples.Options(options => options.HistoryEnabled = true), connection, options);
        await store.SaveAsync(Samples.Installation(1), Token);
        await store.SaveAsync(Samples.Installation(2), Token);

        var keys = await connection.GetServers()[0].KeysAsync(pattern: options.KeyPrefix + "*").Select(key => key.ToString()).Order().ToListAsync(Token);
        var key = options.KeyPrefix + "{1.2::T1}";
        Assert.Equal([key, key + ":bots", key + ":installations"], keys);
        Assert.Single(keys.Select(name => connection.HashSlot(name)).Distinct());
        var database = connection.GetDatabase();
        var (first, second) = ("063902822401000000", "063902822402000000");
        Assert.Equal(
            ["at:bot", "at:user:U1", "bot", "kept:bots", "kept:installations", "latest", "latest-of", $"old:{first}:bot", $"old:{first}:user:U1", "user:U1"],
            (await database.HashKeysAsync(key)).Select(field => field.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal([$"{first}:user:U1", $"{second}:user:U1"], (await database.SortedSetRangeByRankAsync(key + ":installations")).ToStringArray());
        Assert.Equal([$"{first}:bot", $"{second}:bot"], (await database.SortedSetRangeByRankAsync(key + ":bots")).ToStringArray());
        Assert.DoesNotContain("xoxb", (await database.HashGetAsync(key, "user:U1")).ToString(), StringComparison.Ordinal);
        Assert.Equal(await database.HashGetAsync(key, "user:U1"), await database.HashGetAsync(key, "latest"));
        await store.DeleteAllAsync(Samples.Workspace, Token);
        Assert.Empty(await connection.GetServers()[0].KeysAsync(pattern: options.KeyPrefix + "*").ToListAsync(Token));
    }

    [Fact]
    public void Every_id_has_a_key_and_a_hash_tag_of_its_own_in_one_slot()
    {
        var keys = new List<string>();
        foreach (var client in HostileIds)
        {
            var layout = new RedisKeys(new RedisStoreOptions(), client);
            foreach (var workspace in HostileIds.SelectMany(id => new[] { WorkspaceId.ForTeam(id), WorkspaceId.ForEnterprise(id), WorkspaceId.ForTeam(id, "E1"), WorkspaceId.ForTeam("T1", id) }).Distinct())
            {
                var all = layout.AllOf(workspace).Select(key => key.ToString()).ToArray();
                var tag = all[0][all[0].IndexOf('{', StringComparison.Ordinal)..];
                Assert.Equal((0, tag.Length - 1), (tag.LastIndexOf('{'), tag.IndexOf('}', StringComparison.Ordinal)));
                Assert.All(all, key => Assert.StartsWith(all[0], key, StringComparison.Ordinal));
                keys.AddRange(all);
            }
        }

        Assert.Equal(keys.Count, keys.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Times_are_text_that_sorts_as_they_do()
    {
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        DateTimeOffset[] times = [DateTimeOffset.MinValue, DateTimeOffset.UnixEpoch.AddMicroseconds(-1), DateTimeOffset.UnixEpoch, start, start.AddMicroseconds(1), start.AddHours(1), DateTimeOffset.MaxValue];
        var texts = times.Select(time => RedisKeys.Time(time).ToString()).ToArray();
        Assert.All(texts, text => Assert.Equal(18, text.Length));
        Assert.Equal(texts, texts.Order(StringComparer.Ordinal));
        Assert.Equal(texts.Length, texts.Distinct().Count());
        Assert.Equal(RedisKeys.Time(start), RedisKeys.Time(start.ToOffset(TimeSpan.FromHours(9))));
    }

    [Fact]
    public async Task A_state_is_one_key_that_Redis_removes_a_minute_after_its_lifetime()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(await server.GetConnectionStringAsync());
        var options = new RedisStoreOptions { KeyPrefix = $"layout-{OAuthState.Create()}:" };
        var store = new RedisOAuthStateStore(Samples.Options(options => options.StateLifetime = TimeSpan.FromMinutes(30)), connection, options);
        var state = await store.IssueAsync(cancellationToken: Token);
        var key = Assert.Single(await connection.GetServers()[0].KeysAsync(pattern: options.KeyPrefix + "*").ToListAsync(Token));
        Assert.Equal($"{options.KeyPrefix}state:{OAuthState.ComputeKey(state, "1.2", OAuthStatePurpose.Install)}", key);
        Assert.InRange((await connection.GetDatabase().KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(31));
        await store.ConsumeAsync(state, cancellationToken: Token);
        Assert.False(await connection.GetDatabase().KeyExistsAsync(key));
    }
}
