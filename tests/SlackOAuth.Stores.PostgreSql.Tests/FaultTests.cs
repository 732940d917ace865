using Npgsql;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.PostgreSql.Tests;

/// <summary>A server that is killed, started again and paused.</summary>
public sealed class ServerFaultTests(PostgreSqlServer server) : ServerFaultTests<PostgreSqlInstallationStore, PostgreSqlOAuthStateStore>(server)
{
    protected override PostgreSqlInstallationStore OpenInstallations(SlackOAuthStoresOptions options, string connectionString) =>
        new(options, new PostgreSqlStoreOptions { ConnectionString = connectionString });

    protected override PostgreSqlOAuthStateStore OpenStates(SlackOAuthStoresOptions options, string connectionString) =>
        new(options, new PostgreSqlStoreOptions { ConnectionString = connectionString });

    protected override string Impatient(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Timeout = 2, CommandTimeout = 2, CancellationTimeout = 500 }.ConnectionString;
}

/// <summary>A server that is cut off, and several processes over one.</summary>
public sealed class FaultTests(PostgreSqlServer server) : IAsyncLifetime
{
    private readonly PostgreSqlTables _tables = new(server);
    private readonly string _scope = "faults" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static SlackOAuthStoresOptions Common => new() { ClientId = "111.222" };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _tables.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task An_answer_that_is_cut_off_once_is_asked_for_again_where_that_is_safe(int bytes)
    {
        await using var store = new PostgreSqlInstallationStore(Common, await _tables.OptionsAsync(_scope));
        await store.SaveAsync(Numbered.Installation("U1", 1), Token);
        _tables.Proxy(_scope).CutNextAnswers(bytes);
        await store.SaveAsync(Numbered.Installation("U1", 2), Token);
        _tables.Proxy(_scope).CutNextAnswers(bytes);
        Assert.Equal(Numbered.Installation("U1", 2), await store.FindInstallationAsync(Numbered.Workspace, "U1", Token));
        _tables.Proxy(_scope).CutNextAnswers(bytes);
        await store.DeleteInstallationAsync(Numbered.Workspace, "U1", Token);
        Assert.Null(await store.FindInstallationAsync(Numbered.Workspace, "U1", Token));

        await using var states = new PostgreSqlOAuthStateStore(Common, await _tables.OptionsAsync(_scope));
        await states.IssueAsync(cancellationToken: Token);
        _tables.Proxy(_scope).CutNextAnswers(bytes);
        var state = await states.IssueAsync(cancellationToken: Token);
        Assert.NotNull(await states.ConsumeAsync(state, cancellationToken: Token));
        Assert.Equal(1, await _tables.CountStatesAsync(_scope));
    }

    [Fact]
    public async Task Who_blocks_on_calls_under_a_synchronization_context_gets_their_answers()
    {
        await using var store = new PostgreSqlInstallationStore(Common, await _tables.OptionsAsync(_scope));
        await using var states = new PostgreSqlOAuthStateStore(Common, await _tables.OptionsAsync(_scope));
        await BlockedThread.RunAsync(() => store.SaveAsync(Numbered.Installation("U1", 1), Token).AsTask());
        await BlockedThread.RunAsync(() => store.FindBotAsync(Numbered.Workspace, Token).AsTask());
        await BlockedThread.RunAsync(async () =>
        {
            await foreach (var bot in store.ListBotsAsync(Token).ConfigureAwait(false))
            {
                Assert.Equal(Numbered.Installation("U1", 1).ToBot(), bot);
            }
        });
        await BlockedThread.RunAsync(() => store.TryAcquireLeaseAsync(Numbered.Workspace, null, TimeSpan.FromMinutes(1), Token).AsTask());
        await BlockedThread.RunAsync(() => states.IssueAsync(null, Token).AsTask());
        await BlockedThread.RunAsync(() => states.ConsumeAsync(OAuthState.Create(), cancellationToken: Token).AsTask());
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
