using StackExchange.Redis;

namespace SlackOAuth.Stores.Redis.Tests;

/// <summary>What the server refuses, and servers that lack something.</summary>
public sealed class ErrorTests(RedisServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wrong_password_is_told_and_no_retry_advised()
    {
        await using var redis = await server.StartOwnAsync();
        await redis.ExecuteAsync("redis-cli", "config", "set", "requirepass", "right");
        await using var connection = new RedisConnection(new RedisStoreOptions { ConnectionString = redis.ConnectionString + ",password=wrong-secret,connectTimeout=2000,asyncTimeout=2000" });
        var store = new RedisInstallationStore(Samples.Options(), connection, new RedisStoreOptions(), TimeProvider.System);
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Samples.Workspace, Token));
        Assert.False(exception.IsTransient, exception.ToString());
        Assert.Contains("password", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RedisErrorKind.Moved, true)]
    [InlineData(RedisErrorKind.Ask, true)]
    [InlineData(RedisErrorKind.MaxClients, true)]
    [InlineData(RedisErrorKind.ClusterDown, true)]
    [InlineData(RedisErrorKind.CrossSlot, false)]
    [InlineData(RedisErrorKind.UnknownError, false)]
    public void What_passes_by_itself_can_be_tried_again(RedisErrorKind kind, bool isTransient) =>
        Assert.Equal(isTransient, RedisErrors.Wrap("Find", new RedisServerException(kind, CommandFlags.None, "scripted")).IsTransient);

    [Fact]
    public async Task A_full_server_refuses_saves_and_still_answers_lookups()
    {
        await using var redis = await server.StartOwnAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var store = new RedisInstallationStore(Samples.Options(), connection);
        await store.SaveAsync(Samples.Installation(1), Token);
        await redis.ExecuteAsync("redis-cli", "config", "set", "maxmemory", "100kb");
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.SaveAsync(Samples.Installation(1, "T2"), Token));
        Assert.False(exception.IsTransient);
        Assert.Contains("maxmemory", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        Assert.Null(await store.FindBotAsync(WorkspaceId.ForTeam("T2"), Token));
        Assert.Equal(Samples.Installation(1), await store.FindInstallationAsync(Samples.Workspace, "U1", Token));
    }

    [Fact]
    public async Task The_privileges_of_the_README_are_enough_and_no_key_of_others_is_reached()
    {
        var user = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "README.md"), Token);
        var line = Assert.Single(user, text => text.StartsWith("ACL SETUSER ", StringComparison.Ordinal));
        await using var redis = await server.StartOwnAsync();
        await redis.ExecuteAsync(["redis-cli", .. line.Split(' ')]);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString + ",user=slackapp,password=a-long-password");
        var store = new RedisInstallationStore(Samples.Options(options => options.HistoryEnabled = true), connection);
        var states = new RedisOAuthStateStore(Samples.Options(), connection);
        await store.SaveAsync(Samples.Installation(1), Token);
        await store.SaveAsync(Samples.Installation(2), Token);
        await store.SaveBotAsync(Samples.Installation(3).ToBot()!, Token);
        Assert.NotNull(await store.FindInstallationAsync(Samples.Workspace, "U1", Token));
        Assert.Single(await store.ListBotsAsync(Token).ToListAsync(Token));
        Assert.Single(await store.ListInstallationsAsync(Token).ToListAsync(Token));
        Assert.Equal(2, (await store.ListInstallationHistoryAsync(Samples.Workspace, null, Token).ToListAsync(Token)).Count);
        Assert.Equal(3, (await store.ListBotHistoryAsync(Samples.Workspace, Token).ToListAsync(Token)).Count);
        await store.DeleteInstallationAsync(Samples.Workspace, "U1", Token);
        await store.DeleteInstallationAsync(Samples.Workspace, null, Token);
        await store.DeleteBotAsync(Samples.Workspace, Token);
        await store.DeleteAllAsync(Samples.Workspace, Token);
        Assert.NotNull(await states.ConsumeAsync(await states.IssueAsync(cancellationToken: Token), cancellationToken: Token));

        var elsewhere = new RedisInstallationStore(Samples.Options(), connection, new RedisStoreOptions { KeyPrefix = "others:" });
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await elsewhere.SaveAsync(Samples.Installation(1), Token));
        Assert.False(exception.IsTransient);
        Assert.Contains("README", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_GETDEL_is_asked_by_a_script()
    {
        await using var redis = await server.StartOwnAsync("--rename-command", "GETDEL", "");
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var states = new RedisOAuthStateStore(Samples.Options(), connection);
        for (var i = 0; i < 3; i++)
        {
            var state = await states.IssueAsync(cancellationToken: Token);
            var wins = await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ => await states.ConsumeAsync(state, cancellationToken: Token) is not null));
            Assert.Single(wins, won => won);
        }

        Assert.Equal(0, await connection.GetServers()[0].DatabaseSizeAsync());
    }

    [Fact]
    public async Task A_server_that_forgot_the_scripts_is_told_them_again()
    {
        await using var redis = await server.StartOwnAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var store = new RedisInstallationStore(Samples.Options(), connection);
        for (var i = 1; i <= 3; i++)
        {
            await store.SaveAsync(Samples.Installation(i), Token);
            await redis.ExecuteAsync("redis-cli", "script", "flush");
        }

        Assert.Equal(Samples.Installation(3), await store.FindInstallationAsync(Samples.Workspace, null, Token));
    }

    [Fact]
    public async Task A_key_that_holds_something_else_and_a_damaged_record_are_told_without_what_they_hold()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(await server.GetConnectionStringAsync());
        var options = new RedisStoreOptions { KeyPrefix = $"errors-{OAuthState.Create()}:" };
        var store = new RedisInstallationStore(Samples.Options(), connection, options);
        var key = options.KeyPrefix + "{1.2::T1}";
        await connection.GetDatabase().StringSetAsync(key, "secret");
        var wrongType = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Samples.Workspace, Token));
        Assert.Contains(nameof(RedisStoreOptions.KeyPrefix), wrongType.Message, StringComparison.Ordinal);

        await connection.GetDatabase().KeyDeleteAsync(key);
        await store.SaveAsync(Samples.Installation(1), Token);
        await connection.GetDatabase().HashSetAsync(key, "bot", """{"bot_token":"xoxb-secret""");
        var damaged = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Samples.Workspace, Token));
        foreach (var exception in new[] { wrongType, damaged })
        {
            Assert.False(exception.IsTransient);
            Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        }

        await store.SaveAsync(Samples.Installation(1), Token);
        Assert.Equal(Samples.Installation(1).ToBot(), await store.FindBotAsync(Samples.Workspace, Token));
        await store.DeleteAllAsync(Samples.Workspace, Token);
    }

    [Fact]
    public async Task A_disposed_connection_gives_the_exception()
    {
        var connection = new RedisConnection(new RedisStoreOptions { ConnectionString = await server.GetConnectionStringAsync() });
        var store = new RedisInstallationStore(Samples.Options(), connection, new RedisStoreOptions(), TimeProvider.System);
        await store.FindBotAsync(Samples.Workspace, Token);
        await connection.DisposeAsync();
        await connection.DisposeAsync();
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Samples.Workspace, Token));
        Assert.IsType<ObjectDisposedException>(exception.InnerException);
        Assert.False(exception.IsTransient);
    }
}
