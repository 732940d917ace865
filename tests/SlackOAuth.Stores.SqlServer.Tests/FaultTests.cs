using Microsoft.Data.SqlClient;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.SqlServer.Tests;

/// <summary>A server that is killed, started again and paused.</summary>
public sealed class ServerFaultTests(SqlServerServer server) : ServerFaultTests<SqlServerInstallationStore, SqlServerOAuthStateStore>(server)
{
    protected override SqlServerInstallationStore OpenInstallations(SlackOAuthStoresOptions options, string connectionString) =>
        new(options, new SqlServerStoreOptions { ConnectionString = connectionString });

    protected override SqlServerOAuthStateStore OpenStates(SlackOAuthStoresOptions options, string connectionString) =>
        new(options, new SqlServerStoreOptions { ConnectionString = connectionString });

    protected override string Impatient(string connectionString) => new SqlConnectionStringBuilder(connectionString) { ConnectTimeout = 2, CommandTimeout = 2 }.ConnectionString;
}

/// <summary>Answers that are cut off, missing tables, and several processes over one server.</summary>
public sealed class FaultTests(SqlServerServer server) : IAsyncLifetime
{
    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T1");

    private readonly SqlServerTables _tables = new(server);
    private readonly string _scope = "faults" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static SlackOAuthStoresOptions Common => new() { ClientId = "111.222" };

    private static Installation Installation { get; } = new() { TeamId = "T1", UserId = "U1", UserToken = "xoxp-1", BotToken = "xoxb-1", InstalledAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000) };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _tables.DisposeAsync();

    [Fact]
    public async Task An_answer_that_is_cut_off_once_is_asked_for_again_where_that_is_safe()
    {
        await using var store = new SqlServerInstallationStore(Common, await _tables.OptionsAsync(_scope));
        await store.PrepareAsync(Token);
        _tables.Proxy(_scope).CutNextAnswers();
        await store.SaveAsync(Installation, Token);
        _tables.Proxy(_scope).CutNextAnswers(7);
        Assert.Equal(Installation, await store.FindInstallationAsync(Workspace, "U1", Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_consume_whose_answer_was_cut_off_still_gets_the_data_and_nobody_else_does(bool hasRetryLogic)
    {
        var options = await _tables.OptionsAsync(_scope);
        options.RetryLogicProvider = hasRetryLogic ? Retry() : null;
        await using var states = new SqlServerOAuthStateStore(Common, options);
        var data = new OAuthStateData { TeamId = "T1" };
        var state = await states.IssueAsync(data, Token);
        _tables.Proxy(_scope).CutNextAnswers();
        Assert.Equal(data, await states.ConsumeAsync(state, cancellationToken: Token));
        Assert.Null(await states.ConsumeAsync(state, cancellationToken: Token));
    }

    [Fact]
    public async Task Missing_tables_are_told_with_what_to_do()
    {
        var options = await _tables.OptionsAsync(_scope);
        options.PrepareOnFirstUse = false;
        await using var store = new SqlServerInstallationStore(Common, options);
        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Workspace, Token));
        Assert.False(failure.IsTransient);
        Assert.Contains(nameof(IStorePreparation.PrepareAsync), failure.Message, StringComparison.Ordinal);
        await store.PrepareAsync(Token);
        Assert.Null(await store.FindBotAsync(Workspace, Token));
    }

    [Fact]
    public async Task Tables_of_version_1_are_upgraded_by_those_who_come_at_once_and_keep_what_they_hold()
    {
        var options = await _tables.OptionsAsync(_scope);
        await using var first = new SqlServerInstallationStore(Common, options);
        await using var states = new SqlServerOAuthStateStore(Common, options);
        await first.SaveAsync(Installation, Token);
        var state = await states.IssueAsync(cancellationToken: Token);
        string[] added = ["workspaces.bot_lease_fence", "workspaces.bot_lease_ends_at", "workspaces.bot_saved_fence", "installations.lease_fence", "installations.lease_ends_at", "installations.saved_fence", "states.claim"];
        foreach (var column in added.Select(name => name.Split('.')))
        {
            await _tables.RunAsync($"ALTER TABLE {_scope}_{column[0]} DROP COLUMN {column[1]}");
        }

        await _tables.RunAsync($"DELETE FROM {_scope}_schema WHERE version > 1");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var store = new SqlServerInstallationStore(Common, options);
            await store.PrepareAsync(Token);
        }));
        Assert.Equal(2, await _tables.RunAsync($"SELECT MAX(version) FROM {_scope}_schema"));
        Assert.NotNull(await first.TryAcquireLeaseAsync(Workspace, "U1", TimeSpan.FromMinutes(1), Token));
        Assert.Equal(Installation, await first.FindInstallationAsync(Workspace, "U1", Token));
        Assert.NotNull(await states.ConsumeAsync(state, cancellationToken: Token));
    }

    [Fact]
    public async Task A_state_has_one_winner_among_64_consumers_in_two_processes()
    {
        await _tables.OptionsAsync(_scope);
        var connection = new SqlConnectionStringBuilder(await server.GetConnectionStringAsync()) { MaxPoolSize = 16 }.ConnectionString;
        await using var store = new SqlServerOAuthStateStore(Common, new SqlServerStoreOptions { ConnectionString = connection, TablePrefix = _scope + "_" });
        var states = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => store.IssueAsync(cancellationToken: Token).AsTask()));
        string[] arguments = [connection, _scope + "_", .. states];
        var won = await Task.WhenAll(SecondProcess.RunAsync<Consume>(arguments), SecondProcess.RunAsync<Consume>(arguments));
        Assert.Equal(states.Order(StringComparer.Ordinal), won.SelectMany(list => list).Order(StringComparer.Ordinal));
        Assert.Equal(0, await _tables.CountStatesAsync(_scope));
    }

    /// <summary>The driver's own, for what it reports where a connection ends.</summary>
    private static SqlRetryLogicBaseProvider Retry() => SqlConfigurableRetryFactory.CreateFixedRetryProvider(new SqlRetryLogicOption
    {
        NumberOfTries = 3,
        DeltaTime = TimeSpan.FromMilliseconds(10),
        MaxTimeInterval = TimeSpan.FromMilliseconds(20),
        TransientErrors = [-2, -1, 0, 2, 53, 64, 104, 121, 233, 10053, 10054, 10060],
    });

    public sealed class Consume : ISecondProcess
    {
        public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<string> arguments)
        {
            await using var store = new SqlServerOAuthStateStore(Common, new SqlServerStoreOptions { ConnectionString = arguments[0], TablePrefix = arguments[1] });
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
