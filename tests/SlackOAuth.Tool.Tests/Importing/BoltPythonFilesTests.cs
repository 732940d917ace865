using System.Globalization;
using System.Text.Json;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Importing;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Tests.Importing;

/// <summary>Folders in the form in which slack_sdk's FileInstallationStore leaves them, written from its description.</summary>
public sealed class BoltPythonFilesTests : IDisposable
{
    private const string FullWorkspace = ImportFolder.ClientId + "/E111-T111/";

    private const string FullFields =
        """
        "app_id": "A111", "enterprise_id": "E111", "enterprise_name": "\u682a\u5f0f\u4f1a\u793e", "team_id": "T111", "team_name": "Team \"q\" \ud83c\udf89",
        "bot_token": "xoxb-1", "bot_id": "B111", "bot_user_id": "UB111", "bot_scopes": ["commands", "chat:write"], "bot_refresh_token": "xoxe-b", "bot_token_expires_at": 1800000001,
        "is_enterprise_install": false, "installed_at": 1700000100.123457, "custom_values": {"plan": {"seats": [1, null]}}
        """;

    private const string FullBot = "{" + FullFields + "}";

    private const string FullInstallation =
        "{" + FullFields +
        """
        , "enterprise_url": "https://e.enterprise.slack.com/", "user_id": "U111", "user_token": "xoxp-1", "user_scopes": ["search:read", "files:read"], "user_refresh_token": "xoxe-u",
        "user_token_expires_at": 1800000002, "incoming_webhook_url": "https://hooks.slack.com/1", "incoming_webhook_channel": "#general", "incoming_webhook_channel_id": "C111",
        "incoming_webhook_configuration_url": "https://example.slack.com/1", "token_type": "bot"}
        """;

    private static readonly Bot ExpectedBot = new()
    {
        AppId = "A111",
        EnterpriseId = "E111",
        EnterpriseName = "株式会社",
        TeamId = "T111",
        TeamName = "Team \"q\" 🎉",
        BotToken = "xoxb-1",
        BotId = "B111",
        BotUserId = "UB111",
        BotScopes = ["commands", "chat:write"],
        BotRefreshToken = "xoxe-b",
        BotTokenExpiresAt = DateTimeOffset.FromUnixTimeSeconds(1_800_000_001),
        InstalledAt = DateTimeOffset.UnixEpoch.AddMicroseconds(1_700_000_100_123_457),
        CustomValues = JsonElement.Parse("""{"plan":{"seats":[1,null]}}"""),
    };

    private static readonly Installation ExpectedInstallation = new()
    {
        AppId = "A111",
        EnterpriseId = "E111",
        EnterpriseName = "株式会社",
        EnterpriseUrl = "https://e.enterprise.slack.com/",
        TeamId = "T111",
        TeamName = "Team \"q\" 🎉",
        UserId = "U111",
        UserToken = "xoxp-1",
        UserScopes = ["search:read", "files:read"],
        UserRefreshToken = "xoxe-u",
        UserTokenExpiresAt = DateTimeOffset.FromUnixTimeSeconds(1_800_000_002),
        IncomingWebhookUrl = "https://hooks.slack.com/1",
        IncomingWebhookChannel = "#general",
        IncomingWebhookChannelId = "C111",
        IncomingWebhookConfigurationUrl = "https://example.slack.com/1",
        TokenType = "bot",
        InstalledAt = DateTimeOffset.UnixEpoch.AddMicroseconds(1_700_000_100_123_457),
        CustomValues = JsonElement.Parse("""{"plan":{"seats":[1,null]}}"""),
    };

    private readonly ImportFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Records_with_every_field_set_are_found_again_field_by_field()
    {
        WriteFull();
        var records = await ReadAsync();
        Assert.Equal([ImportFolder.ClientId], records.ClientIds());
        Assert.Collection(records, record => Assert.IsType<SourceRecord.OfBot>(record), record => Assert.IsType<SourceRecord.OfInstallation>(record));

        var store = await records.SaveAsync();
        var workspace = new WorkspaceId("E111", "T111");
        Assert.Equal(ExpectedBot, await store.FindBotAsync(workspace, Token));
        Assert.Equal(ExpectedInstallation.WithBot(ExpectedBot), await store.FindInstallationAsync(workspace, "U111", Token));
        Assert.Equal(ExpectedInstallation.WithBot(ExpectedBot), await store.FindInstallationAsync(workspace, cancellationToken: Token));
    }

    [Fact]
    public async Task Records_with_every_field_absent_are_found_again()
    {
        const string fields = """ "app_id": null, "enterprise_id": null, "enterprise_name": null, "team_id": "T222", "team_name": null, "bot_id": null, "bot_user_id": null, "bot_scopes": [], """;
        const string rest = """ "bot_refresh_token": null, "bot_token_expires_at": null, "is_enterprise_install": false, "installed_at": 1700000000.0, "custom_values": {} """;
        _folder.Write("111.222/none-T222/bot-latest", "{" + fields + "\"bot_token\": \"xoxb-2\", " + rest + "}");
        _folder.Write("111.222/none-T222/installer-U222-latest", "{" + fields + "\"bot_token\": \"xoxb-2\", \"user_id\": \"U222\", \"user_token\": null, \"user_scopes\": [], \"token_type\": null," + rest + "}");

        var store = await (await ReadAsync()).SaveAsync();
        var bot = new Bot { TeamId = "T222", BotToken = "xoxb-2", InstalledAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), CustomValues = JsonElement.Parse("{}") };
        Assert.Equal(bot, await store.FindBotAsync(WorkspaceId.ForTeam("T222"), Token));
        Assert.Equal(
            new Installation { TeamId = "T222", UserId = "U222", InstalledAt = bot.InstalledAt, CustomValues = JsonElement.Parse("{}") }.WithBot(bot),
            await store.FindInstallationAsync(WorkspaceId.ForTeam("T222"), "U222", Token));
    }

    [Fact]
    public async Task An_organization_is_found_by_its_enterprise_also_where_it_was_saved_with_a_team()
    {
        const string organization = """{"enterprise_id": "E9", "team_id": null, "bot_token": "xoxb-9", "user_id": "U9", "is_enterprise_install": true, "installed_at": 1.5}""";
        _folder.WriteAll(organization, "111.222/E9-none/bot-latest", "111.222/E9-none/installer-latest", "111.222/E9-none/installer-U9-latest");
        _folder.WriteAll(organization.Replace("null", "\"T8\"", StringComparison.Ordinal).Replace("E9", "E8", StringComparison.Ordinal), "111.222/E8-T8/bot-latest", "111.222/E8-T8/installer-U9-latest");

        var store = await (await ReadAsync()).SaveAsync();
        foreach (var enterprise in new[] { "E8", "E9" })
        {
            Assert.Equal("xoxb-9", (await store.FindBotAsync(WorkspaceId.ForEnterprise(enterprise), Token))?.BotToken);
            Assert.NotNull(await store.FindInstallationAsync(new WorkspaceId(enterprise, "T1", isEnterpriseInstall: true), "U9", Token));
        }
    }

    [Fact]
    public async Task A_client_id_that_is_missing_is_asked_for_before_the_first_record_comes()
    {
        _folder.WriteAll(FullInstallation, "111.222/E111-T111/bot-latest", "E111-T111/bot-latest");
        await using var source = new BoltPythonFiles(_folder.Root, []);
        await using var reading = source.ReadAsync(Token).GetAsyncEnumerator(Token);
        Assert.Equal(ExitCodes.Usage, (await Assert.ThrowsAsync<ToolException>(async () => await reading.MoveNextAsync())).ExitCode);
    }

    [Fact]
    public async Task Without_a_folder_for_the_app_the_client_id_has_to_be_given()
    {
        _folder.WriteAll(FullInstallation, "E111-T111/bot-latest", "E111-T111/installer-U111-latest");
        var failure = await Assert.ThrowsAsync<ToolException>(() => ReadAsync());
        Assert.Equal(ExitCodes.Usage, failure.ExitCode);
        Assert.Contains("--client-id", failure.Message, StringComparison.Ordinal);

        Assert.Equal(["my-app"], (await ReadAsync("my-app")).ClientIds());
    }

    [Fact]
    public async Task A_root_that_is_the_folder_of_an_app_says_its_client_id()
    {
        WriteFull();
        Assert.Equal([ImportFolder.ClientId], (await Imported.AllAsync(new BoltPythonFiles(_folder.Of("111.222"), []))).ClientIds());
    }

    [Fact]
    public async Task Every_app_is_read_or_those_that_were_named()
    {
        WriteFull();
        _folder.WriteAll(FullInstallation, "333.444/E111-T111/installer-U111-latest", "555.666/E111-T111/installer-U111-latest");
        Assert.Equal(["111.222", "333.444", "555.666"], (await ReadAsync()).ClientIds());
        Assert.Equal(["111.222", "555.666"], (await ReadAsync("555.666", "111.222")).ClientIds());
        Assert.Empty(await ReadAsync("777.888"));
    }

    [Fact]
    public async Task A_user_who_was_deleted_does_not_come_back_by_the_copy_of_the_last_installation()
    {
        _folder.WriteAll(FullInstallation, FullWorkspace + "bot-latest", FullWorkspace + "installer-latest", FullWorkspace + "installer-1700000100.123457");
        var records = await ReadAsync(history: true);
        Assert.Equal([ExpectedBot], records.Bots());
        Assert.Empty(records.Installations());
        Assert.Empty(records.Refused());
    }

    [Fact]
    public async Task A_bot_that_was_deleted_does_not_come_back_by_an_installation()
    {
        _folder.WriteAll(FullInstallation, FullWorkspace + "installer-latest", FullWorkspace + "installer-U111-latest");
        var records = await ReadAsync();
        Assert.Empty(records.Bots());
        Assert.Equal([ExpectedInstallation], records.Installations());
    }

    [Theory]
    [InlineData(150, null, 100, null, "xoxb-installer", 150)]
    [InlineData(100, null, 100, null, "xoxb-own", 100)]
    [InlineData(50, null, 100, null, "xoxb-own", 100)]
    [InlineData(100, 500, 50, 900, "xoxb-own", 100)]
    [InlineData(100, 900, 150, 500, "xoxb-installer", 150)]
    [InlineData(100, 500, 100, 500, "xoxb-own", 100)]
    public async Task The_bot_is_the_later_one_of_its_own_file_and_the_installations(int installerAt, int? installerExpiry, int ownAt, int? ownExpiry, string expected, int expectedAt)
    {
        _folder.Write(FullWorkspace + "bot-latest", Record("xoxb-own", ownAt, ownExpiry));
        _folder.Write(FullWorkspace + "installer-U1-latest", Record("xoxb-installer", installerAt, installerExpiry));
        var bot = Assert.Single((await ReadAsync()).Bots());
        Assert.Equal((expected, expectedAt), (bot.BotToken, bot.InstalledAt.ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task Where_the_bots_file_is_damaged_the_newest_installation_has_the_bot()
    {
        var damaged = _folder.Write(FullWorkspace + "bot-latest", Record("xoxb-own", 200, null)[..40]);
        _folder.Write(FullWorkspace + "installer-U1-latest", Record("xoxb-older", 50, null));
        _folder.Write(FullWorkspace + "installer-latest", Record("xoxb-newer", 100, null));
        var records = await ReadAsync();
        Assert.Equal("xoxb-newer", Assert.Single(records.Bots()).BotToken);
        Assert.Equal(damaged, Assert.Single(records.Refused()).Where);
    }

    [Fact]
    public async Task The_history_comes_before_the_current_record_and_none_of_it_may_become_current()
    {
        WriteFull();
        foreach (var seconds in new[] { "1700000200.5", "9.5", "1700000000.5", "1700000100.123457" })
        {
            var old = FullInstallation.Replace("1700000100.123457", seconds, StringComparison.Ordinal);
            _folder.WriteAll(old, $"{FullWorkspace}bot-{seconds}", $"{FullWorkspace}installer-U111-{seconds}");
        }

        Assert.Equal(2, (await ReadAsync()).Count);
        var records = await ReadAsync(history: true);
        Assert.Equal([9, 1_700_000_000, 1_700_000_100], records.Bots().Select(bot => bot.InstalledAt.ToUnixTimeSeconds()));
        Assert.Equal([9, 1_700_000_000, 1_700_000_100], records.Installations().Select(installation => installation.InstalledAt.ToUnixTimeSeconds()));
        Assert.Equal(ExpectedBot, records.Bots()[^1]);
        Assert.Equal(ExpectedInstallation, records.Installations()[^1]);
    }

    [Fact]
    public async Task What_is_no_record_is_passed_over()
    {
        WriteFull();
        _folder.Write("111.222/.locks/7", "");
        _folder.Write("111.222/notes/bot.txt", "x");
        _folder.Write("README", "x");
        _folder.Write(FullWorkspace + ".lease-bot", "{}");
        _folder.Write(FullWorkspace + "installer-U111-latest.bak", "{}");
        Assert.Equal(2, (await ReadAsync()).Count);
    }

    [Fact]
    public async Task The_records_are_counted_as_they_are_read()
    {
        WriteFull();
        _folder.Write(FullWorkspace + "installer-U2-latest", Record("xoxb-1", 1, null).Replace("U1\"", "U2\"", StringComparison.Ordinal));
        await using var source = new BoltPythonFiles(_folder.Root, []);
        Assert.Equal((await ReadAsync()).Count, await source.CountAsync(Token));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_no_empty_source()
    {
        var failure = await Assert.ThrowsAsync<ToolException>(() => ReadAsync());
        Assert.Equal(ExitCodes.StoreFailure, failure.ExitCode);
        Assert.Contains(_folder.Root, failure.Message, StringComparison.Ordinal);
    }

    private static string Record(string token, int installedAt, int? expiry) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"enterprise_id": "E111", "team_id": "T111", "bot_token": "{{token}}", "user_id": "U1", "installed_at": {{installedAt}}, "bot_token_expires_at": {{expiry?.ToString(CultureInfo.InvariantCulture) ?? "null"}}}""");

    private void WriteFull()
    {
        _folder.Write(FullWorkspace + "bot-latest", FullBot);
        _folder.WriteAll(FullInstallation, FullWorkspace + "installer-latest", FullWorkspace + "installer-U111-latest");
    }

    private Task<List<SourceRecord>> ReadAsync(params string[] clientIds) => Imported.AllAsync(new BoltPythonFiles(_folder.Root, clientIds));

    private Task<List<SourceRecord>> ReadAsync(bool history) => Imported.AllAsync(new BoltPythonFiles(_folder.Root, [], history));
}
