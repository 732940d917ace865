namespace SlackOAuth.Stores.FileSystem.Tests;

/// <summary>What a process leaves that dies in the middle: every moment between two steps of a write, made by hand.</summary>
public sealed class CrashTests : IDisposable
{
    private static readonly Installation Older = Samples.Installation;

    private static readonly Installation Newer = Samples.Installation with
    {
        UserToken = "xoxp-newer",
        BotToken = "xoxb-newer",
        TeamName = "newer",
        InstalledAt = Samples.InstalledAt.AddSeconds(1),
    };

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Workspace => _folder.Of("E111-T111");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Before_the_first_rename_nothing_was_saved(int staged)
    {
        await _folder.Installations(History).SaveAsync(Older, Token);
        foreach (var (name, content) in Staged().Take(staged))
        {
            await File.WriteAllBytesAsync(Path.Combine(Workspace, name), content, Token);
        }

        await AssertFoundAsync(Older);
    }

    [Fact]
    public async Task A_file_that_was_staged_in_part_was_not_saved()
    {
        await _folder.Installations().SaveAsync(Older, Token);
        await File.WriteAllBytesAsync(Path.Combine(Workspace, WorkspaceFolder.Commit), StoreJson.Serialize(Newer.ToBot()!)[..50], Token);
        await AssertFoundAsync(Older);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task After_the_first_rename_everything_was_saved(int renamed)
    {
        await _folder.Installations(History).SaveAsync(Older, Token);
        Commit(renamed);
        await AssertFoundAsync(Newer);
    }

    [Fact]
    public async Task A_first_save_is_complete_after_its_first_rename_too()
    {
        Directory.CreateDirectory(Workspace);
        Commit(1);
        await AssertFoundAsync(Newer);
    }

    [Fact]
    public async Task A_save_that_is_complete_but_for_its_renames_is_listed()
    {
        await _folder.Installations(History).SaveAsync(Older, Token);
        Commit(1);
        var store = _folder.Installations(History);
        Assert.Equal([Newer], await store.ListInstallationsAsync(Token).ToArrayAsync(Token));
        Assert.Equal([Newer.InstalledAt, Older.InstalledAt], (await store.ListInstallationHistoryAsync(Samples.Workspace, null, Token).ToArrayAsync(Token)).Select(kept => kept.InstalledAt));
        Assert.Equal([Newer.InstalledAt, Older.InstalledAt], (await store.ListBotHistoryAsync(Samples.Workspace, Token).ToArrayAsync(Token)).Select(kept => kept.InstalledAt));
    }

    [Fact]
    public async Task The_next_write_leaves_no_temporary_file()
    {
        await _folder.Installations().SaveAsync(Older, Token);
        foreach (var (name, content) in Staged())
        {
            await File.WriteAllBytesAsync(Path.Combine(Workspace, name), content, Token);
        }

        await _folder.Installations().SaveAsync(Older, Token);
        Assert.Equal(["bot-latest", "installer-U111-latest", "installer-latest"], TemporaryFolder.FileNames(Workspace));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_save_under_a_lease_takes_the_lease_with_it_from_its_first_rename_on(int renamed)
    {
        var store = _folder.Installations();
        await store.SaveAsync(Older, Token);
        var first = await AcquireAsync(store);
        await store.ReleaseLeaseAsync(first, Token);
        var second = await AcquireAsync(store);
        var installation = StoreJson.Serialize(Newer.WithBot(null));
        (string Staged, string Target, byte[] Content)[] files =
        [
            (WorkspaceFolder.Commit, "installer-U111-latest", installation),
            (WorkspaceFolder.StagedLatest, "installer-latest", installation),
            (WorkspaceFolder.StagedLease, ".lease-installer-U111", new LeaseFile("U111", second.FencingToken, second.ExpiresAt.UtcTicks, second.FencingToken).Stage().Content),
        ];
        foreach (var (i, file) in files.Index())
        {
            await File.WriteAllBytesAsync(Path.Combine(Workspace, i < renamed ? file.Target : file.Staged), file.Content, Token);
        }

        Assert.False(await store.TrySaveInstallationAsync(first, Newer with { UserToken = "xoxp-of-the-first" }, Token));
        Assert.Null(await store.TryAcquireLeaseAsync(Samples.Workspace, "U111", TimeSpan.FromMinutes(1), Token));
        Assert.Equal("xoxp-newer", (await store.FindInstallationAsync(Samples.Workspace, "U111", Token))?.UserToken);
    }

    [Fact]
    public async Task A_lease_file_that_is_damaged_holds_back_nobody()
    {
        var store = _folder.Installations();
        await store.SaveAsync(Older, Token);
        await AcquireAsync(store);
        await File.WriteAllTextAsync(Path.Combine(Workspace, ".lease-installer-U111"), "{", Token);
        await AcquireAsync(store);
    }

    [Fact]
    public async Task A_deletion_that_was_cut_off_after_its_rename_is_finished_by_the_next_write_of_a_new_process()
    {
        var store = _folder.Installations();
        await store.SaveAsync(Older, Token);
        Directory.Move(Workspace, _folder.Of(".deleted", "E111-T111"));

        Assert.Null(await store.FindBotAsync(Samples.Workspace, Token));
        await _folder.Installations().SaveAsync(Older with { EnterpriseId = null, TeamId = "T999" }, Token);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Of(".deleted")));
    }

    [Fact]
    public async Task A_deletion_that_was_cut_off_can_be_repeated_after_a_save()
    {
        var store = _folder.Installations();
        await store.SaveAsync(Older, Token);
        Directory.Move(Workspace, _folder.Of(".deleted", "E111-T111"));
        await store.SaveAsync(Older, Token);
        await store.DeleteAllAsync(Samples.Workspace, Token);
        Assert.Null(await store.FindBotAsync(Samples.Workspace, Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Of(".deleted")));
    }

    [Fact]
    public void A_reader_is_told_that_its_file_was_replaced_or_removed_since()
    {
        var (path, other) = (Path.Combine(_folder.Path, "file"), Path.Combine(_folder.Path, "other"));
        File.WriteAllText(path, "same");
        using (var file = DiskFile.Read(path))
        {
            Assert.False(file.WasReplaced());
            File.WriteAllText(other, "same");
            File.Move(other, path, overwrite: true);

            // Elsewhere than on Linux the content is what is compared.
            Assert.Equal(OperatingSystem.IsLinux(), file.WasReplaced());
        }

        using var removed = DiskFile.Read(path);
        File.Delete(path);
        Assert.True(removed.WasReplaced());
    }

    [Fact]
    public async Task A_lookup_that_a_whole_save_overtakes_does_not_mix_the_installation_of_before_with_the_bot_of_after()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test holds a reader up with a named pipe.");
        var store = _folder.Installations();
        await store.SaveAsync(Older, Token);
        var pipe = Path.Combine(Workspace, FileSystemNames.BotLatest);
        File.Delete(pipe);
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", [pipe]))
        {
            await mkfifo.WaitForExitAsync(Token);
        }

        // The reader has the installation when it opens the pipe in place of the bot, and opening it here waits for that.
        var lookup = Task.Run(async () => await store.FindInstallationAsync(Samples.Workspace, "U111", Token), Token);
        await using (var writer = new FileStream(pipe, FileMode.Open, FileAccess.Write))
        {
            foreach (var (name, content) in new[] { ("installer-U111-latest", StoreJson.Serialize(Newer.WithBot(null))), ("bot-latest", StoreJson.Serialize(Newer.ToBot()!)) })
            {
                var staged = Path.Combine(_folder.Path, name);
                await File.WriteAllBytesAsync(staged, content, Token);
                File.Move(staged, Path.Combine(Workspace, name), overwrite: true);
            }

            await writer.WriteAsync(StoreJson.Serialize(Newer.ToBot()!), Token);
        }

        Assert.Equal(Newer, await lookup);
    }

    [Fact]
    public async Task A_state_that_was_half_written_is_none()
    {
        var states = _folder.States();
        var state = await states.IssueAsync(cancellationToken: Token);
        var path = Path.Combine(_folder.Path, _folder.FileNames().Single());
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path, Token))[..10], Token);
        Assert.Null(await states.ConsumeAsync(state, cancellationToken: Token));
        Assert.Empty(_folder.FileNames());
    }

    private static async Task<RotationLease> AcquireAsync(FileSystemInstallationStore store)
    {
        var lease = await store.TryAcquireLeaseAsync(Samples.Workspace, "U111", TimeSpan.FromMinutes(1), Token);
        Assert.NotNull(lease);
        return lease;
    }

    private static void History(SlackOAuthStoresOptions options) => options.HistoryEnabled = true;

    private static (string Name, byte[] Content)[] Staged()
    {
        var (bot, installation) = (StoreJson.Serialize(Newer.ToBot()!), StoreJson.Serialize(Newer.WithBot(null)));
        return
        [
            (WorkspaceFolder.Commit, bot), (WorkspaceFolder.StagedUser, installation), (WorkspaceFolder.StagedLatest, installation), (WorkspaceFolder.StagedUserHistory, installation),
            (WorkspaceFolder.StagedBotHistory, bot),
        ];
    }

    private void Commit(int renamed)
    {
        string[] targets = ["bot-latest", "installer-U111-latest", "installer-latest", "installer-U111-1772368246.123456", "bot-1772368246.123456"];
        foreach (var (name, content) in Staged().Select((file, index) => (index < renamed ? targets[index] : file.Name, file.Content)))
        {
            File.WriteAllBytes(Path.Combine(Workspace, name), content);
        }
    }

    private async Task AssertFoundAsync(Installation expected)
    {
        var store = _folder.Installations(History);
        Assert.Equal(expected.ToBot(), await store.FindBotAsync(Samples.Workspace, Token));
        Assert.Equal(expected, await store.FindInstallationAsync(Samples.Workspace, cancellationToken: Token));
        Assert.Equal(expected, await store.FindInstallationAsync(Samples.Workspace, "U111", Token));
    }
}
