using SlackOAuth.Stores;
using SlackOAuth.Tool.Importing;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Tests.Importing;

/// <summary>Folders in the form in which Bolt for Java's FileInstallationService leaves them, written from its description and compared with what its own code wrote.</summary>
public sealed class BoltJavaFilesTests : IDisposable
{
    private const string Bots = "111.222/installation/bot/";
    private const string Installers = "111.222/installation/installer/";

    private const string FullBot =
        """
        {"app_id":"A111","enterprise_id":"E111","enterprise_name":"株式会社","team_id":"T111","team_name":"T \u0026 \u003cb\u003e 🎉","is_enterprise_install":false,"enterprise_url":"https://e/","token_type":"bot",
        "scope":"commands,chat:write","bot_id":"B111","bot_user_id":"UB111","bot_access_token":"xoxb-1","bot_refresh_token":"xoxe-b","bot_token_expires_at":1800000001456,"installed_at":1700000100123}
        """;

    private const string FullInstaller =
        """
        {"app_id":"A111","enterprise_id":"E111","enterprise_name":"株式会社","team_id":"T111","team_name":"T \u0026 \u003cb\u003e 🎉","is_enterprise_install":false,"enterprise_url":"https://e/","token_type":"bot",
        "installer_user_id":"U111","installer_user_scope":"search:read,files:read","installer_user_access_token":"xoxp-1","installer_user_refresh_token":"xoxe-u","installer_user_token_expires_at":1800000002123,
        "scope":"commands,chat:write","bot_scope":"commands,chat:write","bot_id":"B111","bot_user_id":"UB111","bot_access_token":"xoxb-1","bot_refresh_token":"xoxe-b","bot_token_expires_at":1800000001456,
        "incoming_webhook_url":"https://hooks.slack.com/1?a\u003db","incoming_webhook_channel_id":"C111","incoming_webhook_configuration_url":"https://example.slack.com/1","installed_at":1700000100123}
        """;

    private static readonly Bot ExpectedBot = new()
    {
        AppId = "A111",
        EnterpriseId = "E111",
        EnterpriseName = "株式会社",
        TeamId = "T111",
        TeamName = "T & <b> 🎉",
        BotToken = "xoxb-1",
        BotId = "B111",
        BotUserId = "UB111",
        BotScopes = ["commands", "chat:write"],
        BotRefreshToken = "xoxe-b",
        BotTokenExpiresAt = DateTimeOffset.FromUnixTimeSeconds(1_800_000_001),
        InstalledAt = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_100_123),
    };

    private static readonly Installation ExpectedInstallation = new()
    {
        AppId = "A111",
        EnterpriseId = "E111",
        EnterpriseName = "株式会社",
        EnterpriseUrl = "https://e/",
        TeamId = "T111",
        TeamName = "T & <b> 🎉",
        UserId = "U111",
        UserToken = "xoxp-1",
        UserScopes = ["search:read", "files:read"],
        UserRefreshToken = "xoxe-u",
        UserTokenExpiresAt = DateTimeOffset.FromUnixTimeSeconds(1_800_000_002),
        IncomingWebhookUrl = "https://hooks.slack.com/1?a=b",
        IncomingWebhookChannelId = "C111",
        IncomingWebhookConfigurationUrl = "https://example.slack.com/1",
        TokenType = "bot",
        InstalledAt = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_100_123),
    };

    private readonly ImportFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("-latest")]
    public async Task Records_with_every_field_set_are_found_again_field_by_field(string ending)
    {
        _folder.Write($"{Bots}E111-T111{ending}", FullBot);
        _folder.Write($"{Installers}E111-T111-U111{ending}", FullInstaller);
        var records = await ReadAsync();
        Assert.Equal([ImportFolder.ClientId], records.ClientIds());
        Assert.Collection(records, record => Assert.IsType<SourceRecord.OfBot>(record), record => Assert.IsType<SourceRecord.OfInstallation>(record));

        var store = await records.SaveAsync();
        var workspace = new WorkspaceId("E111", "T111");
        Assert.Equal(ExpectedBot, await store.FindBotAsync(workspace, Token));
        Assert.Equal(ExpectedInstallation.WithBot(ExpectedBot), await store.FindInstallationAsync(workspace, "U111", Token));
    }

    [Fact]
    public async Task Records_with_every_field_absent_are_found_again()
    {
        _folder.Write(Bots + "none-T222", """{"team_id":"T222","bot_access_token":"xoxb-2"}""");
        _folder.Write(Installers + "none-T222-U222", """{"team_id":"T222","installer_user_id":"U222","bot_access_token":"xoxb-2"}""");
        var store = await (await ReadAsync()).SaveAsync();
        var bot = new Bot { TeamId = "T222", BotToken = "xoxb-2", InstalledAt = DateTimeOffset.UnixEpoch };
        Assert.Equal(bot, await store.FindBotAsync(WorkspaceId.ForTeam("T222"), Token));
        Assert.Equal(new Installation { TeamId = "T222", UserId = "U222", InstalledAt = DateTimeOffset.UnixEpoch }.WithBot(bot), await store.FindInstallationAsync(WorkspaceId.ForTeam("T222"), "U222", Token));
    }

    [Fact]
    public async Task The_scopes_of_a_classic_app_are_the_users()
    {
        _folder.Write(Installers + "none-T1-U1", """{"team_id":"T1","installer_user_id":"U1","installer_user_access_token":"xoxp-1","scope":"identify,bot"}""");
        Assert.Equal(ScopeList.Create("identify", "bot"), Assert.Single((await ReadAsync()).Installations()).UserScopes);
    }

    [Fact]
    public async Task An_organization_is_found_by_its_enterprise()
    {
        _folder.Write(Bots + "E9-none", """{"enterprise_id":"E9","is_enterprise_install":true,"bot_access_token":"xoxb-9","scope":"x","installed_at":9}""");
        var store = await (await ReadAsync()).SaveAsync();
        Assert.Equal("xoxb-9", (await store.FindBotAsync(WorkspaceId.ForEnterprise("E9"), Token))?.BotToken);
    }

    [Fact]
    public async Task Of_a_record_with_the_history_off_and_one_with_it_on_the_fresher_counts()
    {
        _folder.Write(Bots + "none-T1", """{"team_id":"T1","bot_access_token":"xoxb-rotated","bot_token_expires_at":2000,"installed_at":1000}""");
        _folder.Write(Bots + "none-T1-latest", """{"team_id":"T1","bot_access_token":"xoxb-before","bot_token_expires_at":1000,"installed_at":1000}""");
        _folder.Write(Installers + "none-T1-U1", """{"team_id":"T1","installer_user_id":"U1","installer_user_access_token":"xoxp-older","installed_at":1000}""");
        _folder.Write(Installers + "none-T1-U1-latest", """{"team_id":"T1","installer_user_id":"U1","installer_user_access_token":"xoxp-newer","installed_at":1001}""");
        var records = await ReadAsync();
        Assert.Equal("xoxb-rotated", Assert.Single(records.Bots()).BotToken);
        Assert.Equal("xoxp-newer", Assert.Single(records.Installations()).UserToken);
    }

    [Fact]
    public async Task A_bot_that_an_installation_without_one_has_overwritten_is_found_and_one_that_was_deleted_is_not()
    {
        _folder.Write(Bots + "none-T1", """{"team_id":"T1","installed_at":2000}""");
        _folder.Write(Installers + "none-T1-U1", """{"team_id":"T1","installer_user_id":"U1","bot_access_token":"xoxb-1","installed_at":1000}""");
        _folder.Write(Installers + "none-T2-U1", """{"team_id":"T2","installer_user_id":"U1","bot_access_token":"xoxb-deleted","installed_at":1000}""");
        var records = await ReadAsync();
        Assert.Equal("xoxb-1", Assert.Single(records.Bots()).BotToken);
        Assert.Equal(2, records.Installations().Count);
    }

    [Fact]
    public async Task What_was_saved_before_a_workspace_joined_a_Grid_is_of_its_new_key_unless_that_has_its_own()
    {
        _folder.Write(Bots + "none-T7", """{"team_id":"T7","bot_access_token":"xoxb-old","installed_at":1000}""");
        _folder.Write(Bots + "E7-T7", """{"enterprise_id":"E7","team_id":"T7","bot_access_token":"xoxb-new","installed_at":1000}""");
        _folder.Write(Installers + "none-T7-U1", """{"team_id":"T7","installer_user_id":"U1","installer_user_access_token":"xoxp-old","installed_at":9000}""");
        _folder.Write(Installers + "E7-T7-U1", """{"enterprise_id":"E7","team_id":"T7","installer_user_id":"U1","installer_user_access_token":"xoxp-new","installed_at":1000}""");
        _folder.Write(Installers + "none-T7-U2", """{"team_id":"T7","installer_user_id":"U2","installer_user_access_token":"xoxp-2","installed_at":1000}""");
        _folder.Write(Installers + "none-T77-U1", """{"team_id":"T77","installer_user_id":"U1","installed_at":1000}""");

        var records = await ReadAsync();
        Assert.Equal(("E7", "xoxb-new"), (Assert.Single(records.Bots()).EnterpriseId, records.Bots()[0].BotToken));
        Assert.Equal(
            [("E7", "U1", "xoxp-new"), ("E7", "U2", "xoxp-2"), (null, "U1", null)],
            records.Installations().Select(installation => (installation.EnterpriseId, installation.UserId, installation.UserToken)).OrderBy(item => item.UserToken is null).ThenBy(item => item.UserId, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Under_two_new_keys_the_old_one_stays()
    {
        foreach (var key in new[] { "none", "E7", "E8" })
        {
            _folder.Write($"{Bots}{key}-T7", $$"""{"enterprise_id":{{(key == "none" ? "null" : $"\"{key}\"")}},"team_id":"T7","bot_access_token":"xoxb-{{key}}","installed_at":1000}""");
        }

        Assert.Equal([null, "E7", "E8"], (await ReadAsync()).Bots().Select(bot => bot.EnterpriseId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_history_comes_before_the_current_record()
    {
        _folder.Write(Bots + "E111-T111-latest", FullBot);
        _folder.Write(Bots + "E111-T111-1700000100123", FullBot);
        _folder.Write(Bots + "E111-T111-1600000000000", FullBot.Replace("1700000100123", "1600000000000", StringComparison.Ordinal));
        _folder.Write(Bots + "E111-T111-null", FullBot.Replace(",\"installed_at\":1700000100123", "", StringComparison.Ordinal));
        Assert.Equal(ExpectedBot, Assert.Single((await ReadAsync()).Bots()));
        Assert.Equal([0, 1_600_000_000, 1_700_000_100], (await ReadAsync(history: true)).Bots().Select(bot => bot.InstalledAt.ToUnixTimeSeconds()));
    }

    [Theory]
    [InlineData("installation/", "my-app", "my-app")]
    [InlineData("", "my-app", "my-app")]
    [InlineData("111.222/installation/", null, "111.222")]
    [InlineData("my-app/installation/", null, "my-app")]
    public async Task The_root_may_be_that_of_every_app_of_one_or_a_bucket(string folder, string? clientId, string expected)
    {
        _folder.Write(folder + "bot/E111-T111", FullBot);
        Assert.Equal([expected], (await ReadAsync(clientId is null ? [] : [clientId])).ClientIds());
    }

    [Fact]
    public async Task A_root_that_names_no_app_needs_the_client_id()
    {
        _folder.Write("bot/E111-T111", FullBot);
        Assert.Contains("--client-id", (await Assert.ThrowsAsync<ToolException>(() => ReadAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_whose_name_is_no_key_is_refused()
    {
        var strange = _folder.Write(Bots + "T111", FullBot);
        var refused = Assert.Single((await ReadAsync()).Refused());
        Assert.Equal(strange, refused.Where);
    }

    private Task<List<SourceRecord>> ReadAsync(string[]? clientIds = null, bool history = false) => Imported.AllAsync(new BoltJavaFiles(_folder.Root, clientIds ?? [], history));
}
