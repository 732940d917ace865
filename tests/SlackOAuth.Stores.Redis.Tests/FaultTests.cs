using SlackOAuth.Stores.TestBackends;
using StackExchange.Redis;
using StackExchange.Redis.Availability;

namespace SlackOAuth.Stores.Redis.Tests;

/// <summary>The real server, killed, paused and cut off.</summary>
public sealed class FaultTests(RedisServer server)
{
    private const int Writers = 8;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_kill_under_load_every_acknowledged_write_is_there_and_calls_work_again()
    {
        await using var redis = await server.StartOwnAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var connection = Connect(redis.ConnectionString);
        var installations = new RedisInstallationStore(Samples.Options(), connection, new RedisStoreOptions(), TimeProvider.System);
        var states = new RedisOAuthStateStore(Samples.Options(), connection, new RedisStoreOptions(), TimeProvider.System);
        using var restarted = new CancellationTokenSource();
        using var started = new CountdownEvent(Writers);
        var load = Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer), Token)).ToArray();
        await Task.Run(() => started.Wait(Token), Token);
        await redis.KillAsync();
        await redis.RestartAsync();
        await restarted.CancelAsync();

        foreach (var (writer, acknowledged, tried, issued, consumed) in await Task.WhenAll(load))
        {
            var found = await installations.FindInstallationAsync(WorkspaceId.ForTeam("T" + writer), "U1", Token);
            Assert.NotNull(found);
            Assert.InRange(Samples.Number(found), acknowledged, tried);
            Assert.Equal(Samples.Installation(Samples.Number(found), "T" + writer), found);
            foreach (var state in issued)
            {
                Assert.NotNull(await states.ConsumeAsync(state, cancellationToken: Token));
            }

            foreach (var state in consumed)
            {
                Assert.Null(await states.ConsumeAsync(state, cancellationToken: Token));
            }
        }

        async Task<(int Writer, int Acknowledged, int Tried, List<string> Issued, List<string> Consumed)> WriteAsync(int writer)
        {
            var (acknowledged, tried, after) = (0, 0, 0);
            var (issued, consumed) = (new List<string>(), new List<string>());
            while (after < 20)
            {
                try
                {
                    await installations.SaveAsync(Samples.Installation(++tried, "T" + writer), Token);
                    acknowledged = tried;
                    issued.Add(await states.IssueAsync(cancellationToken: Token));
                    var once = await states.IssueAsync(cancellationToken: Token);
                    Assert.NotNull(await states.ConsumeAsync(once, cancellationToken: Token));
                    consumed.Add(once);
                    if (consumed.Count == 20)
                    {
                        started.Signal();
                    }

                    after += restarted.IsCancellationRequested ? 1 : 0;
                }
                catch (SlackOAuthStoreException exception)
                {
                    Assert.True(exception.IsTransient, exception.ToString());
                }
            }

            return (writer, acknowledged, tried, issued, consumed);
        }
    }

    [Fact]
    public async Task After_a_restart_between_two_calls_the_next_call_works()
    {
        await using var redis = await server.StartOwnAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var connection = Connect(redis.ConnectionString);
        var store = new RedisInstallationStore(Samples.Options(), connection, new RedisStoreOptions(), TimeProvider.System);
        await store.SaveAsync(Samples.Installation(1), Token);
        await redis.KillAsync();
        await redis.RestartAsync();
        Assert.Equal(Samples.Installation(1), await store.FindInstallationAsync(Samples.Workspace, "U1", Token));
        await redis.KillAsync();
        Assert.True((await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Samples.Workspace, Token))).IsTransient);
        await redis.RestartAsync();
        await store.SaveAsync(Samples.Installation(2), Token);
        Assert.Equal(Samples.Installation(2), await store.FindInstallationAsync(Samples.Workspace, "U1", Token));
    }

    [Fact]
    public async Task Without_its_primary_no_replica_is_asked_and_the_next_call_after_its_return_works()
    {
        var (redis, primary) = await server.StartReplicatedAsync();
        await using var container = redis;
        await using var connection = Connect(redis.ConnectionString + ",asyncTimeout=2000");
        var store = new RedisInstallationStore(Samples.Options(options => options.HistoryEnabled = true), connection, new RedisStoreOptions(), TimeProvider.System);
        var states = new RedisOAuthStateStore(Samples.Options(), connection, new RedisStoreOptions(), TimeProvider.System);
        await store.SaveAsync(Samples.Installation(1), Token);
        var state = await states.IssueAsync(cancellationToken: Token);
        Assert.Equal("1", (await redis.ExecuteAsync("redis-cli", "-p", primary, "wait", "1", "10000")).Trim());
        await redis.ExecuteAsync("redis-cli", "-p", primary, "shutdown", "nosave");
        // One that starts now knows of the replica alone.
        await using var late = Connect(redis.ConnectionString.Split(',')[1] + ",asyncTimeout=2000,connectTimeout=2000");
        var lateStore = new RedisInstallationStore(Samples.Options(), late, new RedisStoreOptions(), TimeProvider.System);
        // All at once: each waits for its timeout.
        await Task.WhenAll(new Func<Task>[]
        {
            async () => await store.FindBotAsync(Samples.Workspace, Token),
            async () => await store.FindInstallationAsync(Samples.Workspace, "U1", Token),
            async () => await store.SaveAsync(Samples.Installation(2), Token),
            async () => await store.DeleteInstallationAsync(Samples.Workspace, "U1", Token),
            async () => await store.DeleteAllAsync(WorkspaceId.ForTeam("T2"), Token),
            async () => await store.TryAcquireLeaseAsync(Samples.Workspace, null, TimeSpan.FromMinutes(1), Token),
            async () => await store.ListBotsAsync(Token).ToListAsync(Token),
            async () => await store.ListInstallationsAsync(Token).ToListAsync(Token),
            async () => await store.ListClientIdsAsync(Token).ToListAsync(Token),
            async () => await store.ListBotHistoryAsync(Samples.Workspace, Token).ToListAsync(Token),
            async () => await states.IssueAsync(cancellationToken: Token),
            async () => await states.ConsumeAsync(state, cancellationToken: Token),
            async () => await lateStore.FindBotAsync(Samples.Workspace, Token),
            async () => await lateStore.ListBotsAsync(Token).ToListAsync(Token),
        }.Select(async call =>
        {
            var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(call);
            Assert.True(exception.IsTransient, exception.ToString());
        }));

        await redis.ExecuteAsync("redis-server", "--port", primary, "--protected-mode", "no", "--save", "", "--daemonize", "yes");

        // It goes into the background before it listens.
        await redis.ExecuteAsync("sh", "-c", $"until redis-cli -p {primary} ping | grep -q PONG; do sleep 0.1; done");
        await store.SaveAsync(Samples.Installation(3), Token);
        Assert.Equal(Samples.Installation(3), await store.FindInstallationAsync(Samples.Workspace, "U1", Token));
    }

    [Fact]
    public async Task A_server_that_pauses_for_longer_than_the_timeout_gives_the_exception_and_works_when_it_goes_on()
    {
        await using var redis = await server.StartOwnAsync();
        await using var connection = Connect(redis.ConnectionString + ",asyncTimeout=1000");
        var store = new RedisInstallationStore(Samples.Options(), connection, new RedisStoreOptions(), TimeProvider.System);
        await store.SaveAsync(Samples.Installation(1), Token);
        await redis.PauseAsync();
        foreach (var call in new Func<Task>[]
        {
            async () => await store.FindBotAsync(Samples.Workspace, Token),
            async () => await store.SaveAsync(Samples.Installation(2), Token),
        })
        {
            var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(call);
            Assert.True(exception.IsTransient);
            Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        }

        await redis.UnpauseAsync();
        await WorksAgainAsync(() => store.SaveAsync(Samples.Installation(3), Token));
        Assert.Equal(Samples.Installation(3), await store.FindInstallationAsync(Samples.Workspace, "U1", Token));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_under_way_ends_at_once_and_its_save_is_whole_or_not_there()
    {
        await using var redis = await server.StartOwnAsync();
        await using var connection = Connect(redis.ConnectionString + ",asyncTimeout=60000");
        var store = new RedisInstallationStore(Samples.Options(), connection, new RedisStoreOptions(), TimeProvider.System);
        var states = new RedisOAuthStateStore(Samples.Options(), connection, new RedisStoreOptions(), TimeProvider.System);
        await store.SaveAsync(Samples.Installation(1), Token);
        await redis.PauseAsync();
        foreach (var call in new Func<CancellationToken, Task>[]
        {
            async token => await store.SaveAsync(Samples.Installation(2), token),
            async token => await store.FindBotAsync(Samples.Workspace, token),
            async token => await store.FindInstallationAsync(Samples.Workspace, "U1", token),
            async token => await states.IssueAsync(cancellationToken: token),
            async token => await states.ConsumeAsync(OAuthState.Create(), cancellationToken: token),
            async token => await store.ListBotsAsync(token).ToListAsync(CancellationToken.None),
            async token => await store.ListInstallationsAsync(token).ToListAsync(CancellationToken.None),
            async token => await store.ListClientIdsAsync(token).ToListAsync(CancellationToken.None),
            async token => await store.ListBotHistoryAsync(Samples.Workspace, token).ToListAsync(CancellationToken.None),
        })
        {
            using var cancelled = new CancellationTokenSource();
            var running = call(cancelled.Token);
            Assert.False(running.IsCompleted);
            await cancelled.CancelAsync();
            Assert.Equal(cancelled.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running)).CancellationToken);
        }

        await redis.UnpauseAsync();
        var found = await store.FindInstallationAsync(Samples.Workspace, "U1", Token);
        Assert.Contains(found, new[] { Samples.Installation(1), Samples.Installation(2) });
    }

    [Fact]
    public async Task A_lookup_whose_answer_is_cut_gives_the_exception_and_the_next_works()
    {
        await using var scope = await CutOffAsync();
        await scope.Installations.SaveAsync(Samples.Installation(1), Token);
        foreach (var bytes in new[] { 0, 5, 40 })
        {
            scope.Proxy.CutNextAnswers(bytes);
            var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await scope.Installations.FindInstallationAsync(Samples.Workspace, "U1", Token));
            Assert.True(exception.IsTransient);
            Assert.Equal(Samples.Installation(1), await scope.Installations.FindInstallationAsync(Samples.Workspace, "U1", Token));
        }
    }

    [Fact]
    public async Task A_save_whose_answer_is_lost_gives_the_exception_and_is_whole()
    {
        await using var scope = await CutOffAsync();
        await scope.Installations.SaveAsync(Samples.Installation(1), Token);
        scope.Proxy.CutNextAnswers();
        await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await scope.Installations.SaveAsync(Samples.Installation(2), Token));
        Assert.Equal(Samples.Installation(2), await scope.Installations.FindInstallationAsync(Samples.Workspace, "U1", Token));
    }

    [Fact]
    public async Task A_consume_whose_answer_is_lost_gives_the_exception_and_never_says_that_another_has_used_the_state()
    {
        // An app's policy that repeats everything. It is for databases that an app made with WithRetry: were it followed here, the repeat would find no state.
        await using var scope = await CutOffAsync(configuration => configuration.RetryPolicy = new RetryPolicy.Builder
        {
            MaxAttempts = 5,
            MaxCommandRetryCategory = CommandFlags.CommandRetryAlways,
        });
        var state = await scope.States.IssueAsync(cancellationToken: Token);
        scope.Proxy.CutNextAnswers();
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await scope.States.ConsumeAsync(state, cancellationToken: Token));
        Assert.True(exception.IsTransient);
        Assert.Null(await scope.States.ConsumeAsync(state, cancellationToken: Token));
    }

    [Fact]
    public async Task A_server_that_is_down_when_the_app_starts_is_used_when_it_is_there()
    {
        await using var redis = await server.StartOwnAsync();
        await redis.KillAsync();
        await using var connection = Connect(redis.ConnectionString + ",asyncTimeout=1000,connectTimeout=1000");
        var store = new RedisInstallationStore(Samples.Options(), connection, new RedisStoreOptions(), TimeProvider.System);
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.SaveAsync(Samples.Installation(1), Token));
        Assert.True(exception.IsTransient);
        await redis.RestartAsync();
        await WorksAgainAsync(() => store.SaveAsync(Samples.Installation(2), Token));
        Assert.Equal(Samples.Installation(2), await store.FindInstallationAsync(Samples.Workspace, cancellationToken: Token));
    }

    private static RedisConnection Connect(string connectionString) => new(new RedisStoreOptions { ConnectionString = connectionString });

    /// <summary>With a timeout as short as these tests', the driver may not have reconnected within it.</summary>
    private static async Task WorksAgainAsync(Func<ValueTask> call)
    {
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (SlackOAuthStoreException exception) when (exception.IsTransient)
            {
                Token.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<CutOff> CutOffAsync(Action<ConfigurationOptions>? configure = null)
    {
        var endpoint = (await server.GetConnectionStringAsync()).Split(':');
        var proxy = new TcpProxy(endpoint[0], int.Parse(endpoint[1], System.Globalization.CultureInfo.InvariantCulture));
        var configuration = ConfigurationOptions.Parse($"{TcpProxy.Host}:{proxy.Port},protocol=resp3");
        configuration.ReconnectRetryPolicy = new LinearRetry(100);
        configure?.Invoke(configuration);
        return new CutOff(proxy, await ConnectionMultiplexer.ConnectAsync(configuration));
    }

    private sealed class CutOff(TcpProxy proxy, ConnectionMultiplexer connection) : IAsyncDisposable
    {
        private readonly RedisStoreOptions _options = new() { KeyPrefix = $"cut-{OAuthState.Create()}:" };

        internal TcpProxy Proxy { get; } = proxy;

        internal RedisInstallationStore Installations => new(Samples.Options(), connection, _options);

        internal RedisOAuthStateStore States => new(Samples.Options(), connection, _options);

        public async ValueTask DisposeAsync()
        {
            await RedisServer.DeleteAsync(connection, key => key.StartsWith(_options.KeyPrefix, StringComparison.Ordinal));
            await connection.DisposeAsync();
            await Proxy.DisposeAsync();
        }
    }
}
