using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.DynamoDB.Tests;

/// <summary>The real server, killed, paused and cut off.</summary>
public sealed class FaultTests(DynamoDBServer server)
{
    private const int Writers = 4;

    // .NET's HTTP sends a request again by itself where a connection that it kept ends without an answer, and that on a connection of its own fails.
    private const int ManyAnswers = 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_kill_under_load_every_acknowledged_write_is_there_and_calls_work_again()
    {
        await using var engine = await server.StartOwnAsync();
        using var client = DynamoDBServer.Connect(engine.ConnectionString);
        var installations = new DynamoDBInstallationStore(Samples.Options(), client);
        var states = new DynamoDBOAuthStateStore(Samples.Options(), client);
        using var restarted = new CancellationTokenSource();
        using var started = new CountdownEvent(Writers);
        var load = Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer), Token)).ToArray();
        await Task.Run(() => started.Wait(Token), Token);
        await engine.KillAsync();
        await engine.RestartAsync();
        await restarted.CancelAsync();

        foreach (var (writer, acknowledged, tried, issued, consumed) in await Task.WhenAll(load))
        {
            var found = await installations.FindInstallationAsync(WorkspaceId.ForTeam("T" + writer), "U1", Token);
            Assert.NotNull(found);
            Assert.InRange(Samples.Number(found), acknowledged, tried);
            Assert.Equal(Samples.Installation(Samples.Number(found), "T" + writer), found);
            Assert.Equal(found, await installations.FindInstallationAsync(WorkspaceId.ForTeam("T" + writer), null, Token));
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
            while (after < 5)
            {
                try
                {
                    await installations.SaveAsync(Samples.Installation(++tried, "T" + writer), Token);
                    acknowledged = tried;
                    issued.Add(await states.IssueAsync(cancellationToken: Token));
                    var once = await states.IssueAsync(cancellationToken: Token);
                    Assert.NotNull(await states.ConsumeAsync(once, cancellationToken: Token));
                    consumed.Add(once);
                    if (consumed.Count == 10)
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
    public async Task A_server_that_pauses_for_longer_than_the_timeout_gives_the_exception_and_works_when_it_goes_on()
    {
        await using var engine = await server.StartOwnAsync();
        using var client = DynamoDBServer.Connect(engine.ConnectionString, config => (config.Timeout, config.MaxErrorRetry) = (TimeSpan.FromSeconds(2), 0));
        var store = new DynamoDBInstallationStore(Samples.Options(), client);
        await WorksAgainAsync(() => store.SaveAsync(Samples.Installation(1), Token));
        await engine.PauseAsync();
        foreach (var call in new Func<Task>[]
        {
            async () => await store.FindBotAsync(Samples.Workspace, Token),
            async () => await store.FindInstallationAsync(Samples.Workspace, "U1", Token),
            async () => await store.SaveAsync(Samples.Installation(2), Token),
        })
        {
            var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(call);
            Assert.True(exception.IsTransient);
            Assert.Contains("in time", exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        }

        await engine.UnpauseAsync();
        await WorksAgainAsync(() => store.SaveAsync(Samples.Installation(3), Token));
        Assert.Equal(Samples.Installation(3), await store.FindInstallationAsync(Samples.Workspace, "U1", Token));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_under_way_ends_and_its_save_is_whole_or_not_there()
    {
        await using var engine = await server.StartOwnAsync();
        using var client = DynamoDBServer.Connect(engine.ConnectionString);
        var store = new DynamoDBInstallationStore(Samples.Options(), client);
        var states = new DynamoDBOAuthStateStore(Samples.Options(), client);
        await store.SaveAsync(Samples.Installation(1), Token);
        await engine.PauseAsync();
        foreach (var call in new Func<CancellationToken, Task>[]
        {
            async token => await store.SaveAsync(Samples.Installation(2), token),
            async token => await store.FindBotAsync(Samples.Workspace, token),
            async token => await store.FindInstallationAsync(Samples.Workspace, "U1", token),
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

        await engine.UnpauseAsync();
        var found = await store.FindInstallationAsync(Samples.Workspace, "U1", Token);
        Assert.Contains(found, new[] { Samples.Installation(1), Samples.Installation(2) });
    }

    [Fact]
    public async Task A_lookup_whose_answer_is_cut_gives_the_exception_and_the_next_works()
    {
        await using var cut = await CutOffAsync();
        await cut.Own.Installations.SaveAsync(Samples.Installation(1), Token);
        foreach (var bytes in new[] { 5, 40 })
        {
            cut.Proxy.CutNextAnswers(bytes, ManyAnswers);
            var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await cut.Own.Installations.FindInstallationAsync(Samples.Workspace, "U1", Token));
            Assert.True(exception.IsTransient);
            cut.Proxy.CutNextAnswers(answers: 0);
            Assert.Equal(Samples.Installation(1), await cut.Own.Installations.FindInstallationAsync(Samples.Workspace, "U1", Token));
        }
    }

    [Fact]
    public async Task A_save_whose_answer_is_lost_gives_the_exception_and_is_whole()
    {
        await using var cut = await CutOffAsync();
        await cut.Own.Installations.SaveAsync(Samples.Installation(1), Token);
        cut.Proxy.CutNextAnswers(answers: ManyAnswers);
        await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await cut.Own.Installations.SaveAsync(Samples.Installation(2), Token));
        cut.Proxy.CutNextAnswers(answers: 0);
        Assert.Equal(Samples.Installation(2), await cut.Own.Installations.FindInstallationAsync(Samples.Workspace, "U1", Token));
        Assert.Equal(Samples.Installation(2), await cut.Own.Installations.FindInstallationAsync(Samples.Workspace, null, Token));
    }

    [Fact]
    public async Task A_consumer_whose_connection_was_cut_before_the_answer_gets_its_data_once()
    {
        // The AWS SDK repeats nothing here, and yet the request is sent again.
        await using var cut = await CutOffAsync();
        var data = new OAuthStateData { TeamId = "T1" };
        var state = await cut.Own.States.IssueAsync(data, Token);
        cut.Proxy.CutNextAnswers();
        Assert.Equal(data, await cut.Own.States.ConsumeAsync(state, cancellationToken: Token));
        Assert.Null(await cut.Own.States.ConsumeAsync(state, cancellationToken: Token));
    }

    [Fact]
    public async Task A_server_that_is_down_when_the_app_starts_is_used_when_it_is_there()
    {
        await using var engine = await server.StartOwnAsync();
        await engine.KillAsync();
        using var client = DynamoDBServer.Connect(engine.ConnectionString);
        var store = new DynamoDBInstallationStore(Samples.Options(), client);
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.SaveAsync(Samples.Installation(1), Token));
        Assert.True(exception.IsTransient);
        await engine.RestartAsync();
        await store.SaveAsync(Samples.Installation(2), Token);
        Assert.Equal(Samples.Installation(2), await store.FindInstallationAsync(Samples.Workspace, cancellationToken: Token));
    }

    /// <summary>With a timeout as short as these tests', the server may not be awake within it.</summary>
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

    // Without the client's own retries, which would hide what is cut.
    private async Task<CutOff> CutOffAsync()
    {
        var url = new Uri(await server.GetConnectionStringAsync());
        var proxy = new TcpProxy(url.Host, url.Port);
        return new CutOff(proxy, new OwnTable($"http://{TcpProxy.Host}:{proxy.Port}", config => config.MaxErrorRetry = 0));
    }

    private sealed record CutOff(TcpProxy Proxy, OwnTable Own) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Own.DisposeAsync();
            await Proxy.DisposeAsync();
        }
    }
}
