using System.Data;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.SqlClient;

namespace SlackOAuth.Stores.SqlServer.Tests;

/// <summary>Sentence 24: what a lookup costs among many.</summary>
public sealed partial class GrowthTests(SqlServerServer server) : IAsyncLifetime
{
    /// <summary>An index grows by a level or two, and a lookup reads two of them and a table.</summary>
    private const long Levels = 6;

    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T1");

    private readonly SqlServerTables _tables = new(server);
    private readonly string _scope = "growth" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Installation Installation { get; } = new() { TeamId = "T1", UserId = "U1", UserToken = "xoxp-1", BotToken = "xoxb-1", InstalledAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000) };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _tables.DisposeAsync();

    [Fact]
    public async Task Among_100_000_workspaces_with_1_000_users_and_1_000_saves_of_one_a_lookup_reads_what_it_read_among_10()
    {
        await using var store = new SqlServerInstallationStore(new() { ClientId = "111.222", HistoryEnabled = true, HistoryLength = 1000 }, await _tables.OptionsAsync(_scope));
        for (var i = 1; i <= 10; i++)
        {
            await store.SaveAsync(Installation with { TeamId = $"T{i}" }, Token);
        }

        var few = await MeasureAsync(store);
        for (var i = 1; i <= 1000; i++)
        {
            await store.SaveAsync(Installation with { InstalledAt = Installation.InstalledAt.AddSeconds(i) }, Token);
        }

        Assert.Equal(1000, await store.ListBotHistoryAsync(Workspace, Token).CountAsync(Token));
        const string digits = "(VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))";
        const string thousand = $"(SELECT a.d + 10 * b.d + 100 * c.d AS n FROM {digits} AS a (d) CROSS JOIN {digits} AS b (d) CROSS JOIN {digits} AS c (d))";
        const string many = $"(SELECT t.n + 1000 * d.d + 10000 * e.d AS n FROM {thousand} AS t CROSS JOIN {digits} AS d (d) CROSS JOIN {digits} AS e (d))";
        await _tables.RunAsync(
            $$"""
            INSERT INTO {{_scope}}_workspaces (workspace_key, client_id, team_id, bot_installed_at, bot)
            SELECT CAST(HASHBYTES('SHA2_256', CAST(n AS varchar(10))) AS binary(48)), N'111.222', N'W' + CAST(n AS nvarchar(10)), '2026-01-01', N'{"bot_token":"xoxb-1"}' FROM {{many}} AS m;
            INSERT INTO {{_scope}}_installations (workspace_key, user_key, user_id, installed_at, document)
            SELECT CAST(HASHBYTES('SHA2_256', CAST(n AS varchar(10))) AS binary(48)), CAST(HASHBYTES('SHA2_256', 'U1') AS binary(32)), N'U1', '2026-01-01', N'{"user_id":"U1"}' FROM {{many}} AS m;
            INSERT INTO {{_scope}}_installations (workspace_key, user_key, user_id, installed_at, document)
            SELECT w.workspace_key, CAST(HASHBYTES('SHA2_256', CAST(t.n AS varchar(10))) AS binary(32)), N'V' + CAST(t.n AS nvarchar(10)), '2000-01-01', N'{"user_id":"V"}'
            FROM {{_scope}}_workspaces AS w CROSS JOIN {{thousand}} AS t WHERE w.team_id = N'T1';
            """);

        // An engine of PostgreSQL's plans by what it knew of the tables before, until it has looked again by itself, which nobody can ask of it by T-SQL.
        for (var patience = 40; ; patience--)
        {
            var pairs = few.Zip(await MeasureAsync(store)).ToArray();
            Assert.All(pairs, pair => Assert.Equal(1, pair.Second.RoundTrips));
            if (patience > 0 && pairs.Any(pair => pair.Second.Reads > pair.First.Reads + Levels))
            {
                await Task.Delay(TimeSpan.FromSeconds(5), Token);
                continue;
            }

            Assert.All(pairs, pair => Assert.InRange(pair.Second.Reads, 1, pair.First.Reads + Levels));
            return;
        }
    }

    /// <summary>What each lookup of T1 takes: round trips, and what the server says it has read.</summary>
    private async Task<IReadOnlyList<(long RoundTrips, long Reads)>> MeasureAsync(SqlServerInstallationStore store)
    {
        var statements = SqlServerStatements.For(null, _scope + "_");
        SqlParameter[] keys =
        [
            new("@workspace", SqlDbType.Binary, 48) { Value = await _tables.RunAsync($"SELECT workspace_key FROM {_scope}_workspaces WHERE team_id = N'T1'") },
            new("@user", SqlDbType.Binary, 32) { Value = await _tables.RunAsync($"SELECT TOP (1) user_key FROM {_scope}_installations WHERE user_id = N'U1'") },
        ];
        (string Statement, Func<Task<object?>> CallAsync)[] lookups =
        [
            (statements.FindBot, async () => await store.FindBotAsync(Workspace, Token)),
            (statements.FindInstallation, async () => await store.FindInstallationAsync(Workspace, "U1", Token)),
            (statements.FindLatestInstallation, async () => await store.FindInstallationAsync(Workspace, null, Token)),
        ];
        var costs = new List<(long, long)>();
        foreach (var (statement, callAsync) in lookups)
        {
            var before = _tables.Proxy(_scope).RoundTrips;
            Assert.NotNull(await callAsync());
            costs.Add((_tables.Proxy(_scope).RoundTrips - before, await CountReadsAsync(statement, keys)));
        }

        return costs;
    }

    /// <summary>Pages, as SQL Server counts them; where it counts none the rows of the plan, as Babelfish tells it.</summary>
    private async Task<long> CountReadsAsync(string statement, SqlParameter[] keys)
    {
        await using var connection = new SqlConnection(await server.GetConnectionStringAsync());
        await connection.OpenAsync(Token);
        long pages = 0;
        connection.InfoMessage += (_, message) => pages += Sum(LogicalReads, message.Message);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT SERVERPROPERTY('BabelfishVersion')";
        var isBabelfish = await command.ExecuteScalarAsync(Token) is string;
        command.CommandText = isBabelfish ? "SET BABELFISH_STATISTICS PROFILE ON" : "SET STATISTICS IO ON";
        await command.ExecuteNonQueryAsync(Token);
        command.CommandText = statement;
        command.Parameters.AddRange(keys.Select(key => new SqlParameter(key.ParameterName, key.SqlDbType, key.Size) { Value = key.Value }).ToArray());
        var plan = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(Token))
        {
            do
            {
                while (await reader.ReadAsync(Token))
                {
                    if (reader.FieldCount == 1)
                    {
                        plan.Add(reader.GetString(0));
                    }
                }
            }
            while (await reader.NextResultAsync(Token));
        }

        return isBabelfish ? plan.Sum(line => Sum(RowsOfPlan, line)) : pages;
    }

    private static long Sum(Regex numbers, string text) => numbers.Matches(text).Sum(match => match.Groups.Values.Skip(1).Where(group => group.Success)
        .Aggregate(1L, (product, group) => product * long.Parse(group.Value, CultureInfo.InvariantCulture)));

    [GeneratedRegex(@"(?<!lob )logical reads ([0-9]+)")]
    private static partial Regex LogicalReads { get; }

    /// <summary>Rows, and how often.</summary>
    [GeneratedRegex(@" on .*actual time=\S+ rows=([0-9]+) loops=([0-9]+)|Rows Removed by [^:]*: ([0-9]+)")]
    private static partial Regex RowsOfPlan { get; }
}
