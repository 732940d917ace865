using System.Text.Json;

namespace SlackOAuth.Stores.FileSystem.Tests;

/// <summary>What the file system refuses, and what somebody else left in the files.</summary>
public sealed class FailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"bot_token":"xoxb-secret","user_id":"U111","user_token":"xoxp-secret" """)]
    [InlineData("""{"user_id":5,"bot_token":["xoxb-secret"]}""")]
    [InlineData("null")]
    public async Task A_damaged_record_is_reported_with_its_file_and_nothing_of_what_is_in_it(string content)
    {
        var store = _folder.Installations();
        await store.SaveAsync(Samples.Installation, Token);
        await File.WriteAllTextAsync(_folder.Of("E111-T111", "installer-U111-latest"), content, Token);

        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindInstallationAsync(Samples.Workspace, "U111", Token));
        Assert.Equal(("FileSystem", "FindInstallationAsync", false), (exception.ProviderName, exception.Operation, exception.IsTransient));
        Assert.Contains(_folder.Of("E111-T111", "installer-U111-latest"), exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        Assert.NotNull(await store.FindBotAsync(Samples.Workspace, Token));
    }

    [Theory]
    [InlineData("T111", "U111", "T111", "U111")]
    [InlineData("a/b", "a/b", null, null)]
    public async Task A_workspace_of_which_every_record_is_damaged_is_named_by_its_folder_unless_that_has_but_a_hash(string team, string user, string? namedTeam, string? namedUser)
    {
        var store = _folder.Installations();
        await store.SaveAsync(Samples.Installation with { EnterpriseId = null, TeamId = team, UserId = user }, Token);
        foreach (var path in Directory.EnumerateFiles(_folder.Of(), "*-latest", SearchOption.AllDirectories))
        {
            await File.WriteAllTextAsync(path, "{", Token);
        }

        await store.SaveAsync(Samples.Installation with { EnterpriseId = null, TeamId = "T2" }, Token);
        var unreadable = new List<SlackOAuthStoreException>();
        var listed = 0;
        await using var installations = store.ListInstallationsAsync(Token).GetAsyncEnumerator(Token);
        while (await NextAsync())
        {
            listed++;
        }

        var damaged = Assert.Single(unreadable);
        Assert.Equal((1, true, namedTeam, namedUser), (listed, damaged.IsUnreadableRecord, damaged.Workspace?.TeamId, damaged.UserId));

        async Task<bool> NextAsync()
        {
            while (true)
            {
                try
                {
                    return await installations.MoveNextAsync();
                }
                catch (SlackOAuthStoreException exception)
                {
                    unreadable.Add(exception);
                }
            }
        }
    }

    [Fact]
    public async Task Installing_again_mends_damaged_records()
    {
        var store = _folder.Installations();
        await store.SaveAsync(Samples.Installation, Token);
        foreach (var name in TemporaryFolder.FileNames(_folder.Of("E111-T111")))
        {
            await File.WriteAllTextAsync(_folder.Of("E111-T111", name), "{", Token);
        }

        await store.SaveAsync(Samples.Installation, Token);
        Assert.Equal(Samples.Installation, await store.FindInstallationAsync(Samples.Workspace, cancellationToken: Token));
    }

    [Fact]
    public async Task A_damaged_latest_record_is_mended_by_an_older_installation_too()
    {
        var store = _folder.Installations();
        await store.SaveAsync(Samples.Installation, Token);
        await File.WriteAllTextAsync(_folder.Of("E111-T111", "installer-latest"), "{", Token);

        await store.SaveAsync(Samples.Installation with { UserId = "U222", InstalledAt = Samples.InstalledAt.AddDays(-1) }, Token);
        Assert.Equal(Samples.Installation, await store.FindInstallationAsync(Samples.Workspace, cancellationToken: Token));
    }

    [Fact]
    public async Task Deleting_a_user_removes_damaged_records_that_bear_the_users_name_and_no_neighbours()
    {
        var store = _folder.Installations();
        await store.SaveAsync(Samples.Installation, Token);
        string[] damaged = ["installer-U111-latest", "installer-U111-5.0", "installer-U1112-latest", "installer-U111-U2-latest"];
        foreach (var name in damaged)
        {
            await File.WriteAllTextAsync(_folder.Of("E111-T111", name), "{", Token);
        }

        await store.DeleteInstallationAsync(Samples.Workspace, "U111", Token);
        Assert.Equal(["bot-latest", "installer-U111-U2-latest", "installer-U1112-latest"], TemporaryFolder.FileNames(_folder.Of("E111-T111")));
    }

    [Fact]
    public async Task Trimming_removes_old_files_that_are_damaged_and_nothing_of_a_user_whose_current_record_is()
    {
        var store = _folder.Installations(options => options.HistoryEnabled = true);
        await store.SaveAsync(Samples.Installation, Token);
        await File.WriteAllTextAsync(_folder.Of("E111-T111", "bot-5.0"), "{", Token);
        await File.WriteAllTextAsync(_folder.Of("E111-T111", "installer-U222-5.0"), "{", Token);
        Assert.Equal(2, await store.TrimHistoryAsync(Samples.Workspace, Samples.InstalledAt, Token));

        var names = TemporaryFolder.FileNames(_folder.Of("E111-T111"));
        await File.WriteAllTextAsync(_folder.Of("E111-T111", "installer-U111-latest"), "{", Token);
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.TrimHistoryAsync(Samples.Workspace, DateTimeOffset.MaxValue, Token));
        Assert.Equal(("TrimHistoryAsync", false), (exception.Operation, exception.IsTransient));
        Assert.Equal(names, TemporaryFolder.FileNames(_folder.Of("E111-T111")));
    }

    [Fact]
    public async Task A_record_of_another_workspace_or_user_is_not_returned()
    {
        var store = _folder.Installations();
        await store.SaveAsync(Samples.Installation, Token);
        Directory.CreateDirectory(_folder.Of("none-T999"));
        foreach (var name in TemporaryFolder.FileNames(_folder.Of("E111-T111")))
        {
            File.Copy(_folder.Of("E111-T111", name), _folder.Of("none-T999", name));
        }

        File.Copy(_folder.Of("E111-T111", "installer-U111-latest"), _folder.Of("E111-T111", "installer-U222-latest"));
        Assert.Null(await store.FindBotAsync(WorkspaceId.ForTeam("T999"), Token));
        Assert.Null(await store.FindInstallationAsync(WorkspaceId.ForTeam("T999"), cancellationToken: Token));
        Assert.Null(await store.FindInstallationAsync(Samples.Workspace, "U222", Token));
        Assert.Single(await store.ListInstallationsAsync(Token).ToArrayAsync(Token));
    }

    [Fact]
    public async Task A_folder_where_a_file_has_to_be_is_reported_by_lookups_and_saves_and_nothing_is_left()
    {
        var store = _folder.Installations();
        Directory.CreateDirectory(_folder.Of("E111-T111", "bot-latest"));
        await AssertFailsAsync("FindBotAsync", async () => await store.FindBotAsync(Samples.Workspace, Token));
        await AssertFailsAsync("SaveAsync", async () => await store.SaveAsync(Samples.Installation, Token));
        Assert.Empty(TemporaryFolder.FileNames(_folder.Of("E111-T111")));

        Directory.Delete(_folder.Of("E111-T111", "bot-latest"));
        await store.SaveAsync(Samples.Installation, Token);
        Assert.NotNull(await store.FindBotAsync(Samples.Workspace, Token));
    }

    [Fact]
    public async Task A_file_where_the_base_directory_has_to_be_fails_every_call_and_says_what_to_do()
    {
        var path = Path.Combine(_folder.Path, "file");
        await File.WriteAllTextAsync(path, "", Token);
        var store = _folder.Installations(configureFiles: files => files.BaseDirectory = path);
        var states = _folder.States(configureFiles: files => files.BaseDirectory = path);
        await AssertFailsAsync("FindBotAsync", async () => await store.FindBotAsync(Samples.Workspace, Token));
        await AssertFailsAsync("FindInstallationAsync", async () => await store.FindInstallationAsync(Samples.Workspace, null, Token));
        await AssertFailsAsync("SaveAsync", async () => await store.SaveAsync(Samples.Installation, Token));
        await AssertFailsAsync("SaveBotAsync", async () => await store.SaveBotAsync(Samples.Bot, Token));
        await AssertFailsAsync("DeleteBotAsync", async () => await store.DeleteBotAsync(Samples.Workspace, Token));
        await AssertFailsAsync("DeleteInstallationAsync", async () => await store.DeleteInstallationAsync(Samples.Workspace, null, Token));
        await AssertFailsAsync("DeleteAllAsync", async () => await store.DeleteAllAsync(Samples.Workspace, Token));
        await AssertFailsAsync("ListBotsAsync", async () => await store.ListBotsAsync(Token).ToArrayAsync(Token));
        await AssertFailsAsync("ListInstallationsAsync", async () => await store.ListInstallationsAsync(Token).ToArrayAsync(Token));
        await AssertFailsAsync("ListBotHistoryAsync", async () => await store.ListBotHistoryAsync(Samples.Workspace, Token).ToArrayAsync(Token));
        await AssertFailsAsync("PrepareAsync", async () => await store.PrepareAsync(Token));
        await AssertFailsAsync("IssueAsync", async () => await states.IssueAsync(cancellationToken: Token));
        await AssertFailsAsync("ConsumeAsync", async () => await states.ConsumeAsync(OAuthState.Create(), cancellationToken: Token));
        await AssertFailsAsync("PurgeExpiredAsync", async () => await states.PurgeExpiredAsync(Token));
        await AssertFailsAsync("PrepareAsync", async () => await states.PrepareAsync(Token));
    }

    [Fact]
    public async Task A_file_system_that_takes_no_files_is_reported()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "There is no /proc here, which no user can write to.");
        var store = _folder.Installations(configureFiles: files => files.BaseDirectory = "/proc/self");
        await AssertFailsAsync("SaveAsync", async () => await store.SaveAsync(Samples.Installation, Token));
    }

    [Theory]
    [InlineData(28, true, "disk is full")]
    [InlineData(122, true, "quota")]
    [InlineData(30, false, "read-only")]
    [InlineData(5, false, "input/output error")]
    [InlineData(24, true, "too many files")]
    [InlineData(20, false, "a file stands where a folder")]
    [InlineData(1000, false, "the file system reported an error")]
    public void A_failure_says_what_it_is_and_whether_a_retry_can_help(int errno, bool isTransient, string reason)
    {
        var cause = new IOException("cause", errno);
        var exception = FileSystemErrors.Wrap("SaveAsync", cause);
        Assert.Equal(isTransient, exception.IsTransient);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Same(cause, exception.InnerException);
    }

    [Fact]
    public void Refused_access_is_no_passing_failure()
    {
        var exception = FileSystemErrors.Wrap("SaveAsync", FileSystemErrors.FromErrno(13, "/var/lib/slack"));
        Assert.False(exception.IsTransient);
        Assert.Contains("refused access", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_preparing_is_switched_off_a_missing_folder_is_reported_and_created_by_PrepareAsync()
    {
        void Off(FileSystemStoreOptions files)
        {
            files.BaseDirectory = Path.Combine(_folder.Path, "it's", "base");
            files.PrepareOnFirstUse = false;
        }

        var store = _folder.Installations(configureFiles: Off);
        var states = _folder.States(configureFiles: Off);
        await AssertFailsAsync("SaveAsync", async () => await store.SaveAsync(Samples.Installation, Token));
        await AssertFailsAsync("FindBotAsync", async () => await store.FindBotAsync(Samples.Workspace, Token));
        await AssertFailsAsync("IssueAsync", async () => await states.IssueAsync(cancellationToken: Token));
        await AssertFailsAsync("ConsumeAsync", async () => await states.ConsumeAsync(OAuthState.Create(), cancellationToken: Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));

        await store.PrepareAsync(Token);
        await states.PrepareAsync(Token);
        await store.SaveAsync(Samples.Installation, Token);
        Assert.NotNull(await states.ConsumeAsync(await states.IssueAsync(cancellationToken: Token), cancellationToken: Token));
    }

    [Fact]
    public async Task The_script_creates_what_PrepareAsync_creates()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for a Unix shell.");
        void InQuotes(FileSystemStoreOptions files)
        {
            files.BaseDirectory = Path.Combine(_folder.Path, "it's a \"base\" $HOME");
            files.PrepareOnFirstUse = false;
        }

        var store = _folder.Installations(configureFiles: InQuotes);
        var states = _folder.States(configureFiles: InQuotes);
        using var shell = System.Diagnostics.Process.Start("/bin/sh", ["-ec", store.PreparationScript + states.PreparationScript]);
        await shell.WaitForExitAsync(Token);
        Assert.Equal(0, shell.ExitCode);
        await store.SaveAsync(Samples.Installation, Token);
        await states.IssueAsync(cancellationToken: Token);
    }

    [Fact]
    public async Task A_lock_that_another_process_holds_is_waited_for_until_the_timeout_and_the_failure_is_a_passing_one()
    {
        var store = _folder.Installations(configureFiles: files => files.LockTimeout = TimeSpan.FromMilliseconds(50));
        await store.PrepareAsync(Token);
        using (HoldLocks())
        {
            var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.SaveAsync(Samples.Installation, Token));
            Assert.True(exception.IsTransient);
            Assert.Contains(nameof(FileSystemStoreOptions.LockTimeout), exception.Message, StringComparison.Ordinal);
            Assert.Null(await store.FindBotAsync(Samples.Workspace, Token));
        }

        // The timeout is too short for a slow machine's disk, and not for a free lock.
        await _folder.Installations().SaveAsync(Samples.Installation, Token);
    }

    [Fact]
    public async Task Waiting_for_a_lock_can_be_cancelled_and_leaves_it_free()
    {
        var store = _folder.Installations();
        await store.PrepareAsync(Token);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using (HoldLocks())
        {
            var save = store.SaveAsync(Samples.Installation, cancellation.Token).AsTask();
            Assert.False(save.IsCompleted);
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => save);
        }

        Assert.Null(await store.FindBotAsync(Samples.Workspace, Token));
        await store.SaveAsync(Samples.Installation, Token);
    }

    [Fact]
    public void A_store_that_is_made_without_the_container_checks_its_options_too() =>
        Assert.Contains(
            "LockTimeout",
            Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => _folder.Installations(configureFiles: files => files.LockTimeout = TimeSpan.FromDays(1))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_record_of_64_KB_is_read_whole()
    {
        var store = _folder.Installations();
        var large = Samples.Installation with { CustomValues = JsonElement.Parse($$"""{"text":"{{new string('x', 64 * 1024)}}"}""") };
        await store.SaveAsync(large, Token);
        Assert.Equal(large, await store.FindInstallationAsync(Samples.Workspace, "U111", Token));
    }

    private static async Task AssertFailsAsync(string operation, Func<Task> call)
    {
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(call);
        Assert.Equal(("FileSystem", operation), (exception.ProviderName, exception.Operation));
        Assert.NotNull(exception.InnerException);
    }

    /// <summary>Holds every lock of the app as another process would: by the files.</summary>
    private Held HoldLocks() => new(
        [.. Enumerable.Range(0, FolderLock.Stripes).Select(stripe => new FileStream(_folder.Of(".locks", stripe.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))]);

    private sealed class Held(FileStream[] files) : IDisposable
    {
        public void Dispose() => Array.ForEach(files, file => file.Dispose());
    }
}
