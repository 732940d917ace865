using Xunit;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>A store whose server is killed, started again or paused: what was acknowledged is there, and the next call works. [7, 23]</summary>
/// <typeparam name="TInstallations">The provider's installation store.</typeparam>
/// <typeparam name="TStates">The provider's state store.</typeparam>
/// <param name="server">Gives each test a container of its own.</param>
public abstract class ServerFaultTests<TInstallations, TStates>(EngineServer server)
    where TInstallations : IInstallationStore, IStorePreparation, IAsyncDisposable
    where TStates : IOAuthStateStore, IAsyncDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static SlackOAuthStoresOptions Options => new() { ClientId = "111.222" };

    /// <summary>Opens the provider's installation store.</summary>
    /// <param name="options">The client id.</param>
    /// <param name="connectionString">Where the server is.</param>
    protected abstract TInstallations OpenInstallations(SlackOAuthStoresOptions options, string connectionString);

    /// <summary>Opens the provider's state store.</summary>
    /// <param name="options">The client id.</param>
    /// <param name="connectionString">Where the server is.</param>
    protected abstract TStates OpenStates(SlackOAuthStoresOptions options, string connectionString);

    /// <summary>A connection string by which a call waits for two seconds at most.</summary>
    /// <param name="connectionString">Where the server is.</param>
    protected abstract string Impatient(string connectionString);

    /// <summary>By eight savers at once.</summary>
    [Fact]
    public async Task A_server_that_is_killed_under_load_keeps_every_acknowledged_save_and_is_found_again()
    {
        await using var own = await server.StartContainerAsync();
        await using var store = OpenInstallations(Options, own.ConnectionString);
        await store.PrepareAsync(Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var hasFailed = new TaskCompletionSource();
        var savers = Enumerable.Range(0, 8).Select(user => Task.Run(
            async () =>
            {
                var acknowledged = -1;
                for (var number = 0; !stop.IsCancellationRequested; number++)
                {
                    try
                    {
                        await store.SaveAsync(Numbered.Installation($"U{user}", number), Token);
                        acknowledged = number;
                    }
                    catch (SlackOAuthStoreException failure)
                    {
                        Assert.True(failure.IsTransient, failure.ToString());
                        hasFailed.TrySetResult();
                    }
                }

                return acknowledged;
            },
            Token)).ToArray();
        while (await store.FindInstallationAsync(Numbered.Workspace, "U7", Token) is null)
        {
            await Task.Yield();
        }

        await own.KillAsync();
        await hasFailed.Task.WaitAsync(TimeSpan.FromMinutes(1), Token);
        await own.RestartAsync();

        // The next call works, of readers and writers alike.
        Assert.NotNull(await store.FindInstallationAsync(Numbered.Workspace, "U7", Token));
        await stop.CancelAsync();
        foreach (var (user, acknowledged) in (await Task.WhenAll(savers)).Index())
        {
            var found = await store.FindInstallationAsync(Numbered.Workspace, $"U{user}", Token);
            Assert.NotNull(found);
            Assert.InRange(Numbered.NumberOf(found), acknowledged, int.MaxValue);
        }
    }

    /// <summary>What waits in a pool was ended with the server.</summary>
    [Fact]
    public async Task The_first_call_after_a_restart_works_though_the_pool_is_full_of_ended_connections()
    {
        await using var own = await server.StartContainerAsync();
        await using var installations = OpenInstallations(Options, own.ConnectionString);
        await installations.PrepareAsync(Token);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => installations.SaveAsync(Numbered.Installation($"U{i}", 1), Token).AsTask()));
        await using var states = OpenStates(Options, own.ConnectionString);
        var state = await states.IssueAsync(cancellationToken: Token);
        await own.KillAsync();
        await own.RestartAsync();
        Assert.NotNull(await installations.FindInstallationAsync(Numbered.Workspace, "U1", Token));
        Assert.NotNull(await states.ConsumeAsync(state, cancellationToken: Token));
    }

    /// <summary>For longer than the client's patience.</summary>
    [Fact]
    public async Task A_server_that_is_paused_gives_a_failure_that_a_retry_can_help_and_works_when_it_goes_on()
    {
        await using var own = await server.StartContainerAsync();
        await using var store = OpenInstallations(Options, Impatient(own.ConnectionString));
        await store.SaveAsync(Numbered.Installation("U1", 1), Token);
        await own.PauseAsync();
        try
        {
            var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Numbered.Workspace, Token));
            Assert.True(failure.IsTransient);
            using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var save = store.SaveAsync(Numbered.Installation("U1", 2), cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => save);
        }
        finally
        {
            await own.UnpauseAsync();
        }

        Assert.NotNull(await store.FindBotAsync(Numbered.Workspace, Token));
        await store.SaveAsync(Numbered.Installation("U1", 3), Token);
        Assert.Equal(Numbered.Installation("U1", 3), await store.FindInstallationAsync(Numbered.Workspace, "U1", Token));
    }
}
