using System.Text.Json;

namespace SlackOAuth.Stores.FileSystem.Tests;

/// <summary>Which files there are, what they are called and who may read them.</summary>
public sealed class LayoutTests : IDisposable
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_save_writes_the_bot_the_users_installation_and_the_latest_and_nothing_else()
    {
        await _folder.Installations().SaveAsync(Samples.Installation, Token);
        Assert.Equal(["bot-latest", "installer-U111-latest", "installer-latest"], TemporaryFolder.FileNames(_folder.Of("E111-T111")));
    }

    [Fact]
    public async Task With_history_a_save_writes_a_record_of_the_bot_and_of_the_installation_besides()
    {
        await _folder.Installations(options => options.HistoryEnabled = true).SaveAsync(Samples.Installation, Token);
        Assert.Equal(
            ["bot-1772368245.123456", "bot-latest", "installer-U111-1772368245.123456", "installer-U111-latest", "installer-latest"],
            TemporaryFolder.FileNames(_folder.Of("E111-T111")));
    }

    [Theory]
    [InlineData("E1", "T1", false, "E1-T1")]
    [InlineData(null, "T1", false, "none-T1")]
    [InlineData("E1", "T1", true, "E1-none")]
    [InlineData("E1", null, false, "E1-none")]
    public async Task A_workspace_has_the_folder_that_slack_sdk_gives_it(string? enterpriseId, string? teamId, bool isEnterpriseInstall, string expected)
    {
        var installation = Samples.Installation with { IsEnterpriseInstall = isEnterpriseInstall, EnterpriseId = enterpriseId, TeamId = teamId };
        await _folder.Installations().SaveAsync(installation, Token);
        Assert.True(File.Exists(_folder.Of(expected, "bot-latest")));
    }

    [Fact]
    public async Task The_client_id_is_a_folder_unless_that_is_switched_off()
    {
        await _folder.Installations(configureFiles: options => options.UseClientIdFolder = false).SaveAsync(Samples.Installation, Token);
        Assert.True(File.Exists(Path.Combine(_folder.Path, "E111-T111", "bot-latest")));
    }

    [Fact]
    public async Task The_bots_credential_stands_in_one_file_alone()
    {
        await _folder.Installations().SaveAsync(Samples.Installation, Token);
        var holders = _folder.FileNames().Where(name => File.ReadAllText(Path.Combine(_folder.Path, name)).Contains("xoxb-bot", StringComparison.Ordinal));
        Assert.Equal(["111.222/E111-T111/bot-latest"], holders);
    }

    [Fact]
    public async Task A_file_has_the_fields_of_slack_sdk_in_its_types_and_no_other()
    {
        await _folder.Installations().SaveAsync(Samples.Installation, Token);
        var expected = new Dictionary<string, JsonValueKind>
        {
            ["app_id"] = JsonValueKind.String, ["enterprise_id"] = JsonValueKind.String, ["enterprise_name"] = JsonValueKind.String, ["team_id"] = JsonValueKind.String,
            ["team_name"] = JsonValueKind.String, ["bot_token"] = JsonValueKind.String, ["bot_id"] = JsonValueKind.String, ["bot_user_id"] = JsonValueKind.String,
            ["bot_scopes"] = JsonValueKind.Array, ["bot_refresh_token"] = JsonValueKind.String, ["bot_token_expires_at"] = JsonValueKind.Number,
            ["is_enterprise_install"] = JsonValueKind.False, ["installed_at"] = JsonValueKind.Number, ["custom_values"] = JsonValueKind.Object,
        };
        Assert.Equal(expected, Kinds("bot-latest"));

        foreach (var field in expected.Keys.Where(key => key.StartsWith("bot_", StringComparison.Ordinal) && key != "bot_scopes").ToArray())
        {
            expected[field] = JsonValueKind.Null;
        }

        foreach (var field in new[]
        {
            "enterprise_url", "user_id", "user_token", "user_refresh_token", "incoming_webhook_url", "incoming_webhook_channel", "incoming_webhook_channel_id",
            "incoming_webhook_configuration_url", "token_type",
        })
        {
            expected[field] = JsonValueKind.String;
        }

        expected["user_scopes"] = JsonValueKind.Array;
        expected["user_token_expires_at"] = JsonValueKind.Number;
        Assert.Equal(expected, Kinds("installer-U111-latest"));
        Assert.Equal(expected, Kinds("installer-latest"));
        Assert.Contains("\"installed_at\":1772368245.123456", File.ReadAllText(_folder.Of("E111-T111", "bot-latest")), StringComparison.Ordinal);
        Assert.Contains("\"bot_token_expires_at\":1772411445,", File.ReadAllText(_folder.Of("E111-T111", "bot-latest")), StringComparison.Ordinal);

        Dictionary<string, JsonValueKind> Kinds(string file) =>
            JsonElement.Parse(File.ReadAllText(_folder.Of("E111-T111", file))).EnumerateObject().ToDictionary(field => field.Name, field => field.Value.ValueKind);
    }

    [Fact]
    public async Task Files_and_folders_are_their_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix modes; a file inherits the folder's access list there.");
        var below = Path.Combine(_folder.Path, "new", "base");
        await _folder.Installations(options => options.HistoryEnabled = true, files => files.BaseDirectory = below).SaveAsync(Samples.Installation, Token);
        await _folder.States(configureFiles: files => files.BaseDirectory = below).IssueAsync(cancellationToken: Token);

        var all = new DirectoryInfo(below).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).ToArray();
        Assert.NotEmpty(all.OfType<FileInfo>());
        Assert.All(all.OfType<FileInfo>(), file => Assert.Equal(OwnerFile, file.UnixFileMode));
        Assert.All(all.OfType<DirectoryInfo>().Append(new DirectoryInfo(below)), folder => Assert.Equal(OwnerFolder, folder.UnixFileMode));
    }

    [Fact]
    public async Task A_folder_that_is_there_keeps_its_mode()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix modes.");
        var mode = OwnerFolder | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        Directory.CreateDirectory(_folder.Root);
        File.SetUnixFileMode(_folder.Root, mode);
        await _folder.Installations().SaveAsync(Samples.Installation, Token);
        Assert.Equal(mode, File.GetUnixFileMode(_folder.Root));
    }

    [Fact]
    public async Task The_last_deletion_leaves_no_folder_behind()
    {
        var store = _folder.Installations();
        await store.SaveAsync(Samples.Installation, Token);
        await store.DeleteInstallationAsync(Samples.Workspace, cancellationToken: Token);
        Assert.Equal(["bot-latest"], TemporaryFolder.FileNames(_folder.Of("E111-T111")));
        await store.DeleteBotAsync(Samples.Workspace, Token);
        Assert.False(Directory.Exists(_folder.Of("E111-T111")));
    }

    [Fact]
    public async Task A_lease_is_a_file_of_its_own_that_goes_with_its_record()
    {
        var store = _folder.Installations();
        await store.SaveAsync(Samples.Installation, Token);
        await store.SaveAsync(Samples.Installation with { UserId = "u/2" }, Token);
        var before = File.ReadAllText(_folder.Of("E111-T111", "bot-latest"));
        foreach (var userId in new[] { null, "U111", "u/2" })
        {
            Assert.NotNull(await store.TryAcquireLeaseAsync(Samples.Workspace, userId, TimeSpan.FromMinutes(1), Token));
        }

        Assert.Equal(before, File.ReadAllText(_folder.Of("E111-T111", "bot-latest")));
        Assert.Equal(3, Leases().Length);
        await store.DeleteBotAsync(Samples.Workspace, Token);
        Assert.Equal(2, Leases().Length);
        await store.DeleteInstallationAsync(Samples.Workspace, "u/2", Token);
        Assert.Equal([".lease-installer-U111"], Leases());
        await store.DeleteInstallationAsync(Samples.Workspace, cancellationToken: Token);
        Assert.False(Directory.Exists(_folder.Of("E111-T111")));

        string[] Leases() => [.. TemporaryFolder.FileNames(_folder.Of("E111-T111")).Where(name => name.StartsWith(".lease-", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task A_folder_that_is_named_by_a_hash_holds_its_client_id()
    {
        const string ClientId = "the app/\u682a";
        var store = _folder.Installations(options => options.ClientId = ClientId);
        Assert.Null(await store.FindBotAsync(Samples.Workspace, Token));
        Assert.Empty(_folder.FileNames());
        await store.SaveAsync(Samples.Installation, Token);
        var file = Path.Combine(_folder.Path, FileSystemNames.Client(ClientId), ".client-id");
        Assert.Equal(ClientId, await File.ReadAllTextAsync(file, Token));
        Assert.DoesNotContain(_folder.FileNames(), name => name.Contains(".tmp", StringComparison.Ordinal));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == OwnerFile);

        // What an earlier version wrote has no such file, until the app saves again; and what a crash left beside it is in nobody's way.
        File.Move(file, Path.Combine(Path.GetDirectoryName(file)!, ".tmp-client-id"));
        Assert.Empty(await store.ListClientIdsAsync(Token).ToArrayAsync(Token));
        await store.SaveAsync(Samples.Installation, Token);
        Assert.Equal([ClientId], await store.ListClientIdsAsync(Token).ToArrayAsync(Token));
    }

    [Fact]
    public async Task A_file_with_another_client_id_than_its_folders_is_reported()
    {
        var store = _folder.Installations(options => options.ClientId = "my app");
        await store.SaveAsync(Samples.Installation, Token);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, FileSystemNames.Client("my app"), ".client-id"), "an app", Token);
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.ListClientIdsAsync(Token).ToArrayAsync(Token));
        Assert.Contains(".client-id", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.IsTransient);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Folders_that_are_no_client_ids_are_not_listed(bool useClientIdFolder)
    {
        var store = _folder.Installations(configureFiles: options => options.UseClientIdFolder = useClientIdFolder);
        foreach (var name in new[] { "none-T1", ".oauth-states", "1.", "abc", "2.2" })
        {
            Directory.CreateDirectory(Path.Combine(_folder.Path, name));
        }

        Assert.Empty(await store.ListClientIdsAsync(Token).ToArrayAsync(Token));
        await store.SaveAsync(Samples.Installation, Token);
        Assert.Equal([TemporaryFolder.ClientId], await store.ListClientIdsAsync(Token).ToArrayAsync(Token));
    }

    [Fact]
    public async Task Deleting_everything_removes_the_folder_at_once()
    {
        var store = _folder.Installations(options => options.HistoryEnabled = true);
        await store.SaveAsync(Samples.Installation, Token);
        await store.DeleteAllAsync(Samples.Workspace, Token);
        Assert.False(Directory.Exists(_folder.Of("E111-T111")));
        Assert.All(_folder.FileNames(), name => Assert.StartsWith("111.222/.locks/", name, StringComparison.Ordinal));
    }
}
