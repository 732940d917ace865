using System.Text.Json;

namespace SlackOAuth.Stores.FileSystem.Tests;

/// <summary>Opens a directory in the form in which slack_sdk's FileInstallationStore leaves it. The files in PythonLayout were written by hand from its description.</summary>
public sealed class PythonLayoutTests : IDisposable
{
    private static readonly WorkspaceId Full = new("E111", "T111");
    private static readonly WorkspaceId Bare = WorkspaceId.ForTeam("T222");
    private static readonly WorkspaceId Organization = WorkspaceId.ForEnterprise("E111");

    private readonly TemporaryFolder _folder = new();

    public PythonLayoutTests()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "PythonLayout");
        foreach (var name in TemporaryFolder.FileNames(source))
        {
            var target = Path.Combine(_folder.Path, name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(source, name), target);
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_bot_with_every_field_set_is_read() =>
        Assert.Equal(
            new Bot
            {
                AppId = "A111",
                EnterpriseId = "E111",
                EnterpriseName = "Enterprise 株式会社",
                TeamId = "T111",
                TeamName = "Team \"quoted\" 🎉",
                BotToken = "xoxb-current",
                BotId = "B111",
                BotUserId = "UB111",
                BotScopes = ["commands", "chat:write"],
                BotRefreshToken = "xoxe-1-current",
                BotTokenExpiresAt = DateTimeOffset.FromUnixTimeSeconds(1_772_411_445),
                InstalledAt = Samples.InstalledAt,
                CustomValues = JsonElement.Parse("""{"plan":"pro","seats":[1,2,{"n":null}],"ratio":0.5}"""),
            },
            await _folder.Installations().FindBotAsync(Full, Token));

    [Theory]
    [InlineData(null)]
    [InlineData("U111")]
    public async Task An_installation_with_every_field_set_is_read_with_the_current_bot_in_place_of_its_own(string? userId) =>
        Assert.Equal(
            new Installation
            {
                AppId = "A111",
                EnterpriseId = "E111",
                EnterpriseName = "Enterprise 株式会社",
                EnterpriseUrl = "https://example.enterprise.slack.com/",
                TeamId = "T111",
                TeamName = "Team \"quoted\" 🎉",
                BotToken = "xoxb-current",
                BotId = "B111",
                BotUserId = "UB111",
                BotScopes = ["commands", "chat:write"],
                BotRefreshToken = "xoxe-1-current",
                BotTokenExpiresAt = DateTimeOffset.FromUnixTimeSeconds(1_772_411_445),
                UserId = "U111",
                UserToken = "xoxp-user",
                UserScopes = ["search:read", "files:read"],
                UserRefreshToken = "xoxe-1-user",
                UserTokenExpiresAt = DateTimeOffset.FromUnixTimeSeconds(1_772_411_446),
                IncomingWebhookUrl = "https://hooks.slack.com/services/T111/B111/secret",
                IncomingWebhookChannel = "#general",
                IncomingWebhookChannelId = "C111",
                IncomingWebhookConfigurationUrl = "https://example.slack.com/services/B111",
                TokenType = "bot",
                InstalledAt = Samples.InstalledAt,
                CustomValues = JsonElement.Parse("""{"plan":"pro"}"""),
            },
            await _folder.Installations().FindInstallationAsync(Full, userId, Token));

    [Fact]
    public async Task Records_with_every_field_absent_are_read()
    {
        var store = _folder.Installations();
        var empty = JsonElement.Parse("{}");
        var installedAt = DateTimeOffset.FromUnixTimeSeconds(1_772_368_245);
        Assert.Equal(new Bot { TeamId = "T222", BotToken = "xoxb-bare", InstalledAt = installedAt, CustomValues = empty }, await store.FindBotAsync(Bare, Token));
        Assert.Equal(
            new Installation { TeamId = "T222", BotToken = "xoxb-bare", UserId = "U111", InstalledAt = installedAt, CustomValues = empty },
            await store.FindInstallationAsync(Bare, "U111", Token));
    }

    [Fact]
    public async Task An_organizations_installation_is_read()
    {
        var found = await _folder.Installations().FindInstallationAsync(Organization, cancellationToken: Token);
        Assert.Equal(("U111", "xoxp-org", "xoxb-org", true), (found!.UserId, found.UserToken, found.BotToken, found.IsEnterpriseInstall));
    }

    [Fact]
    public async Task With_slack_sdks_history_off_the_latest_installation_is_the_newest_of_the_users_and_the_next_save_writes_it_down()
    {
        var store = _folder.Installations();
        Assert.Equal("U222", (await store.FindInstallationAsync(Bare, cancellationToken: Token))!.UserId);

        await store.SaveAsync(new Installation { TeamId = "T222", UserId = "U333", InstalledAt = DateTimeOffset.FromUnixTimeSeconds(1_772_368_000) }, Token);
        Assert.Equal("U222", (await store.FindInstallationAsync(Bare, cancellationToken: Token))!.UserId);

        await store.SaveAsync(new Installation { TeamId = "T222", UserId = "U333", InstalledAt = DateTimeOffset.FromUnixTimeSeconds(1_772_369_000) }, Token);
        Assert.Equal("U333", (await store.FindInstallationAsync(Bare, cancellationToken: Token))!.UserId);
        Assert.True(File.Exists(_folder.Of("none-T222", "installer-latest")));
    }

    [Fact]
    public async Task Everything_is_listed()
    {
        var store = _folder.Installations();
        Assert.Equal(["xoxb-bare", "xoxb-current", "xoxb-org"], (await store.ListBotsAsync(Token).ToArrayAsync(Token)).Select(bot => bot.BotToken).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["U111 xoxb-bare", "U111 xoxb-current", "U111 xoxb-org", "U222 xoxb-bare", "U222 xoxb-current"],
            (await store.ListInstallationsAsync(Token).ToArrayAsync(Token)).Select(installation => $"{installation.UserId} {installation.BotToken}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Its_history_is_read_where_history_is_on_each_record_once()
    {
        var store = _folder.Installations(options => options.HistoryEnabled = true);
        Assert.Equal(["xoxb-current", "xoxb-old"], (await store.ListBotHistoryAsync(Full, Token).ToArrayAsync(Token)).Select(bot => bot.BotToken));
        Assert.Equal(["U111", "U222"], (await store.ListInstallationHistoryAsync(Full, null, Token).ToArrayAsync(Token)).Select(installation => installation.UserId));
        Assert.Equal(["U222"], (await store.ListInstallationHistoryAsync(Full, "U222", Token).ToArrayAsync(Token)).Select(installation => installation.UserId));
    }

    [Fact]
    public async Task Its_history_can_be_trimmed_with_the_copies_that_name_no_user()
    {
        var store = _folder.Installations(options => options.HistoryEnabled = true);
        Assert.Equal(1, await store.TrimHistoryAsync(Full, DateTimeOffset.MaxValue, Token));
        var second = await store.FindInstallationAsync(Full, "U222", Token);
        await store.SaveAsync(second!.WithBot(null) with { UserToken = "xoxp-again", InstalledAt = Samples.InstalledAt.AddDays(1) }, Token);

        // One record, although slack_sdk has two files of it.
        Assert.Equal(1, await store.TrimHistoryAsync(Full, Samples.InstalledAt, Token));
        Assert.Equal(
            [
                "bot-1772368245.123456", "bot-latest", "installer-1772368245.123456", "installer-U111-1772368245.123456", "installer-U111-latest", "installer-U222-1772454645.123456",
                "installer-U222-latest", "installer-latest",
            ],
            TemporaryFolder.FileNames(_folder.Of("E111-T111")));
    }

    [Fact]
    public async Task Deleting_a_user_removes_every_file_with_that_users_token_and_no_other()
    {
        var store = _folder.Installations();
        await store.DeleteInstallationAsync(Full, "U111", Token);

        Assert.DoesNotContain("xoxp-user", Everything("E111-T111"), StringComparison.Ordinal);
        Assert.Null(await store.FindInstallationAsync(Full, "U111", Token));
        Assert.Equal("xoxp-second", (await store.FindInstallationAsync(Full, cancellationToken: Token))!.UserToken);
        Assert.Equal(
            ["bot-1772368000.5", "bot-1772368245.123456", "bot-latest", "installer-1772368000.5", "installer-U222-1772368000.5", "installer-U222-latest", "installer-latest"],
            TemporaryFolder.FileNames(_folder.Of("E111-T111")));
    }

    [Fact]
    public async Task Deleting_the_bot_removes_its_tokens_from_the_installers_files_too()
    {
        await _folder.Installations().DeleteBotAsync(Full, Token);
        var left = Everything("E111-T111");
        Assert.DoesNotContain("xoxb-", left, StringComparison.Ordinal);
        Assert.DoesNotContain("xoxe-1-current", left, StringComparison.Ordinal);
        Assert.DoesNotContain("xoxe-1-old", left, StringComparison.Ordinal);
        Assert.Contains("xoxp-user", left, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rotated_bot_is_what_a_Python_app_finds_from_then_on()
    {
        // slack_sdk takes the bot fields of installer-latest as they are, unless there are none.
        var store = _folder.Installations();
        var bot = await store.FindBotAsync(Full, Token);
        await store.SaveBotAsync(bot! with { BotToken = "xoxb-rotated" }, Token);
        Assert.Equal(JsonValueKind.Null, JsonElement.Parse(await File.ReadAllTextAsync(_folder.Of("E111-T111", "installer-latest"), Token)).GetProperty("bot_token").ValueKind);
        Assert.Equal("xoxb-rotated", (await store.FindInstallationAsync(Full, cancellationToken: Token))!.BotToken);
    }

    [Fact]
    public async Task A_token_that_was_rotated_away_is_in_no_history_file_of_its_record()
    {
        var store = _folder.Installations();
        var installation = await store.FindInstallationAsync(Full, "U111", Token);
        await store.SaveAsync(installation! with { UserToken = "xoxp-rotated", BotToken = "xoxb-rotated" }, Token);
        var left = Everything("E111-T111");
        Assert.DoesNotContain("xoxp-user", left, StringComparison.Ordinal);
        Assert.DoesNotContain("xoxb-current", left, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_same_holds_where_the_clock_gave_seven_decimals_as_it_mostly_does(bool isHistoryEnabled)
    {
        // A record keeps six of them, so that the name of the record is not that of the file.
        foreach (var path in Directory.EnumerateFiles(_folder.Of("E111-T111")))
        {
            await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path, Token)).Replace("1772368245.123456", "1772368245.1234567", StringComparison.Ordinal), Token);
            File.Move(path, path.Replace("1772368245.123456", "1772368245.1234567", StringComparison.Ordinal));
        }

        var store = _folder.Installations(options => options.HistoryEnabled = isHistoryEnabled);
        var installation = await store.FindInstallationAsync(Full, "U111", Token);
        Assert.Equal(Samples.InstalledAt, installation!.InstalledAt);
        await store.SaveAsync(installation with { UserToken = "xoxp-rotated", BotToken = "xoxb-rotated" }, Token);
        var left = Everything("E111-T111");
        Assert.DoesNotContain("xoxp-user", left, StringComparison.Ordinal);
        Assert.DoesNotContain("xoxb-current", left, StringComparison.Ordinal);
        Assert.Equal(isHistoryEnabled, left.Split("xoxp-rotated").Length > 3);
    }

    private string Everything(string folder) => string.Concat(Directory.EnumerateFiles(_folder.Of(folder)).Select(File.ReadAllText));
}
