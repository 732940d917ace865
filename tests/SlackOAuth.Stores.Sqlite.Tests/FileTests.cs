using System.Text;
using Microsoft.Data.Sqlite;
using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.Sqlite.Tests;

/// <summary>The file itself: who may read it, what is left in it, locks, damage, and what a call costs in it.</summary>
public sealed class FileTests : IDisposable
{
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
