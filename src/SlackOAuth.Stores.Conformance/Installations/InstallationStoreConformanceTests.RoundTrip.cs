using System.Text;
using System.Text.Json;
using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class InstallationStoreConformanceTests<TFixture>
{
    private const string HostileText = "NFC é, NFD e\u0301, 日本語 ｱｱ, 한국어, עברית \u202eabc\u202c, 👩\u200d👩\u200d👧 \U0010ffff, ' \" ` \\ / % _ $ {x} <b>&amp; \t\r\n end ";

    [Fact, Contract(1)]
    public virtual async Task An_installation_with_every_field_set_is_found_field_by_field()
    {
        var saved = Sample.Installation(WorkspaceId.ForTeam("T1", "E1"), "U1", 1, "every");
        await SaveAsync(saved);
        await AssertFoundAsync(saved, WorkspaceId.ForTeam("T1", "E1"), "U1", "the user's installation");
        await AssertFoundAsync(saved, WorkspaceId.ForTeam("T1", "E1"), null, "the latest installation");
        await AssertBotFoundAsync(saved.ToBot()!, WorkspaceId.ForTeam("T1", "E1"), "the bot it brought");
    }

    [Fact, Contract(1)]
    public virtual async Task An_installation_with_every_field_absent_is_found_field_by_field()
    {
        var saved = Sample.Bare(T1, "U1", 1);
        await SaveAsync(saved);
        await AssertFoundAsync(saved, T1, "U1", "the user's installation");
        await AssertFoundAsync(saved, T1, null, "the latest installation");
        Assert.Null(await FindBotAsync(T1));
    }

    [Fact, Contract(1)]
    public virtual async Task An_org_wide_installation_is_found_field_by_field()
    {
        var org = WorkspaceId.ForEnterprise("E1");
        var saved = Sample.Installation(org, "U1", 1, "org");
        await SaveAsync(saved);
        await AssertFoundAsync(saved, org, "U1");
        await AssertBotFoundAsync(saved.ToBot()!, org);
    }

    [Fact, Contract(1)]
    public virtual async Task Each_field_of_an_installation_is_kept_on_its_own()
    {
        foreach (var (name, set) in InstallationFields)
        {
            var workspace = WorkspaceId.ForTeam("T-" + name);
            var saved = set(Sample.Bare(workspace, "U1", 1));
            await SaveAsync(saved);

            // A bot is known by its token: without one, the bot fields of an installation describe none.
            var expected = saved.WithBot(saved.ToBot());
            await AssertFoundAsync(expected, workspace, "U1", $"an installation with {name} alone");
            await AssertFoundAsync(expected, workspace, null, $"an installation with {name} alone");
        }
    }

    [Fact, Contract(1, 6)]
    public virtual async Task Times_far_from_now_come_back_to_the_microsecond_and_in_their_order()
    {
        // A double of seconds or microseconds is inexact from the 23rd century on; the last of them is all that a DateTimeOffset holds.
        DateTimeOffset[] times =
        [
            new(1601, 1, 1, 0, 0, 0, TimeSpan.Zero), DateTimeOffset.UnixEpoch.AddTicks(-TimeSpan.TicksPerMicrosecond), DateTimeOffset.UnixEpoch,
            new DateTimeOffset(2300, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(TimeSpan.TicksPerMicrosecond), DateTimeOffset.MaxValue,
        ];
        foreach (var (i, time) in times.Index())
        {
            var saved = Sample.Installation("U1", i, $"{i}") with { InstalledAt = time };
            await SaveAsync(saved);
            await AssertFoundAsync(saved, T1, "U1", $"the installation of {time:O}");
            await AssertFoundAsync(saved, T1, null, $"the latest installation, of {time:O}");
            await AssertBotFoundAsync(saved.ToBot()!, T1, $"the bot of {time:O}");
        }
    }

    [Fact, Contract(1)]
    public virtual async Task A_bot_with_every_field_set_is_found_field_by_field()
    {
        var saved = Sample.Bot(WorkspaceId.ForTeam("T1", "E1"), 1, "every");
        await SaveBotAsync(saved);
        await AssertBotFoundAsync(saved, WorkspaceId.ForTeam("T1", "E1"));
    }

    [Fact, Contract(1)]
    public virtual async Task A_bot_with_every_field_absent_is_found_field_by_field()
    {
        var saved = Sample.BareBot(T1, 1);
        await SaveBotAsync(saved);
        await AssertBotFoundAsync(saved, T1);
    }

    [Fact, Contract(1)]
    public virtual async Task Each_field_of_a_bot_is_kept_on_its_own()
    {
        foreach (var (name, set) in BotFields)
        {
            var workspace = WorkspaceId.ForTeam("T-" + name);
            var saved = set(Sample.BareBot(workspace, 1));
            await SaveBotAsync(saved);
            await AssertBotFoundAsync(saved, workspace, $"a bot with {name} alone");
        }
    }

    [Fact, Contract(1)]
    public virtual async Task Names_are_kept_as_they_were_written()
    {
        foreach (var (i, name) in new[] { HostileText, "株式会社サンプル 🏢", "e\u0301", "é", " ", new string('名', 500), new string('x', 5_000) }.Index())
        {
            var workspace = WorkspaceId.ForTeam("T" + i, "E1");
            var saved = Sample.Installation(workspace, "U1", 1, "name") with
            {
                TeamName = name,
                EnterpriseName = name,
                IncomingWebhookChannel = name,
                TokenType = name,
                EnterpriseUrl = name,
                IncomingWebhookConfigurationUrl = name,
            };
            await SaveAsync(saved);
            await AssertFoundAsync(saved, workspace, "U1");
            await AssertBotFoundAsync(saved.ToBot()!, workspace);
        }
    }

    [Fact, Contract(1)]
    public virtual async Task Scopes_of_20_000_characters_are_kept()
    {
        ScopeList scopes = [.. Enumerable.Range(0, 1_000).Select(i => $"scope.{i:0000}:read.write")];
        Assert.True(scopes.ToString().Length >= 20_000);
        var saved = Sample.Installation("U1", 1, "scopes") with { BotScopes = scopes, UserScopes = scopes };
        await SaveAsync(saved);
        await AssertFoundAsync(saved, T1, "U1");
        await AssertBotFoundAsync(saved.ToBot()!, T1);
    }

    [Fact, Contract(1)]
    public virtual async Task Tokens_of_8_000_characters_are_kept()
    {
        var saved = Sample.Installation("U1", 1, "tokens") with
        {
            BotToken = "xoxb-" + new string('b', 7_995),
            BotRefreshToken = "xoxe-" + new string('c', 7_995),
            UserToken = "xoxp-" + new string('d', 7_995),
            UserRefreshToken = "xoxe-" + new string('e', 7_995),
        };
        await SaveAsync(saved);
        await AssertFoundAsync(saved, T1, "U1");
        await AssertBotFoundAsync(saved.ToBot()!, T1);
    }

    [Fact, Contract(1)]
    public virtual async Task Custom_values_of_64_KB_of_nested_JSON_are_kept()
    {
        var deepest = Sample.Installation("U1", 0, "deepest") with { CustomValues = Sample.Nested(64) };
        await SaveAsync(deepest);
        await AssertFoundAsync(deepest, T1, "U1");

        var custom = LargeJson();
        var saved = Sample.Installation("U1", 1, "custom") with { CustomValues = custom };
        await SaveAsync(saved);
        await AssertFoundAsync(saved, T1, "U1");
        await AssertBotFoundAsync(saved.ToBot()!, T1);
    }

    [Fact, Contract(1)]
    public virtual async Task Custom_values_with_any_key_and_any_number_are_kept()
    {
        var saved = Sample.Installation("U1", 1, "custom") with
        {
            CustomValues = Sample.Json(
                """
                {
                  "": 0, " ": 1, "a.b": 2, "$set": {"$ne": null}, "__proto__": 3, "_id": 4, "a": 5, "A": 6, "é": 7, "e\u0301": 8, "\"quoted\\": 9, "bot_token": "not one",
                  "big": 12345678901234567890123, "small": 1e-30, "long": 9223372036854775807, "exact": 0.1000000000000000055511151231257827, "negative": -0.5,
                  "text": "line\nbreak\u0000nul 😀", "empty": {"list": [], "object": {}, "text": "", "nothing": null}, "date": "2026-01-02T03:04:05Z"
                }
                """),
        };
        await SaveAsync(saved);
        await AssertFoundAsync(saved, T1, "U1");
        await AssertBotFoundAsync(saved.ToBot()!, T1);
    }

    [Fact, Contract(1)]
    public virtual async Task Installed_at_is_kept_to_the_microsecond()
    {
        var hour = new DateTimeOffset(2026, 10, 25, 1, 0, 0, TimeSpan.Zero);
        DateTimeOffset[] times =
        [
            hour.AddMicroseconds(1), hour.AddMicroseconds(-1), hour.AddMicroseconds(999_999), hour.AddMicroseconds(123_457), hour, DateTimeOffset.UnixEpoch.AddMicroseconds(1),
            new(2000, 2, 29, 23, 59, 59, TimeSpan.Zero), new DateTimeOffset(2038, 1, 19, 3, 14, 8, TimeSpan.Zero).AddMicroseconds(7), new DateTimeOffset(2106, 2, 7, 6, 28, 16, TimeSpan.Zero).AddMicroseconds(3),
        ];
        foreach (var (i, time) in times.Index())
        {
            var workspace = WorkspaceId.ForTeam("T" + i);
            var saved = Sample.Installation(workspace, "U1", 1, "time") with { InstalledAt = time };
            await SaveAsync(saved);
            await AssertFoundAsync(saved, workspace, "U1");
            await AssertBotFoundAsync(saved.ToBot()!, workspace);
        }
    }

    [Fact, Contract(1)]
    public virtual async Task Times_are_found_in_UTC_whatever_offset_they_were_given_in()
    {
        foreach (var hours in new[] { 0, 9, -8, 14 })
        {
            // The hour that daylight saving skips in Europe, and the one it repeats.
            var workspace = WorkspaceId.ForTeam("T" + hours);
            var saved = Sample.Installation(workspace, "U1", 1, "zone") with
            {
                BotTokenExpiresAt = new DateTimeOffset(2026, 3, 29, 1, 30, 0, TimeSpan.Zero).ToOffset(TimeSpan.FromHours(hours)),
                UserTokenExpiresAt = new DateTimeOffset(2026, 10, 25, 0, 30, 0, TimeSpan.Zero).ToOffset(TimeSpan.FromHours(hours)),
                InstalledAt = new DateTimeOffset(2026, 3, 29, 1, 30, 0, 250, TimeSpan.Zero).ToOffset(TimeSpan.FromHours(hours)),
            };
            await SaveAsync(saved);
            await AssertFoundAsync(saved, workspace, "U1");
            await AssertBotFoundAsync(saved.ToBot()!, workspace);
        }
    }

    [Fact, Contract(13)]
    public virtual async Task A_stored_record_with_unknown_fields_is_read()
    {
        Requires(StoreCapabilities.UnknownFields);
        var saved = Sample.Installation("U1", 1, "unknown");
        await SaveAsync(saved);
        await Fixture.AddUnknownFieldsAsync(Scope);
        await AssertFoundAsync(saved, T1, "U1");
        await AssertFoundAsync(saved, T1, null);
        await AssertBotFoundAsync(saved.ToBot()!, T1);
        var rotated = Sample.Installation("U1", 2, "rotated");
        await SaveAsync(rotated);
        await AssertFoundAsync(rotated, T1, "U1");
    }

    [Fact, Contract(14)]
    public virtual async Task What_a_find_returned_is_not_changed_by_a_later_save()
    {
        var (first, second) = (Sample.Installation("U1", 1, "first"), Sample.Installation("U1", 2, "second"));
        await SaveAsync(first);
        var (installation, latest, bot) = (await FindAsync(T1, "U1"), await FindAsync(T1), await FindBotAsync(T1));
        await SaveAsync(second);
        Same.AssertEqual(first, installation, "the installation found before");
        Same.AssertEqual(first, latest, "the latest installation found before");
        Same.AssertEqual(first.ToBot()!, bot, "the bot found before");
    }

    [Fact, Contract(14)]
    public virtual async Task Finding_changes_nothing()
    {
        var saved = Sample.Installation("U1", 1, "kept");
        await SaveAsync(saved);
        for (var i = 0; i < 3; i++)
        {
            await AssertFoundAsync(saved, T1, "U1");
            await AssertFoundAsync(saved, T1, null);
            await AssertBotFoundAsync(saved.ToBot()!, T1);
        }
    }

    private static (string Name, Func<Installation, Installation> Set)[] InstallationFields { get; } =
    [
        ("AppId", record => record with { AppId = "A1" }),
        ("EnterpriseName", record => record with { EnterpriseName = "Enterprise" }),
        ("EnterpriseUrl", record => record with { EnterpriseUrl = "https://e.example/" }),
        ("TeamName", record => record with { TeamName = "Team" }),
        ("BotToken", record => record with { BotToken = "xoxb-1" }),
        ("BotId", record => record with { BotToken = "xoxb-1", BotId = "B1" }),
        ("BotUserId", record => record with { BotToken = "xoxb-1", BotUserId = "U9" }),
        ("BotScopes", record => record with { BotToken = "xoxb-1", BotScopes = ["commands"] }),
        ("BotRefreshToken", record => record with { BotToken = "xoxb-1", BotRefreshToken = "xoxe-1" }),
        ("BotTokenExpiresAt", record => record with { BotToken = "xoxb-1", BotTokenExpiresAt = Sample.At(700) }),
        ("UserToken", record => record with { UserToken = "xoxp-1" }),
        ("UserScopes", record => record with { UserScopes = ["search:read"] }),
        ("UserRefreshToken", record => record with { UserRefreshToken = "xoxe-1" }),
        ("UserTokenExpiresAt", record => record with { UserTokenExpiresAt = Sample.At(700) }),
        ("IncomingWebhookUrl", record => record with { IncomingWebhookUrl = "https://hooks.example/1" }),
        ("IncomingWebhookChannel", record => record with { IncomingWebhookChannel = "#general" }),
        ("IncomingWebhookChannelId", record => record with { IncomingWebhookChannelId = "C1" }),
        ("IncomingWebhookConfigurationUrl", record => record with { IncomingWebhookConfigurationUrl = "https://example.com/1" }),
        ("TokenType", record => record with { TokenType = "user" }),
        ("CustomValues", record => record with { CustomValues = Sample.Json("""{"a":1}""") }),
        ("EmptyCustomValues", record => record with { CustomValues = Sample.Json("{}") }),
    ];

    private static (string Name, Func<Bot, Bot> Set)[] BotFields { get; } =
    [
        ("AppId", record => record with { AppId = "A1" }),
        ("EnterpriseName", record => record with { EnterpriseName = "Enterprise" }),
        ("TeamName", record => record with { TeamName = "Team" }),
        ("BotId", record => record with { BotId = "B1" }),
        ("BotUserId", record => record with { BotUserId = "U9" }),
        ("BotScopes", record => record with { BotScopes = ["commands"] }),
        ("BotRefreshToken", record => record with { BotRefreshToken = "xoxe-1" }),
        ("BotTokenExpiresAt", record => record with { BotTokenExpiresAt = Sample.At(700) }),
        ("CustomValues", record => record with { CustomValues = Sample.Json("""{"a":1}""") }),
    ];

    /// <summary>64 KB of JSON, nested 30 deep.</summary>
    private static JsonElement LargeJson()
    {
        var text = new StringBuilder();
        for (var depth = 0; depth < 30; depth++)
        {
            text.Append("{\"level\":").Append(depth).Append(",\"text\":\"").Append('x', 2_150).Append("日本\",\"list\":[1,[2,[3]]],\"inner\":");
        }

        text.Append("null").Append('}', 30);
        var json = Sample.Json(text.ToString());
        Assert.True(JsonSerializer.SerializeToUtf8Bytes(json).Length >= 64 * 1024);
        return json;
    }
}
