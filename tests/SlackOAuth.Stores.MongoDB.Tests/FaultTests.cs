using MongoDB.Driver;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.MongoDB.Tests;

/// <summary>The real server, killed, paused and cut off.</summary>
public sealed class FaultTests(MongoDBServer server) : IAsyncLifetime
{
    private const int Writers = 8;

    private readonly MongoDBDatabases _databases = new(server);
    private readonly string _scope = new Conformance.StoreScope().Name;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _databases.DisposeAsync();

    [Fact]
    public async Task After_a_kill_under_load_every_acknowledged_write_is_there_and_calls_work_again()
    {
        await using var mongo = await server.StartContainerAsync();
        using var client = new MongoClient(MongoDBServer.Settings(mongo.ConnectionString));
        var installations = new MongoDBInstallationStore(Samples.Options(), client);
        var states = new MongoDBOAuthStateStore(Samples.Options(), client);
        using var restarted = new CancellationTokenSource();
        using var started = new CountdownEvent(Writers);
        var load = Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer), Token)).ToArray();
        await Task.Run(() => started.Wait(Token), Token);
        await mongo.KillAsync();
        await mongo.RestartAsync();
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
        await using var mongo = await server.StartContainerAsync();
        using var client = new MongoClient(MongoDBServer.Settings(mongo.ConnectionString));
        var store = new MongoDBInstallationStore(Samples.Options(), client);
        await store.SaveAsync(Samples.Installation(1), Token);
        await mongo.KillAsync();
        await mongo.RestartAsync();
        await store.SaveAsync(Samples.Installation(2), Token);
        Assert.Equal(Samples.Installation(2), await store.FindInstallationAsync(Samples.Workspace, "U1", Token));
    }

    [Fact]
    public async Task A_server_that_pauses_for_longer_than_the_timeout_gives_the_exception_and_works_when_it_goes_on()
    {
        await using var mongo = await server.StartContainerAsync();
        var settings = MongoDBServer.Settings(mongo.ConnectionString);
        settings.SocketTimeout = TimeSpan.FromSeconds(1);
        settings.ServerSelectionTimeout = TimeSpan.FromSeconds(2);
        using var client = new MongoClient(settings);
        var store = new MongoDBInstallationStore(Samples.Options(), client);
        await store.SaveAsync(Samples.Installation(1), Token);
        await mongo.PauseAsync();
        foreach (var call in new Func<Task>[]
        {
            async () => await store.FindBotAsync(Samples.Workspace, Token),
            async () => await store.SaveAsync(Samples.Installation(2), Token),
        })
        {
            var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(call);
            Assert.True(exception.IsTransient, exception.ToString());
            Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        }

        await mongo.UnpauseAsync();
        await WorksAgainAsync(() => store.SaveAsync(Samples.Installation(3), Token));
        Assert.Equal(Samples.Installation(3), await store.FindInstallationAsync(Samples.Workspace, "U1", Token));
    }

    [Fact]
    public async Task A_call_that_waits_for_a_paused_server_can_be_cancelled_and_what_follows_waits_until_it_is_settled()
    {
        await using var mongo = await server.StartContainerAsync();
        using var client = new MongoClient(MongoDBServer.Settings(mongo.ConnectionString));
        var store = new MongoDBInstallationStore(Samples.Options(), client);
        var states = new MongoDBOAuthStateStore(Samples.Options(), client);
        await store.SaveAsync(Samples.Installation(1), Token);
        await states.PrepareAsync(Token);
        await mongo.PauseAsync();
        foreach (var call in new Func<CancellationToken, Task>[]
        {
            async token => await store.FindBotAsync(Samples.Workspace, token),
            async token => await store.SaveAsync(Samples.Installation(2), token),
            async token => await store.SaveAsync(Samples.Installation(2), token),
            async token => await store.FindInstallationAsync(Samples.Workspace, "U1", token),
            async token => await store.DeleteAllAsync(WorkspaceId.ForTeam("T2"), token),
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
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        }

        // The save that was given up is on its way, and nothing that begins later comes before it.
        var found = store.FindInstallationAsync(Samples.Workspace, "U1", Token);
        await mongo.UnpauseAsync();
        Assert.Equal(Samples.Installation(2), await found);
    }

    [Fact]
    public async Task A_lookup_whose_answers_are_cut_gives_the_exception_and_the_next_works()
    {
        // At once, for the driver looks for its server for seconds. It asks again once, and the store once more.
        await Task.WhenAll(CutAsync(0), CutAsync(5), CutAsync(40));

        async Task CutAsync(int bytes)
        {
            var scope = new Conformance.StoreScope().Name;
            var (store, _) = await CutOffAsync(scope);
            await store.SaveAsync(Samples.Installation(1), Token);
            await LoseAsync(
                answers => _databases.Proxy(scope).CutNextAnswers(bytes, answers),
                async () => await store.FindInstallationAsync(Samples.Workspace, "U1", Token));
            Assert.Equal(Samples.Installation(1), await store.FindInstallationAsync(Samples.Workspace, "U1", Token));
        }
    }

    [Fact]
    public async Task A_save_whose_answer_is_lost_is_made_again_and_is_whole()
    {
        var (store, _) = await CutOffAsync();
        await store.SaveAsync(Samples.Installation(1), Token);
        _databases.Proxy(_scope).CutNextAnswers(5);
        await store.SaveAsync(Samples.Installation(2), Token);
        Assert.Equal(Samples.Installation(2), await store.FindInstallationAsync(Samples.Workspace, "U1", Token));
        await LoseAsync(answers => _databases.Proxy(_scope).CutNextAnswers(0, answers), async () => await store.SaveAsync(Samples.Installation(3), Token));
        Assert.Equal(Samples.Installation(3), await store.FindInstallationAsync(Samples.Workspace, "U1", Token));
    }

    [Fact]
    public async Task An_issue_whose_answer_is_lost_is_made_again_and_is_one_state()
    {
        var (_, states) = await CutOffAsync();
        await states.PrepareAsync(Token);
        _databases.Proxy(_scope).CutNextAnswers();
        var state = await states.IssueAsync(cancellationToken: Token);
        Assert.Equal(1, await _databases.Collection(_scope, "slack_states").CountDocumentsAsync(new global::MongoDB.Bson.BsonDocument(), cancellationToken: Token));
        Assert.NotNull(await states.ConsumeAsync(state, cancellationToken: Token));
    }

    [Fact]
    public async Task A_consume_whose_answer_is_lost_never_says_that_another_has_used_the_state()
    {
        var (client, options) = await _databases.ConnectAsync(_scope);
        var states = new MongoDBOAuthStateStore(Samples.Options(), client, options);
        var state = await states.IssueAsync(cancellationToken: Token);
        _databases.Proxy(_scope).CutNextAnswers();
        if (client.Cluster.Description.Servers.Single().Type == global::MongoDB.Driver.Core.Servers.ServerType.Standalone)
        {
            var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await states.ConsumeAsync(state, cancellationToken: Token));
            Assert.True(exception.IsTransient);
            Assert.IsType<MongoConnectionException>(exception.InnerException, exactMatch: false);
        }
        else
        {
            // A replica set is asked again by the driver, and answers as before.
            Assert.NotNull(await states.ConsumeAsync(state, cancellationToken: Token));
        }

        Assert.Null(await states.ConsumeAsync(state, cancellationToken: Token));
    }

    [Fact]
    public async Task A_server_that_is_down_when_the_app_starts_is_used_when_it_is_there()
    {
        await using var mongo = await server.StartContainerAsync();
        await mongo.KillAsync();
        var settings = MongoDBServer.Settings(mongo.ConnectionString);
        settings.ServerSelectionTimeout = TimeSpan.FromSeconds(1);
        using var client = new MongoClient(settings);
        var store = new MongoDBInstallationStore(Samples.Options(), client);
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.SaveAsync(Samples.Installation(1), Token));
        Assert.True(exception.IsTransient);
        await mongo.RestartAsync();
        await WorksAgainAsync(() => store.SaveAsync(Samples.Installation(2), Token));
        Assert.Equal(Samples.Installation(2), await store.FindInstallationAsync(Samples.Workspace, cancellationToken: Token));
    }

    /// <summary>With a timeout as short as these tests', the driver may not have found the server again within it.</summary>
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

    /// <summary>Loses every answer to a call, of all its attempts; then none.</summary>
    private static async Task LoseAsync(Action<int> cutNextAnswers, Func<Task> call)
    {
        cutNextAnswers(int.MaxValue);
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(call);
        cutNextAnswers(0);
        Assert.True(exception.IsTransient, exception.ToString());
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
    }

    private async Task<(MongoDBInstallationStore Installations, MongoDBOAuthStateStore States)> CutOffAsync(string? scope = null)
    {
        var (client, options) = await _databases.ConnectAsync(scope ?? _scope);
        return (new MongoDBInstallationStore(Samples.Options(), client, options), new MongoDBOAuthStateStore(Samples.Options(), client, options));
    }
}
