using System.Globalization;
using Npgsql;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.PostgreSql.Tests;

/// <summary>A server that is killed, paused or cut off, and several processes over one.</summary>
public sealed class FaultTests(PostgreSqlServer server) : IAsyncLifetime
{
    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T1");

    private readonly PostgreSqlTables _tables = new(server);
    private readonly string _scope = "faults" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static SlackOAuthStoresOptions Common => new() { ClientId = "111.222" };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _tables.DisposeAsync();

    [Fact]
    public async Task A_server_that_is_killed_under_load_keeps_every_acknowledged_save_and_is_found_again()
    {
        await using var own = await server.StartContainerAsync();
        await using var store = new PostgreSqlInstallationStore(Common, new PostgreSqlStoreOptions { ConnectionString = own.ConnectionString });
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
                        await store.SaveAsync(Numbered($"U{user}", number), Token);
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
        while (await store.FindInstallationAsync(Workspace, "U7", Token) is null)
        {
            await Task.Yield();
        }

        await own.KillAsync();
        await hasFailed.Task.WaitAsync(TimeSpan.FromMinutes(1), Token);
        await own.RestartAsync();

        // The next call works, of readers and writers alike.
        Assert.NotNull(await store.FindInstallationAsync(Workspace, "U7", Token));
        await stop.CancelAsync();
        foreach (var (user, acknowledged) in (await Task.WhenAll(savers)).Index())
        {
            var found = await store.FindInstallationAsync(Workspace, $"U{user}", Token);
            Assert.NotNull(found);
            Assert.InRange(Number(found), acknowledged, int.MaxValue);
        }
    }

    [Fact]
    public async Task The_first_call_after_a_restart_works_though_the_pool_is_full_of_ended_connections()
    {
        await using var own = await server.StartContainerAsync();
        await using var installations = new PostgreSqlInstallationStore(Common, new PostgreSqlStoreOptions { ConnectionString = own.ConnectionString });
        await installations.PrepareAsync(Token);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => installations.SaveAsync(Numbered($"U{i}", 1), Token).AsTask()));
        await using var states = new PostgreSqlOAuthStateStore(Common, new PostgreSqlStoreOptions { ConnectionString = own.ConnectionString });
        var state = await states.IssueAsync(cancellationToken: Token);
        await own.KillAsync();
        await own.RestartAsync();
        Assert.NotNull(await installations.FindInstallationAsync(Workspace, "U1", Token));
        Assert.NotNull(await states.ConsumeAsync(state, cancellationToken: Token));
    }

    [Fact]
    public async Task A_server_that_is_paused_gives_a_failure_that_a_retry_can_help_and_works_when_it_goes_on()
    {
        await using var own = await server.StartContainerAsync();
        var connection = new NpgsqlConnectionStringBuilder(own.ConnectionString) { Timeout = 2, CommandTimeout = 2, CancellationTimeout = 500 };
        await using var store = new PostgreSqlInstallationStore(Common, new PostgreSqlStoreOptions { ConnectionString = connection.ConnectionString });
        await store.SaveAsync(Numbered("U1", 1), Token);
        await own.PauseAsync();
        try
        {
            var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Workspace, Token));
            Assert.True(failure.IsTransient);
            using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var save = store.SaveAsync(Numbered("U1", 2), cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => save);
        }
        finally
        {
            await own.UnpauseAsync();
        }

        Assert.NotNull(await store.FindBotAsync(Workspace, Token));
        await store.SaveAsync(Numbered("U1", 3), Token);
        Assert.Equal(Numbered("U1", 3), await store.FindInstallationAsync(Workspace, "U1", Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task An_answer_that_is_cut_off_once_is_asked_for_again_where_that_is_safe(int bytes)
    {
        await using var store = new PostgreSqlInstallationStore(Common, await _tables.OptionsAsync(_scope));
        await store.SaveAsync(Numbered("U1", 1), Token);
        _tables.Proxy(_scope).CutNextAnswers(bytes);
        await store.SaveAsync(Numbered("U1", 2), Token);
        _tables.Proxy(_scope).CutNextAnswers(bytes);
        Assert.Equal(Numbered("U1", 2), await store.FindInstallationAsync(Workspace, "U1", Token));
        _tables.Proxy(_scope).CutNextAnswers(bytes);
        await store.DeleteInstallationAsync(Workspace, "U1", Token);
        Assert.Null(await store.FindInstallationAsync(Workspace, "U1", Token));

        await using var states = new PostgreSqlOAuthStateStore(Common, await _tables.OptionsAsync(_scope));
        await states.IssueAsync(cancellationToken: Token);
        _tables.Proxy(_scope).CutNextAnswers(bytes);
        var state = await states.IssueAsync(cancellationToken: Token);
        Assert.NotNull(await states.ConsumeAsync(state, cancellationToken: Token));
        Assert.Equal(1, await _tables.CountStatesAsync(_scope));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task A_consume_whose_answer_was_cut_off_still_gets_the_data_and_nobody_else_does(int bytes)
    {
        await using var states = new PostgreSqlOAuthStateStore(Common, await _tables.OptionsAsync(_scope));
        var data = new OAuthStateData { TeamId = "T1" };
        var state = await states.IssueAsync(data, Token);
        _tables.Proxy(_scope).CutNextAnswers(bytes);
        Assert.Equal(data, await states.ConsumeAsync(state, cancellationToken: Token));
        Assert.Null(await states.ConsumeAsync(state, cancellationToken: Token));
    }

    [Fact]
    public async Task A_consume_whose_answers_are_all_cut_off_fails_with_what_a_retry_can_help()
    {
        await using var states = new PostgreSqlOAuthStateStore(Common, await _tables.OptionsAsync(_scope));
        var state = await states.IssueAsync(cancellationToken: Token);
        _tables.Proxy(_scope).CutNextAnswers(answers: 10);
        Assert.True((await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await states.ConsumeAsync(state, cancellationToken: Token))).IsTransient);
        _tables.Proxy(_scope).CutNextAnswers(answers: 0);
        Assert.NotNull(await states.ConsumeAsync(await states.IssueAsync(cancellationToken: Token), cancellationToken: Token));
    }

    [Fact]
    public async Task A_state_has_one_winner_among_64_consumers_in_two_processes()
    {
        await _tables.OptionsAsync(_scope);
        var connection = new NpgsqlConnectionStringBuilder(await server.GetConnectionStringAsync()) { MaxPoolSize = 16 }.ConnectionString;
        await using var store = new PostgreSqlOAuthStateStore(Common, new PostgreSqlStoreOptions { ConnectionString = connection, TablePrefix = _scope + "_" });
        var states = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => store.IssueAsync(cancellationToken: Token).AsTask()));
        string[] arguments = [connection, _scope + "_", .. states];
        var won = await Task.WhenAll(SecondProcess.RunAsync<Consume>(arguments), SecondProcess.RunAsync<Consume>(arguments));
        Assert.Equal(states.Order(StringComparer.Ordinal), won.SelectMany(list => list).Order(StringComparer.Ordinal));
        Assert.Equal(0, await _tables.CountStatesAsync(_scope));
    }

    private static int Number(Installation installation) => (int)(installation.InstalledAt.ToUnixTimeSeconds() - 1_700_000_000);

    private static Installation Numbered(string userId, int number) => new()
    {
        TeamId = "T1",
        UserId = userId,
        UserToken = string.Create(CultureInfo.InvariantCulture, $"xoxp-{number}"),
        BotToken = string.Create(CultureInfo.InvariantCulture, $"xoxb-{number}"),
        InstalledAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000 + number),
    };

    public sealed class Consume : ISecondProcess
    {
        public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<string> arguments)
        {
            await using var store = new PostgreSqlOAuthStateStore(Common, new PostgreSqlStoreOptions { ConnectionString = arguments[0], TablePrefix = arguments[1] });
            var won = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
            {
                var mine = new List<string>();
                foreach (var state in arguments.Skip(2))
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
