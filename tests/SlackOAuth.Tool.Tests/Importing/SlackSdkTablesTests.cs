using System.Data.Common;
using System.Globalization;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Importing;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Tests.Importing;

/// <summary>Tables in the form in which slack_sdk's stores make them, filled by hand as they do: what holds on every engine.</summary>
public abstract class SlackSdkTablesTests : IAsyncLifetime
{
    // The zone is the process's: one test at a time changes it.
    private static readonly SemaphoreSlim HostZone = new(1);

    private static readonly WorkspaceId Workspace = new("E111", "T111");

    private static readonly Bot ExpectedBot = new()
    {
        AppId = "A111",
        EnterpriseId = "E111",
        EnterpriseName = "株式会社",
        TeamId = "T111",
        TeamName = "Team 'q' 🎉",
        BotToken = "xoxb-1",
        BotId = "B111",
        BotUserId = "UB111",
        BotScopes = ["commands", "chat:write"],
        BotRefreshToken = "xoxe-b",
        BotTokenExpiresAt = DateTimeOffset.FromUnixTimeSeconds(1_800_000_001),
        InstalledAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_100),
    };

    private static readonly Installation ExpectedInstallation = new()
    {
        AppId = "A111",
        EnterpriseId = "E111",
        EnterpriseName = "株式会社",
        EnterpriseUrl = "https://e.enterprise.slack.com/",
        TeamId = "T111",
        TeamName = "Team 'q' 🎉",
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
        InstalledAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_100),
    };

    private static readonly string[] BotsOnly = ["bot_token", "bot_id", "bot_user_id", "bot_scopes", "bot_refresh_token", "bot_token_expires_at"];

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The names of the test's own tables.</summary>
    private protected SlackSdkTableOptions Tables { get; } = new();

    /// <summary>The connection by which the app writes.</summary>
    private protected DbConnection App { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        App = await ConnectAsync();
        await RunAsync(BotsSchema(Tables.BotsTable));
        await RunAsync(InstallationsSchema(Tables.InstallationsTable));
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (App is not null)
        {
            await App.DisposeAsync();
        }
    }

    private protected abstract Task<DbConnection> ConnectAsync();

    private protected abstract IRecordSource Open(SlackSdkTableOptions tables, bool history, params string[] clientIds);

    private protected abstract string BotsSchema(string table);

    private protected abstract string InstallationsSchema(string table);

    /// <summary>How the SDK writes a time here, which is of UTC and does not say so.</summary>
    private protected virtual object Write(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    /// <summary>How the SDK writes an expiry here.</summary>
    private protected virtual object WriteExpiry(DateTimeOffset time) => Write(time);

    /// <summary>How the SDK writes an absent id here.</summary>
    private protected virtual object? Absent => null;

    [Fact]
    public async Task Rows_with_every_field_set_are_found_again_field_by_field()
    {
        await SaveAsync(ExpectedInstallation.WithBot(ExpectedBot));
        var records = await ReadAsync();
        Assert.Equal([ImportFolder.ClientId], records.ClientIds());
        Assert.Collection(records, record => Assert.IsType<SourceRecord.OfBot>(record), record => Assert.IsType<SourceRecord.OfInstallation>(record));

        var store = await records.SaveAsync();
        Assert.Equal(ExpectedBot, await store.FindBotAsync(Workspace, Token));
        Assert.Equal(ExpectedInstallation.WithBot(ExpectedBot), await store.FindInstallationAsync(Workspace, "U111", Token));
    }

    [Fact]
    public async Task Rows_with_every_field_absent_are_found_again()
    {
        var bare = new Installation { AppId = "A1", TeamId = "T222", UserId = "U222", InstalledAt = ExpectedBot.InstalledAt };
        var bot = new Bot { AppId = "A1", TeamId = "T222", BotToken = "xoxb-2", BotId = "B2", BotUserId = "UB2", InstalledAt = ExpectedBot.InstalledAt };
        await SaveAsync(bare.WithBot(bot));
        var store = await (await ReadAsync()).SaveAsync();
        Assert.Equal(bot, await store.FindBotAsync(WorkspaceId.ForTeam("T222"), Token));
        Assert.Equal(bare.WithBot(bot), await store.FindInstallationAsync(WorkspaceId.ForTeam("T222"), "U222", Token));
    }

    [Fact]
    public async Task An_organization_is_found_by_its_enterprise()
    {
        await SaveAsync(new Installation { AppId = "A1", EnterpriseId = "E9", IsEnterpriseInstall = true, UserId = "U9", BotToken = "xoxb-9", BotId = "B9", BotUserId = "UB9", InstalledAt = ExpectedBot.InstalledAt });
        var store = await (await ReadAsync()).SaveAsync();
        Assert.Equal("xoxb-9", (await store.FindBotAsync(WorkspaceId.ForEnterprise("E9"), Token))?.BotToken);
        Assert.True((await store.FindInstallationAsync(WorkspaceId.ForEnterprise("E9"), "U9", Token))?.IsEnterpriseInstall);
    }

    [Theory]
    [InlineData("Asia/Kolkata")]
    [InlineData("America/New_York")]
    public async Task Times_are_UTC_whatever_the_zone_of_the_host(string zone)
    {
        await SaveAsync(ExpectedInstallation.WithBot(ExpectedBot));
        await HostZone.WaitAsync(Token);
        var before = Environment.GetEnvironmentVariable("TZ");
        try
        {
            Environment.SetEnvironmentVariable("TZ", zone);
            TimeZoneInfo.ClearCachedData();
            Assert.NotEqual(TimeSpan.Zero, TimeZoneInfo.Local.GetUtcOffset(ExpectedBot.InstalledAt));
            var records = await ReadAsync();
            Assert.Equal(ExpectedBot, Assert.Single(records.Bots()));
            Assert.Equal(ExpectedInstallation, Assert.Single(records.Installations()));
        }
        finally
        {
            Environment.SetEnvironmentVariable("TZ", before);
            TimeZoneInfo.ClearCachedData();
            HostZone.Release();
        }
    }

    [Fact]
    public async Task Of_several_rows_the_newest_is_current_and_the_others_are_the_history()
    {
        foreach (var seconds in new[] { 200, 100, 300 })
        {
            await SaveAsync(At(seconds, $"xoxb-{seconds}", $"xoxp-{seconds}"));
        }

        var records = await ReadAsync();
        Assert.Equal("xoxb-300", Assert.Single(records.Bots()).BotToken);
        Assert.Equal("xoxp-300", Assert.Single(records.Installations()).UserToken);
        var history = await ReadAsync(history: true);
        Assert.Equal(["xoxb-100", "xoxb-200", "xoxb-300"], history.Bots().Select(bot => bot.BotToken));
        Assert.Equal(["xoxp-100", "xoxp-200", "xoxp-300"], history.Installations().Select(installation => installation.UserToken));
    }

    [Fact]
    public async Task Of_rows_of_one_instant_the_one_written_last_is_current()
    {
        await SaveAsync(At(100, "xoxb-1", "xoxp-1"));
        await SaveAsync(At(100, "xoxb-2", "xoxp-2"));
        var records = await ReadAsync(history: true);
        Assert.Equal("xoxb-2", Assert.Single(records.Bots()).BotToken);
        Assert.Equal("xoxp-2", Assert.Single(records.Installations()).UserToken);
    }

    [Fact]
    public async Task A_bot_that_was_rotated_through_an_older_installation_is_the_current_one()
    {
        await SaveAsync(At(100, "xoxb-used-up", "xoxp-1", expiry: 1000));
        await SaveAsync(At(50, "xoxb-rotated", "xoxp-2", expiry: 2000) with { UserId = "U2" });
        var bot = Assert.Single((await ReadAsync()).Bots());
        Assert.Equal(("xoxb-rotated", 100), (bot.BotToken, bot.InstalledAt.ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task Users_and_workspaces_of_like_ids_are_kept_apart()
    {
        string[] users = ["U1", "u1", "U12", "'; DROP TABLE x; --", "%", "none", "../x"];
        foreach (var user in users)
        {
            await SaveAsync(At(100, "xoxb-1", "xoxp-1") with { UserId = user });
            await SaveAsync(At(100, "xoxb-2", "xoxp-2") with { TeamId = "t111", UserId = user });
        }

        var records = await ReadAsync();
        Assert.Equal(2, records.Bots().Count);
        Assert.Equal(users.Length * 2, records.Installations().Select(installation => (installation.TeamId, installation.UserId)).Distinct().Count());
        Assert.Equal(users.Length * 2, records.Installations().Count);
    }

    [Fact]
    public async Task A_bot_that_was_deleted_does_not_come_back_by_an_installation()
    {
        await SaveAsync(ExpectedInstallation.WithBot(ExpectedBot));
        await RunAsync($"DELETE FROM {Tables.BotsTable}");
        var records = await ReadAsync();
        Assert.Empty(records.Bots());
        Assert.Equal([ExpectedInstallation], records.Installations());
    }

    [Fact]
    public async Task Every_app_is_read_or_those_that_were_named()
    {
        foreach (var client in new[] { "1.1", "2.2", "3.3" })
        {
            await SaveAsync(ExpectedInstallation.WithBot(ExpectedBot), client);
        }

        Assert.Equal(["1.1", "2.2", "3.3"], (await ReadAsync()).ClientIds());
        Assert.Equal(["1.1", "3.3"], (await ReadAsync(history: false, "3.3", "1.1")).ClientIds());
        Assert.Empty(await ReadAsync(history: false, "4.4"));
    }

    [Fact]
    public async Task The_records_are_counted_as_they_are_read()
    {
        await SaveAsync(At(100, "xoxb-1", "xoxp-1"));
        await SaveAsync(At(200, "xoxb-1", "xoxp-1"));
        await SaveAsync(At(200, "xoxb-1", "xoxp-1") with { UserId = "U2" });
        foreach (var history in new[] { false, true })
        {
            await using var source = Open(Tables, history);
            Assert.Equal(history ? 6 : 3, await source.CountAsync(Token));
        }

        Assert.Equal(3, (await ReadAsync()).Count);
    }

    [Fact]
    public async Task The_records_are_counted_while_they_are_read()
    {
        await SaveAsync(ExpectedInstallation.WithBot(ExpectedBot));
        await using var source = Open(Tables, history: false);
        await using var reading = source.ReadAsync(Token).GetAsyncEnumerator(Token);

        var first = reading.MoveNextAsync().AsTask();
        var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => source.CountAsync(Token).AsTask(), Token)));

        Assert.All(counts, count => Assert.Equal(2, count));
        Assert.True(await first);
        Assert.True(await reading.MoveNextAsync());
        Assert.False(await reading.MoveNextAsync());
    }

    [Fact]
    public async Task More_rows_than_a_page_are_read_in_order()
    {
        for (var i = 0; i < 1100; i++)
        {
            await InsertAsync(Tables.InstallationsTable, Row(At(100 + (i % 2), "xoxb-1", $"xoxp-{i}") with { UserId = $"U{i / 2}" }, "111.222"));
        }

        var installations = (await ReadAsync()).Installations();
        Assert.Equal(550, installations.Count);
        Assert.All(installations, installation => Assert.Equal($"xoxp-{(int.Parse(installation.UserId[1..], CultureInfo.InvariantCulture) * 2) + 1}", installation.UserToken));
    }

    [Fact]
    public async Task A_row_that_cannot_be_used_is_refused_by_its_key_and_the_rest_is_read()
    {
        await SaveAsync(ExpectedInstallation.WithBot(ExpectedBot));
        var row = Row(ExpectedInstallation, "111.222");
        row["user_id"] = "U\u0007";
        await InsertAsync(Tables.InstallationsTable, row);
        row["user_id"] = "";
        await InsertAsync(Tables.InstallationsTable, row);
        row["user_id"] = "U1";
        row["team_id"] = row["enterprise_id"] = Absent;
        await InsertAsync(Tables.InstallationsTable, row);

        var records = await ReadAsync();
        Assert.Single(records.Installations());
        Assert.Equal([2, 3, 4], records.Refused().Select(refused => int.Parse(refused.Where[(refused.Where.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)).Order());
        Assert.All(records.Refused(), refused => Assert.StartsWith(Tables.InstallationsTable, refused.Where, StringComparison.Ordinal));
        Assert.All(records.Refused(), refused => Assert.DoesNotContain("xox", refused.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_row_that_is_refused_says_whose_it_is()
    {
        await SaveAsync(ExpectedInstallation.WithBot(ExpectedBot));
        await SaveAsync(new Installation { AppId = "A1", EnterpriseId = "E9", TeamId = "T9", IsEnterpriseInstall = true, UserId = "U9", BotToken = "xoxb-9", BotId = "B9", BotUserId = "UB9", InstalledAt = ExpectedBot.InstalledAt });
        await RunAsync($"UPDATE {Tables.BotsTable} SET app_id = '\u0007'");
        await RunAsync($"UPDATE {Tables.InstallationsTable} SET app_id = '\u0007'");

        Assert.Equal(
            [new("111.222", "E111", "T111", null), new("111.222", "E9", null, null), new("111.222", "E111", "T111", "U111"), new("111.222", "E9", null, "U9")],
            (await ReadAsync()).Refused().SelectMany(refused => refused.Keys));
    }

    [Fact]
    public async Task Tables_of_an_older_version_and_with_columns_of_the_apps_own_are_read()
    {
        await SaveAsync(ExpectedInstallation.WithBot(ExpectedBot));
        await RunAsync($"ALTER TABLE {Tables.BotsTable} DROP COLUMN bot_refresh_token");
        await RunAsync($"ALTER TABLE {Tables.InstallationsTable} DROP COLUMN user_token_expires_at");
        await RunAsync($"ALTER TABLE {Tables.InstallationsTable} ADD plan_of_the_app varchar(20) DEFAULT 'pro'");
        var records = await ReadAsync();
        Assert.Equal(ExpectedBot with { BotRefreshToken = null }, Assert.Single(records.Bots()));
        Assert.Equal(ExpectedInstallation with { UserTokenExpiresAt = null }, Assert.Single(records.Installations()));
    }

    [Fact]
    public async Task A_table_that_is_not_there_or_another_is_told_with_what_to_do()
    {
        var missing = await Assert.ThrowsAsync<ToolException>(() => Imported.AllAsync(Open(new SlackSdkTableOptions { BotsTable = "no_such_table", InstallationsTable = Tables.InstallationsTable }, false)));
        Assert.Equal(ExitCodes.StoreFailure, missing.ExitCode);
        Assert.Contains("no_such_table", missing.Message, StringComparison.Ordinal);

        var other = await Assert.ThrowsAsync<ToolException>(() => Imported.AllAsync(Open(new SlackSdkTableOptions { BotsTable = Tables.BotsTable, InstallationsTable = Tables.BotsTable }, false)));
        Assert.Contains("user_id", other.Message, StringComparison.Ordinal);
        Assert.Contains("--from-set", other.Message, StringComparison.Ordinal);
    }

    private protected Task<List<SourceRecord>> ReadAsync(bool history = false, params string[] clientIds) => Imported.AllAsync(Open(Tables, history, clientIds));

    private protected async Task RunAsync(string statement)
    {
        await using var command = App.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync(Token);
    }

    /// <summary>Saves as the SDK does: a row in each table.</summary>
    private protected async Task SaveAsync(Installation installation, string clientId = ImportFolder.ClientId)
    {
        var row = Row(installation, clientId);
        await InsertAsync(Tables.InstallationsTable, row);
        if (installation.BotToken is not null)
        {
            string[] common = ["client_id", "app_id", "enterprise_id", "enterprise_name", "team_id", "team_name", "is_enterprise_install", "installed_at"];
            await InsertAsync(Tables.BotsTable, row.Where(column => common.Contains(column.Key) || BotsOnly.Contains(column.Key)).ToDictionary());
        }
    }

    private protected Dictionary<string, object?> Row(Installation installation, string clientId) => new()
    {
        ["client_id"] = clientId,
        ["app_id"] = installation.AppId,
        ["enterprise_id"] = installation.EnterpriseId ?? Absent,
        ["enterprise_name"] = installation.EnterpriseName,
        ["enterprise_url"] = installation.EnterpriseUrl,
        ["team_id"] = installation.TeamId ?? Absent,
        ["team_name"] = installation.TeamName,
        ["bot_token"] = installation.BotToken,
        ["bot_id"] = installation.BotId,
        ["bot_user_id"] = installation.BotUserId,
        ["bot_scopes"] = installation.BotScopes.Count > 0 ? installation.BotScopes.ToString() : Absent,
        ["bot_refresh_token"] = installation.BotRefreshToken,
        ["bot_token_expires_at"] = installation.BotTokenExpiresAt is { } botExpiry ? WriteExpiry(botExpiry) : null,
        ["user_id"] = installation.UserId,
        ["user_token"] = installation.UserToken,
        ["user_scopes"] = installation.UserScopes.Count > 0 ? installation.UserScopes.ToString() : null,
        ["user_refresh_token"] = installation.UserRefreshToken,
        ["user_token_expires_at"] = installation.UserTokenExpiresAt is { } userExpiry ? WriteExpiry(userExpiry) : null,
        ["incoming_webhook_url"] = installation.IncomingWebhookUrl,
        ["incoming_webhook_channel"] = installation.IncomingWebhookChannel,
        ["incoming_webhook_channel_id"] = installation.IncomingWebhookChannelId,
        ["incoming_webhook_configuration_url"] = installation.IncomingWebhookConfigurationUrl,
        ["is_enterprise_install"] = installation.IsEnterpriseInstall,
        ["token_type"] = installation.TokenType,
        ["installed_at"] = Write(installation.InstalledAt),
    };

    private protected async Task InsertAsync(string table, Dictionary<string, object?> row)
    {
        await using var command = App.CreateCommand();
        command.CommandText = $"INSERT INTO {table} ({string.Join(", ", row.Keys)}) VALUES ({string.Join(", ", row.Keys.Select(name => "@" + name))})";
        foreach (var (name, value) in row)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }

        await command.ExecuteNonQueryAsync(Token);
    }

    private static Installation At(int seconds, string botToken, string userToken, int? expiry = null) => new()
    {
        AppId = "A1",
        TeamId = "T111",
        UserId = "U1",
        UserToken = userToken,
        BotToken = botToken,
        BotId = "B1",
        BotUserId = "UB1",
        BotTokenExpiresAt = expiry is { } at ? DateTimeOffset.FromUnixTimeSeconds(at) : null,
        InstalledAt = DateTimeOffset.FromUnixTimeSeconds(seconds),
    };
}
