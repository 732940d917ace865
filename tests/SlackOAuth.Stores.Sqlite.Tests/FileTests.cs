using System.Data.Common;
using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.Data.Sqlite;
using SlackOAuth.Stores.Relational;
using SQLitePCL;

namespace SlackOAuth.Stores.Sqlite.Tests;

/// <summary>The file itself: who may read it, what is left in it, locks, damage, and what a call costs in it.</summary>
public sealed class FileTests : IDisposable
{
    /// <summary>Down a tree a delete asks for a page, and for its neighbours where they are balanced.</summary>
    private const int PagesPerLevel = 6;

    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T1");

    private readonly TemporaryFile _file = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task The_file_and_those_beside_it_are_for_their_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no modes on Windows.");
        await using var store = _file.Installations();
        await store.SaveAsync(Installation("U1", 1), Token);
        var files = Directory.GetFiles(Path.GetDirectoryName(_file.Path)!);
        Assert.Equal(3, files.Length);
        Assert.All(files, path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path)));
    }

    [Fact]
    public async Task What_was_deleted_is_not_in_the_file()
    {
        await using (var store = _file.Installations())
        {
            await store.SaveAsync(Installation("U1", 1), Token);
            await store.SaveAsync(Installation("U2", 2), Token);
            await store.DeleteInstallationAsync(Workspace, "U1", Token);
        }

        // Closed: what the log held is in the file.
        var bytes = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(_file.Path, Token));
        Assert.Contains("xoxp-U2", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain("xoxp-U1", bytes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_keys_of_rows_stay_what_they_are()
    {
        // What another version wrote has to be found: the first half of SHA-256 over the client id and a NUL, and SHA-256 over the enterprise, a NUL and the team.
        await using var store = _file.Installations();
        await store.SaveAsync(Installation("U1", 1), Token);
        Assert.Equal(
            "3D27728999EFE34EE98E98B4EBC31AC4" + "E628FB7EC0399A59EB2D21F7899E62D630A83A1C37C183A265C861DE3BE0C1C3",
            _file.Run("SELECT hex(workspace_key) FROM slack_workspaces"));
        Assert.Equal("08178CC7681F744736CC1114B05ACDD30C4352193D7D9D83D0454DFA758E3A07", _file.Run("SELECT hex(user_key) FROM slack_installations"));
        Assert.Equal("111.222//T1", _file.Run("SELECT client_id || '/' || ifnull(enterprise_id, '') || '/' || team_id FROM slack_workspaces"));
        Assert.Equal(1_700_000_001_000_000, _file.Run("SELECT installed_at FROM slack_installations"));
    }

    [Fact]
    public async Task A_write_waits_for_another_processs_and_fails_when_that_takes_longer_than_the_timeout()
    {
        await using var store = _file.Installations(options => options.BusyTimeout = TimeSpan.FromMilliseconds(200));
        await store.SaveAsync(Installation("U1", 1), Token);
        await using (var other = TemporaryFile.Connect(_file.Path))
        {
            Run(other, "BEGIN IMMEDIATE");
            var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.SaveAsync(Installation("U1", 2), Token));
            Assert.True(failure.IsTransient);
            Assert.Contains(nameof(SqliteStoreOptions.BusyTimeout), failure.Message, StringComparison.Ordinal);

            // A lookup does not wait.
            Assert.Equal(Installation("U1", 1), await store.FindInstallationAsync(Workspace, "U1", Token));
            Run(other, "COMMIT");
        }

        await store.SaveAsync(Installation("U1", 3), Token);
        Assert.Equal(Installation("U1", 3), await store.FindInstallationAsync(Workspace, "U1", Token));
    }

    [Fact]
    public async Task A_write_that_waits_goes_on_when_the_other_has_ended()
    {
        await using var store = _file.Installations();
        await store.SaveAsync(Installation("U1", 1), Token);
        await using var other = TemporaryFile.Connect(_file.Path);
        Run(other, "BEGIN IMMEDIATE");
        var save = store.SaveAsync(Installation("U1", 2), Token).AsTask();
        Assert.False(save.IsCompleted);
        Run(other, "COMMIT");
        await save;
        Assert.Equal(Installation("U1", 2), await store.FindInstallationAsync(Workspace, "U1", Token));
    }

    [Fact]
    public async Task A_write_that_waits_can_be_cancelled()
    {
        await using var store = _file.Installations();
        await store.SaveAsync(Installation("U1", 1), Token);
        await using var other = TemporaryFile.Connect(_file.Path);
        Run(other, "BEGIN IMMEDIATE");
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var save = store.SaveAsync(Installation("U1", 2), cancellation.Token).AsTask();
        var second = store.SaveAsync(Installation("U1", 3), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => save);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Run(other, "COMMIT");
        await store.SaveAsync(Installation("U1", 4), Token);
        Assert.Equal(Installation("U1", 4), await store.FindInstallationAsync(Workspace, "U1", Token));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_told_and_left_alone()
    {
        await File.WriteAllTextAsync(_file.Path, new string('x', 4096), Token);
        await using var store = _file.Installations();
        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Workspace, Token));
        Assert.False(failure.IsTransient);
        Assert.Contains("no SQLite database", failure.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 4096), await File.ReadAllTextAsync(_file.Path, Token));
    }

    [Fact]
    public async Task A_damaged_record_is_told_without_a_piece_of_it()
    {
        await using var store = _file.Installations();
        await store.SaveAsync(Installation("U1", 1), Token);
        _file.Run("UPDATE slack_installations SET document = SUBSTR(document, 1, LENGTH(document) - 20)");
        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindInstallationAsync(Workspace, "U1", Token));
        Assert.False(failure.IsTransient);
        Assert.DoesNotContain("xox", failure.ToString(), StringComparison.Ordinal);
        await store.SaveAsync(Installation("U1", 1), Token);
        Assert.Equal(Installation("U1", 1), await store.FindInstallationAsync(Workspace, "U1", Token));
    }

    [Fact]
    public async Task A_missing_folder_and_missing_tables_are_told_with_what_to_do()
    {
        await using var homeless = _file.Installations(options => options.Path = Path.Combine(Path.GetDirectoryName(_file.Path)!, "missing", "slack.db"));
        Assert.Contains("folder", (await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await homeless.FindBotAsync(Workspace, Token))).Message, StringComparison.Ordinal);

        await using var unprepared = _file.Installations(options => options.PrepareOnFirstUse = false);
        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await unprepared.FindBotAsync(Workspace, Token));
        Assert.Contains(nameof(IStorePreparation.PrepareAsync), failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_file.Path));
        await unprepared.PrepareAsync(Token);
        Assert.Null(await unprepared.FindBotAsync(Workspace, Token));
    }

    [Fact]
    public async Task The_script_prepares_a_file_as_the_store_does()
    {
        await using var store = _file.Installations(options => options.PrepareOnFirstUse = false);
        await using (var connection = TemporaryFile.Connect(_file.Path))
        {
            Run(connection, store.PreparationScript);
            Run(connection, store.PreparationScript);
        }

        await store.SaveAsync(Installation("U1", 1), Token);
        Assert.Equal(Installation("U1", 1), await store.FindInstallationAsync(Workspace, "U1", Token));
    }

    [Theory]
    [InlineData(false, 1L)]
    [InlineData(true, 2L)]
    public async Task A_commit_waits_for_the_disk_where_the_option_says_so(bool flushEveryWrite, long synchronous)
    {
        using var database = SqliteDatabase.Open(_file.Options(options => options.FlushEveryWrite = flushEveryWrite));
        await using var store = new SqliteInstallationStore(new SlackOAuthStoresOptions { ClientId = TemporaryFile.ClientId }, database, TimeProvider.System);
        await store.SaveAsync(Installation("U1", 1), Token);
        Assert.Equal(Installation("U1", 1), await store.FindInstallationAsync(Workspace, "U1", Token));

        // NORMAL is 1: in WAL mode a checkpoint alone is flushed. FULL is 2: each commit is. Read on a connection that the store has written by.
        await using var connection = await OpenAsync(database);
        await using var command = new SqliteCommand("PRAGMA synchronous", connection);
        Assert.Equal(synchronous, await command.ExecuteScalarAsync(Token));
        command.CommandText = "PRAGMA journal_mode";
        Assert.Equal("wal", await command.ExecuteScalarAsync(Token));
    }

    /// <summary>SQLite's own way with lock files, which knows no shared memory, as on a share that has none.</summary>
    [Fact]
    public async Task A_file_that_cannot_have_WAL_is_told_with_what_to_do_and_not_written()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "SQLite has no such file system on Windows.");
        using var database = SqliteDatabase.Open(_file.Options(), "unix-dotfile");
        await using var store = new SqliteInstallationStore(new SlackOAuthStoresOptions { ClientId = TemporaryFile.ClientId }, database, TimeProvider.System);
        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.SaveAsync(Installation("U1", 1), Token));
        Assert.False(failure.IsTransient);
        Assert.Contains("WAL", failure.Message, StringComparison.Ordinal);
        Assert.Contains("local disk", failure.Message, StringComparison.Ordinal);
        Assert.Contains("'delete'", failure.InnerException?.Message, StringComparison.Ordinal);
        Assert.Equal(0, new FileInfo(_file.Path).Length);
    }

    [Fact]
    public async Task A_file_of_version_1_is_upgraded_by_one_of_those_who_come_at_once_and_keeps_what_it_holds()
    {
        await using (var store = _file.Installations())
        {
            await store.SaveAsync(Installation("U1", 1), Token);
        }

        MakeVersion1();
        var stores = Enumerable.Range(0, 20).Select(_ => _file.Installations()).ToArray();
        await Task.WhenAll(stores.Select(store => Task.Run(async () => await store.PrepareAsync(Token), Token)));
        Assert.Equal(2L, _file.Run("SELECT MAX(version) FROM slack_schema"));
        Assert.NotNull(await stores[0].TryAcquireLeaseAsync(Workspace, null, TimeSpan.FromMinutes(1), Token));
        Assert.Null(await stores[1].TryAcquireLeaseAsync(Workspace, null, TimeSpan.FromMinutes(1), Token));
        Assert.NotNull(await stores[1].TryAcquireLeaseAsync(Workspace, "U1", TimeSpan.FromMinutes(1), Token));
        Assert.Equal(Installation("U1", 1), await stores[2].FindInstallationAsync(Workspace, "U1", Token));
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_script_does_not_call_a_file_upgraded_that_it_cannot_upgrade()
    {
        await using var store = _file.Installations();
        await store.PrepareAsync(Token);
        MakeVersion1();
        await using (var connection = TemporaryFile.Connect(_file.Path))
        {
            Run(connection, store.PreparationScript);
        }

        Assert.Equal(1L, _file.Run("SELECT MAX(version) FROM slack_schema"));
        await using var later = _file.Installations();
        await later.SaveAsync(Installation("U1", 1), Token);
        Assert.NotNull(await later.TryAcquireLeaseAsync(Workspace, null, TimeSpan.FromMinutes(1), Token));
    }

    /// <summary>By the pages that SQLite asks its cache for, which are what a call costs.</summary>
    [Fact]
    public async Task To_consume_a_state_reads_no_more_pages_among_100_000_than_the_depth_of_three_trees_adds()
    {
        using var database = SqliteDatabase.Open(_file.Options());
        await using var store = new SqliteOAuthStateStore(new SlackOAuthStoresOptions { ClientId = TemporaryFile.ClientId }, database, TimeProvider.System);
        await AddStatesAsync(100);
        var few = await CountPagesAsync();
        await AddStatesAsync(100_000);
        var many = await CountPagesAsync();
        Assert.InRange(many, 1, few + (3 * PagesPerLevel));

        async Task AddStatesAsync(int count)
        {
            await store.IssueAsync(cancellationToken: Token);
            _file.Run(string.Create(
                CultureInfo.InvariantCulture,
                $"""
                WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
                INSERT INTO slack_states SELECT randomblob(32), (SELECT client_key FROM slack_states), {long.MaxValue} - n, printf('%.1000c', 'x') FROM numbers
                """));
        }

        async Task<int> CountPagesAsync()
        {
            var counts = new List<int>();
            for (var i = 0; i < 21; i++)
            {
                var state = await store.IssueAsync(cancellationToken: Token);
                var before = await ReadPagesAsync();
                Assert.NotNull(await store.ConsumeAsync(state, cancellationToken: Token));
                counts.Add(await ReadPagesAsync() - before);
            }

            return counts.Order().ElementAt(10);
        }

        async Task<int> ReadPagesAsync()
        {
            await using var connection = await OpenAsync(database);
            raw.sqlite3_db_status(connection.Handle, raw.SQLITE_DBSTATUS_CACHE_HIT, out var hits, out _, 0);
            raw.sqlite3_db_status(connection.Handle, raw.SQLITE_DBSTATUS_CACHE_MISS, out var misses, out _, 0);
            return hits + misses;
        }
    }

    /// <summary>There are no round trips to count [24]: what a call costs is what it reads, and it reads by an index.</summary>
    [Theory]
    [InlineData(nameof(RelationalStatements.FindBot))]
    [InlineData(nameof(RelationalStatements.FindInstallation))]
    [InlineData(nameof(RelationalStatements.FindLatestInstallation))]
    [InlineData(nameof(RelationalStatements.SaveBot))]
    [InlineData(nameof(RelationalStatements.Save))]
    [InlineData(nameof(RelationalStatements.SaveWithHistory))]
    [InlineData(nameof(RelationalStatements.DeleteInstallation))]
    [InlineData(nameof(RelationalStatements.DeleteAll))]
    [InlineData(nameof(RelationalStatements.ListBots))]
    [InlineData(nameof(RelationalStatements.ListInstallations))]
    [InlineData(nameof(RelationalStatements.AcquireBotLease))]
    [InlineData(nameof(RelationalStatements.AcquireInstallationLease))]
    [InlineData(nameof(RelationalStatements.SaveLeasedBotWithHistory))]
    [InlineData(nameof(RelationalStatements.SaveLeasedInstallationWithHistory))]
    [InlineData(nameof(RelationalStatements.ReleaseBotLease))]
    [InlineData(nameof(RelationalStatements.ReleaseInstallationLease))]
    [InlineData(nameof(RelationalStatements.Issue))]
    [InlineData(nameof(RelationalStatements.Consume))]
    [InlineData(nameof(RelationalStatements.Purge))]
    public async Task A_statement_searches_by_an_index_and_scans_no_table(string name)
    {
        await using var store = _file.Installations();
        await store.PrepareAsync(Token);
        var text = (string)typeof(RelationalStatements).GetProperty(name)!.GetValue(SqliteStatements.For("slack_"))!;
        await using var connection = TemporaryFile.Connect(_file.Path);
        var steps = new List<string>();
        foreach (var statement in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "EXPLAIN QUERY PLAN " + statement;
            foreach (var parameter in System.Text.RegularExpressions.Regex.Matches(statement, "@[a-z_]+").Select(match => match.Value).Distinct())
            {
                command.Parameters.AddWithValue(parameter, 1);
            }

            await using var reader = await command.ExecuteReaderAsync(Token);
            while (await reader.ReadAsync(Token))
            {
                steps.Add(reader.GetString(3));
            }
        }

        Assert.DoesNotContain(steps, step => step.StartsWith("SCAN", StringComparison.Ordinal) && step != "SCAN CONSTANT ROW");
        if (name is nameof(RelationalStatements.FindLatestInstallation))
        {
            Assert.DoesNotContain(steps, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
        }
    }

    /// <summary>A connection of the store's, which gives it back when it is disposed.</summary>
    private static async Task<SqliteConnection> OpenAsync(SqliteDatabase database) =>
        (SqliteConnection)await (ValueTask<DbConnection>)typeof(SqliteDatabase).GetMethod(nameof(OpenAsync), BindingFlags.Instance | BindingFlags.NonPublic)!
            .Invoke(database, [database.Statements.FindBot, false, Token])!;

    private void MakeVersion1() => _file.Run(
        """
        ALTER TABLE slack_workspaces DROP COLUMN bot_lease_fence;
        ALTER TABLE slack_workspaces DROP COLUMN bot_lease_ends_at;
        ALTER TABLE slack_workspaces DROP COLUMN bot_saved_fence;
        ALTER TABLE slack_installations DROP COLUMN lease_fence;
        ALTER TABLE slack_installations DROP COLUMN lease_ends_at;
        ALTER TABLE slack_installations DROP COLUMN saved_fence;
        DELETE FROM slack_schema WHERE version > 1;
        """);

    private static void Run(SqliteConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    private static Installation Installation(string userId, int at) => new()
    {
        TeamId = "T1",
        UserId = userId,
        UserToken = "xoxp-" + userId,
        BotToken = "xoxb-" + userId,
        InstalledAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000 + at),
    };
}
