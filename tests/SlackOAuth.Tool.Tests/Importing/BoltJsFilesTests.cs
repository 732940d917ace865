using System.Text.Json;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Importing;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Tests.Importing;

/// <summary>Folders in the form in which @slack/oauth's FileInstallationStore leaves them, written from its description and compared with what version 4.0.0 wrote.</summary>
public sealed class BoltJsFilesTests : IDisposable
{
    private const string Full =
        """
        {"team":{"id":"T111","name":"Team \"q\" 🎉"},"enterprise":{"id":"E111","name":"株式会社"},
        "user":{"token":"xoxp-1","scopes":["search:read","files:read"],"id":"U111","refreshToken":"xoxe-u","expiresAt":1800000002},
        "tokenType":"bot","isEnterpriseInstall":false,"appId":"A111","authVersion":"v2",
        "bot":{"scopes":["commands","chat:write"],"token":"xoxb-1","userId":"UB111","id":"B111","refreshToken":"xoxe-b","expiresAt":1800000001},
        "enterpriseUrl":"https://e.enterprise.slack.com/",
        "incomingWebhook":{"url":"https://hooks.slack.com/1","channel":"#general","channelId":"C111","configurationUrl":"https://example.slack.com/1"},"metadata":"plan=pro"}
        """;

    private const string Bare = """{"team":{"id":"T222"},"user":{"id":"U222"},"bot":{"token":"xoxb-2","scopes":[]}}""";

    private static readonly DateTimeOffset Written = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_100_123);

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
        InstalledAt = Written,
        CustomValues = JsonElement.Parse("""{"metadata":"plan=pro"}"""),
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
        InstalledAt = Written,
        CustomValues = JsonElement.Parse("""{"metadata":"plan=pro"}"""),
    };

    private readonly ImportFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Records_with_every_field_set_are_found_again_field_by_field()
    {
        WriteFull();
        var records = await ReadAsync();
        Assert.Collection(records, record => Assert.IsType<SourceRecord.OfBot>(record), record => Assert.IsType<SourceRecord.OfInstallation>(record));

        var store = await records.SaveAsync();
        var workspace = new WorkspaceId("E111", "T111");
        Assert.Equal(ExpectedBot, await store.FindBotAsync(workspace, Token));
        Assert.Equal(ExpectedInstallation.WithBot(ExpectedBot), await store.FindInstallationAsync(workspace, "U111", Token));
    }

    [Fact]
    public async Task Records_with_every_field_absent_are_found_again_at_the_time_at_which_they_were_written()
    {
        foreach (var name in new[] { "app-latest", "user-U222-latest" })
        {
            File.SetLastWriteTimeUtc(_folder.Write("111.222T222/" + name, Bare), Written.UtcDateTime);
        }

        var store = await (await ReadAsync()).SaveAsync();
        var bot = new Bot { TeamId = "T222", BotToken = "xoxb-2", InstalledAt = Written };
        Assert.Equal(bot, await store.FindBotAsync(WorkspaceId.ForTeam("T222"), Token));
        Assert.Equal(new Installation { TeamId = "T222", UserId = "U222", InstalledAt = Written }.WithBot(bot), await store.FindInstallationAsync(WorkspaceId.ForTeam("T222"), "U222", Token));
    }

    [Theory]
    [InlineData("111.222/E3", """{"enterprise":{"id":"E3"},"team":null,"user":{"id":"U3"},"isEnterpriseInstall":true}""", null, "E3", null)]
    [InlineData("111.222/E3-T3", """{"enterprise":{"id":"E3"},"team":{"id":"T3"},"user":{"id":"U3"}}""", null, "E3", "T3")]
    [InlineData("111.222T3", """{"team":{"id":"T3"},"user":{"id":"U3"}}""", null, null, "T3")]
    [InlineData("111.222/T3", """{"team":{"id":"T3"},"user":{"id":"U3"}}""", null, null, "T3")]
    [InlineData("E3", """{"enterprise":{"id":"E3"},"user":{"id":"U3"},"isEnterpriseInstall":true}""", "my-app", "E3", null)]
    [InlineData("E3-T3", """{"enterprise":{"id":"E3"},"team":{"id":"T3"},"user":{"id":"U3"}}""", "my-app", "E3", "T3")]
    [InlineData("T3", """{"team":{"id":"T3"},"user":{"id":"U3"}}""", "my-app", null, "T3")]
    [InlineData("../rootT3", """{"team":{"id":"T3"},"user":{"id":"U3"}}""", "my-app", null, "T3")]
    [InlineData("my-appT3", """{"team":{"id":"T3"},"user":{"id":"U3"}}""", "my-app", null, "T3")]
    public async Task Every_place_that_the_SDK_has_put_workspaces_in_is_read(string folder, string json, string? clientId, string? enterpriseId, string? teamId)
    {
        _folder.WriteAll(json, folder + "/app-latest", folder + "/user-U3-latest");
        var record = Assert.IsType<SourceRecord.OfInstallation>(Assert.Single(await ReadAsync(clientId is null ? [] : [clientId])));
        Assert.Equal(clientId ?? "111.222", record.ClientId);
        Assert.Equal((enterpriseId, teamId), (record.Installation.EnterpriseId, record.Installation.TeamId));
    }

    [Theory]
    [InlineData("../rootT3")]
    [InlineData("T3")]
    public async Task Without_a_client_id_in_the_layout_it_has_to_be_given(string folder)
    {
        _folder.Write(folder + "/app-latest", """{"team":{"id":"T3"},"user":{"id":"U3"}}""");
        Assert.Contains("--client-id", (await Assert.ThrowsAsync<ToolException>(() => ReadAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workspace_that_an_older_version_kept_elsewhere_is_one_with_its_newer_folder()
    {
        var older = Bare.Replace("xoxb-2", "xoxb-older", StringComparison.Ordinal);
        _folder.WriteAll(older, "111.222/T222/app-latest", "111.222/T222/app-1000", "111.222/T222/user-U222-latest", "111.222/T222/user-U222-1000");
        _folder.WriteAll(Bare, "111.222T222/app-latest", "111.222T222/app-2000", "111.222T222/user-U222-latest", "111.222T222/user-U222-2000");
        var records = await ReadAsync();
        Assert.Equal(2, records.Count);
        Assert.Equal("xoxb-2", Assert.Single(records.Bots()).BotToken);
        Assert.Equal(2, Assert.Single(records.Installations()).InstalledAt.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_user_who_was_deleted_does_not_come_back_by_what_was_saved_last()
    {
        _folder.WriteAll(Full, "111.222/E111-T111/app-latest", "111.222/E111-T111/app-1700000100123");
        var records = await ReadAsync(history: true);
        Assert.Equal([ExpectedBot], records.Bots());
        Assert.Empty(records.Installations());
    }

    [Fact]
    public async Task A_bot_that_an_installation_without_one_has_hidden_is_found()
    {
        const string folder = "111.222T222/";
        _folder.WriteAll(Bare, folder + "user-U222-latest", folder + "user-U222-2000");
        _folder.WriteAll(Bare.Replace("U222", "U1", StringComparison.Ordinal).Replace("xoxb-2", "xoxb-1", StringComparison.Ordinal), folder + "user-U1-latest", folder + "user-U1-1000");
        _folder.WriteAll("""{"team":{"id":"T222"},"user":{"id":"U3","token":"xoxp-3"}}""", folder + "app-latest", folder + "user-U3-latest", folder + "app-3000", folder + "user-U3-3000");
        var records = await ReadAsync();
        Assert.Equal(("xoxb-2", 2), (Assert.Single(records.Bots()).BotToken, (int)records.Bots()[0].InstalledAt.ToUnixTimeSeconds()));
        Assert.Equal(["U1", "U222", "U3"], records.Installations().Select(installation => installation.UserId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_name_in_the_history_dates_a_record_only_where_it_is_the_same()
    {
        var changed = DateTimeOffset.FromUnixTimeSeconds(1_700_000_500);
        _folder.Write("111.222T222/user-U222-1700000100123", Bare.Replace("xoxb-2", "xoxb-1", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(_folder.Write("111.222T222/user-U222-latest", Bare), changed.UtcDateTime);
        Assert.Equal(changed, Assert.Single((await ReadAsync()).Installations()).InstalledAt);
    }

    [Fact]
    public async Task The_history_comes_before_the_current_record()
    {
        WriteFull();
        _folder.WriteAll(Full.Replace("xoxb-1", "xoxb-0", StringComparison.Ordinal).Replace("xoxp-1", "xoxp-0", StringComparison.Ordinal), "111.222/E111-T111/app-1600000000000", "111.222/E111-T111/user-U111-1600000000000");
        Assert.Equal(2, (await ReadAsync()).Count);
        var records = await ReadAsync(history: true);
        Assert.Equal(["xoxb-0", "xoxb-1"], records.Bots().Select(bot => bot.BotToken));
        Assert.Equal(["xoxp-0", "xoxp-1"], records.Installations().Select(installation => installation.UserToken));
        Assert.Equal(1_600_000_000, records.Bots()[0].InstalledAt.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Every_app_is_read_or_those_that_were_named()
    {
        WriteFull();
        _folder.WriteAll(Bare, "333.444T222/user-U222-latest", "555.666/T222/user-U222-latest");
        Assert.Equal(["111.222", "333.444", "555.666"], (await ReadAsync()).ClientIds());
        Assert.Equal(["333.444"], (await ReadAsync(["333.444"])).ClientIds());
    }

    [Fact]
    public async Task Apps_whose_client_ids_begin_alike_are_kept_apart()
    {
        _folder.WriteAll(Bare, "1.1T222/user-U222-latest", "1.11T222/user-U222-latest", "1.1/E1-T1/readme");
        Assert.Equal(["1.1"], (await ReadAsync(["1.1"])).ClientIds());
        Assert.Equal(["1.11"], (await ReadAsync(["1.11"])).ClientIds());
        var ofOne = await Imported.AllAsync(new BoltJsFiles(_folder.Of("1.1"), []));
        Assert.Equal(["1.1"], ofOne.ClientIds());
        Assert.Equal(2, ofOne.Count);
    }

    [Fact]
    public async Task A_folder_beside_the_root_that_only_begins_alike_is_refused_by_name()
    {
        WriteFull();
        var copy = _folder.Write("../rootT222.bak/user-U222-latest", Bare);
        _folder.Write("../root-notes/readme", "x");
        var records = await ReadAsync(["111.222"]);
        Assert.Equal(copy, Assert.Single(records.Refused()).Where);
        Assert.Equal(3, records.Count);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_no_empty_source() =>
        Assert.Equal(ExitCodes.StoreFailure, (await Assert.ThrowsAsync<ToolException>(() => ReadAsync())).ExitCode);

    private void WriteFull() => _folder.WriteAll(
        Full, "111.222/E111-T111/app-latest", "111.222/E111-T111/app-1700000100123", "111.222/E111-T111/user-U111-latest", "111.222/E111-T111/user-U111-1700000100123");

    private Task<List<SourceRecord>> ReadAsync(string[]? clientIds = null, bool history = false) => Imported.AllAsync(new BoltJsFiles(_folder.Root, clientIds ?? [], history));
}
