using System.Text.Json;
using System.Text.RegularExpressions;
using System.Transactions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.PostgreSql.Tests;

/// <summary>The tables: schema, privileges, plans, and the app's own data source.</summary>
public sealed class TableTests(PostgreSqlServer server) : IAsyncLifetime
{
    /// <summary>The depth of a tree of 100,000 keys, a page for each level. A table of 10 rows is one page, which is read whole.</summary>
    private const int PagesPerIndex = 3;

    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T1");

    private readonly PostgreSqlTables _tables = new(server);
    private readonly string _scope = "tables" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static SlackOAuthStoresOptions Common => new() { ClientId = "111.222" };

    private static Installation Installation { get; } = new() { TeamId = "T1", UserId = "U1", UserToken = "xoxp-1", BotToken = "xoxb-1", InstalledAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000) };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _tables.DisposeAsync();

    [Fact]
    public async Task The_script_prepares_a_schema_and_a_role_without_any_right_to_create_uses_it()
    {
        var options = await _tables.OptionsAsync(_scope);
        options.Schema = options.TablePrefix + "S";
        await using var owner = new PostgreSqlInstallationStore(Common, options);
        Assert.Contains("schema is missing", (await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await owner.PrepareAsync(Token))).Message, StringComparison.Ordinal);
        await _tables.RunAsync($"CREATE SCHEMA \"{options.Schema}\"; CREATE ROLE {_scope} LOGIN PASSWORD 'slackoauth'; GRANT USAGE ON SCHEMA \"{options.Schema}\" TO {_scope}");
        try
        {
            await _tables.RunAsync(owner.PreparationScript);
            var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString) { Username = _scope, Password = "slackoauth" };
            await using var app = new PostgreSqlInstallationStore(
                Common,
                new PostgreSqlStoreOptions { ConnectionString = connection.ConnectionString, Schema = options.Schema, TablePrefix = options.TablePrefix });
            var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await app.SaveAsync(Installation, Token));
            Assert.False(failure.IsTransient);
            Assert.Contains("Grant", failure.Message, StringComparison.Ordinal);

            await _tables.RunAsync($"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"{options.Schema}\" TO {_scope}");
            await app.SaveAsync(Installation, Token);
            Assert.Equal(Installation, await app.FindInstallationAsync(Workspace, "U1", Token));
            await app.DeleteAllAsync(Workspace, Token);
            Assert.Null(await app.FindBotAsync(Workspace, Token));
        }
        finally
        {
            await _tables.RunAsync($"DROP SCHEMA \"{options.Schema}\" CASCADE; DROP ROLE {_scope}");
        }
    }

    [Fact]
    public async Task Tables_of_version_1_are_upgraded_by_those_who_come_at_once_and_keep_what_they_hold()
    {
        var options = await _tables.OptionsAsync(_scope);
        await using var first = new PostgreSqlInstallationStore(Common, options);
        await using var states = new PostgreSqlOAuthStateStore(Common, options);
        await first.SaveAsync(Installation, Token);
        var state = await states.IssueAsync(cancellationToken: Token);
        await _tables.RunAsync(
            $"""
            ALTER TABLE {_scope}_workspaces DROP COLUMN bot_lease_fence, DROP COLUMN bot_lease_ends_at, DROP COLUMN bot_saved_fence;
            ALTER TABLE {_scope}_installations DROP COLUMN lease_fence, DROP COLUMN lease_ends_at, DROP COLUMN saved_fence;
            ALTER TABLE {_scope}_states DROP COLUMN claim;
            DELETE FROM {_scope}_schema WHERE version > 1
            """);
        var stores = Enumerable.Range(0, 8).Select(_ => new PostgreSqlInstallationStore(Common, options)).ToArray();
        await Task.WhenAll(stores.Select(store => store.PrepareAsync(Token).AsTask()));
        Assert.Equal(2, await _tables.RunAsync($"SELECT MAX(version) FROM {_scope}_schema"));
        Assert.NotNull(await stores[0].TryAcquireLeaseAsync(Workspace, "U1", TimeSpan.FromMinutes(1), Token));
        Assert.Equal(Installation, await stores[1].FindInstallationAsync(Workspace, "U1", Token));
        Assert.NotNull(await states.ConsumeAsync(state, cancellationToken: Token));
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_purge_removes_what_was_consumed_also_where_that_is_more_than_a_batch()
    {
        var clock = new StoreScope().Time;
        await using var states = new PostgreSqlOAuthStateStore(Common, await _tables.OptionsAsync(_scope), clock);
        await states.PrepareAsync(Token);
        var state = await states.IssueAsync(cancellationToken: Token);
        Assert.NotNull(await states.ConsumeAsync(state, cancellationToken: Token));
        await _tables.RunAsync(
            $"""
            INSERT INTO {_scope}_states (state_key, client_key, expires_at, document, claim)
            SELECT sha256(CAST(CAST(number AS text) AS bytea)), client_key, expires_at, document, claim FROM {_scope}_states, generate_series(1, 1200) AS number
            """);
        await states.IssueAsync(cancellationToken: Token);
        clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(1, await states.PurgeExpiredAsync(Token));
        Assert.Equal(0L, await _tables.RunAsync($"SELECT COUNT(*) FROM {_scope}_states"));
    }

    [Fact]
    public async Task Missing_tables_are_told_with_what_to_do()
    {
        var options = await _tables.OptionsAsync(_scope);
        options.PrepareOnFirstUse = false;
        await using var store = new PostgreSqlInstallationStore(Common, options);
        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Workspace, Token));
        Assert.False(failure.IsTransient);
        Assert.Contains(nameof(IStorePreparation.PrepareAsync), failure.Message, StringComparison.Ordinal);
        await store.PrepareAsync(Token);
        Assert.Null(await store.FindBotAsync(Workspace, Token));
    }

    [Fact]
    public async Task The_apps_own_data_source_is_used_by_both_stores_and_not_disposed()
    {
        await using var source = NpgsqlDataSource.Create((await _tables.OptionsAsync(_scope)).ConnectionString!);
        var services = new ServiceCollection();
        services.AddSlackOAuthStores(options => options.ClientId = "111.222").UsePostgreSql(source);
        services.Configure<PostgreSqlStoreOptions>(options => options.TablePrefix = _scope + "_");
        await using (var provider = services.BuildServiceProvider())
        {
            await provider.GetRequiredService<IInstallationStore>().SaveAsync(Installation, Token);
            await provider.GetRequiredService<IOAuthStateStore>().IssueAsync(cancellationToken: Token);
        }

        await using var command = source.CreateCommand("SELECT 1");
        Assert.Equal(1, await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task A_transaction_around_the_caller_undoes_nothing_that_was_acknowledged()
    {
        await using var store = new PostgreSqlInstallationStore(Common, await _tables.OptionsAsync(_scope));
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await store.SaveAsync(Installation, Token);
        }

        Assert.Equal(Installation, await store.FindInstallationAsync(Workspace, "U1", Token));
    }

    /// <summary>Sentence 24, by PostgreSQL's plans: what they search by, and the rows and pages that a lookup reads.</summary>
    [Fact]
    public async Task Among_100_000_workspaces_with_1_000_users_and_1_000_saves_of_one_calls_search_by_an_index_and_lookups_read_no_more_than_among_10()
    {
        await using var store = new PostgreSqlInstallationStore(new() { ClientId = Common.ClientId, HistoryEnabled = true, HistoryLength = 1000 }, await _tables.OptionsAsync(_scope));
        for (var i = 1; i <= 10; i++)
        {
            await store.SaveAsync(Installation with { TeamId = $"T{i}" }, Token);
        }

        await _tables.RunAsync($"ANALYZE {_scope}_workspaces, {_scope}_installations");
        var few = await MeasureAsync(store);
        for (var i = 1; i <= 1000; i++)
        {
            await store.SaveAsync(Installation with { InstalledAt = Installation.InstalledAt.AddSeconds(i) }, Token);
        }

        Assert.Equal(1000, await store.ListBotHistoryAsync(Workspace, Token).CountAsync(Token));
        await _tables.RunAsync(
            $$"""
            INSERT INTO {{_scope}}_workspaces SELECT sha256(i::text::bytea) || '\x00000000000000000000000000000000', '111.222', NULL, 'W' || i, now(), '{"bot_token":"xoxb-1"}' FROM generate_series(1, 100000) AS i;
            INSERT INTO {{_scope}}_installations SELECT sha256(i::text::bytea) || '\x00000000000000000000000000000000', sha256('1'), 'U1', now(), '{"user_id":"U1"}' FROM generate_series(1, 100000) AS i;
            INSERT INTO {{_scope}}_installations SELECT workspace_key, sha256(i::text::bytea), 'U' || i, '2000-01-01'::timestamptz, '{"user_id":"U1"}' FROM {{_scope}}_workspaces, generate_series(2, 1001) AS i WHERE team_id = 'T1';
            INSERT INTO {{_scope}}_history SELECT workspace_key, now(), sha256('1'), '{"user_id":"U1"}' FROM {{_scope}}_workspaces WHERE team_id LIKE 'W%';
            INSERT INTO {{_scope}}_states SELECT sha256(i::text::bytea), '\x00', i, '{}' FROM generate_series(1, 100000) AS i;
            ANALYZE {{_scope}}_workspaces, {{_scope}}_installations, {{_scope}}_history, {{_scope}}_states
            """);
        foreach (var (before, after) in few.Zip(await MeasureAsync(store)))
        {
            Assert.Equal(1, after.RoundTrips);
            Assert.InRange(after.Rows, 1, before.Rows);
            Assert.InRange(after.Pages, 1, before.Pages + (2 * PagesPerIndex));
        }

        var statements = PostgreSqlStatements.For(null, _scope + "_");
        string[] ofOneWorkspace =
        [
            statements.FindBot, statements.FindInstallation, statements.FindLatestInstallation, statements.Save, statements.SaveBot, statements.SaveWithHistory, statements.DeleteBot,
            statements.DeleteInstallation, statements.ListBots, statements.ListInstallations, statements.Issue, statements.Consume,
            statements.AcquireBotLease, statements.AcquireInstallationLease, statements.SaveLeasedBotWithHistory, statements.SaveLeasedInstallationWithHistory,
            statements.ReleaseBotLease, statements.ReleaseInstallationLease,
        ];
        foreach (var statement in ofOneWorkspace.SelectMany(text => text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            var plan = await ExplainAsync("EXPLAIN " + statement);
            Assert.False(Regex.IsMatch(plan, "Seq Scan on [a-z0-9]+_(workspaces|installations|history|states)"), $"{statement}\n{plan}");
        }

        Assert.DoesNotContain("Sort", await ExplainAsync("EXPLAIN " + statements.FindLatestInstallation), StringComparison.Ordinal);
    }

    /// <summary>What each lookup of T1 takes: round trips, and rows and pages of the tables and their indexes.</summary>
    private async Task<IReadOnlyList<(long RoundTrips, double Rows, long Pages)>> MeasureAsync(PostgreSqlInstallationStore store)
    {
        var statements = PostgreSqlStatements.For(null, _scope + "_");
        var keys = new Dictionary<string, string>
        {
            ["@workspace"] = $"'{await _tables.RunAsync($"SELECT workspace_key::text FROM {_scope}_workspaces WHERE team_id = 'T1'")}'::bytea",
            ["@user"] = $"'{await _tables.RunAsync($"SELECT user_key::text FROM {_scope}_installations WHERE user_id = 'U1' LIMIT 1")}'::bytea",
        };
        (string Statement, Func<Task<object?>> CallAsync)[] lookups =
        [
            (statements.FindBot, async () => await store.FindBotAsync(Workspace, Token)),
            (statements.FindInstallation, async () => await store.FindInstallationAsync(Workspace, "U1", Token)),
            (statements.FindLatestInstallation, async () => await store.FindInstallationAsync(Workspace, null, Token)),
        ];
        var costs = new List<(long, double, long)>();
        foreach (var (statement, callAsync) in lookups)
        {
            var before = _tables.Proxy(_scope).RoundTrips;
            Assert.NotNull(await callAsync());
            var roundTrips = _tables.Proxy(_scope).RoundTrips - before;
            using var plan = JsonDocument.Parse(await ExplainAsync("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + statement, keys));
            var root = plan.RootElement[0].GetProperty("Plan");
            costs.Add((roundTrips, Rows(root), root.GetProperty("Shared Hit Blocks").GetInt64() + root.GetProperty("Shared Read Blocks").GetInt64()));
        }

        return costs;

        static double Rows(JsonElement node)
        {
            var rows = node.TryGetProperty("Plans", out var below) ? below.EnumerateArray().Sum(Rows) : 0;
            return node.TryGetProperty("Relation Name", out _)
                ? rows + (node.GetProperty("Actual Loops").GetDouble() * (node.GetProperty("Actual Rows").GetDouble() + Removed("Rows Removed by Filter") + Removed("Rows Removed by Index Recheck")))
                : rows;

            double Removed(string name) => node.TryGetProperty(name, out var removed) ? removed.GetDouble() : 0;
        }
    }

    private async Task<string> ExplainAsync(string statement, IReadOnlyDictionary<string, string>? values = null)
    {
        var literal = Regex.Replace(statement, "@[a-z_]+", match => match.Value switch
        {
            var name when values?.GetValueOrDefault(name) is { } value => value,
            "@page" or "@batch" or "@kept" => "10",
            "@expires_at" or "@now" or "@fence" or "@lease_ends_at" => "1",
            "@bot" or "@document" => "'{}'::json",
            "@installed_at" or "@bot_installed_at" => "now()",
            "@client_id" or "@team_id" or "@enterprise_id" or "@user_id" => "'x'",
            "@end" => @"'\xff'::bytea",
            _ => @"'\x6b86b273'::bytea",
        });
        await using var source = NpgsqlDataSource.Create(await server.GetConnectionStringAsync());
        await using var command = source.CreateCommand(literal);
        await using var reader = await command.ExecuteReaderAsync(Token);
        var lines = new List<string>();
        while (await reader.ReadAsync(Token))
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }
}
