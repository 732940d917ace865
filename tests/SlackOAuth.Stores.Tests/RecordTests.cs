using System.Reflection;
using System.Text.Json;

namespace SlackOAuth.Stores.Tests;

public sealed class RecordTests
{
    [Fact]
    public void Text_of_a_record_holds_no_secret_and_says_which_are_there()
    {
        Assert.DoesNotContain(Samples.Secret, Samples.Installation.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Samples.Secret, Samples.Bot.ToString(), StringComparison.Ordinal);
        Assert.Contains("UserRefreshToken = ***", Samples.Installation.ToString(), StringComparison.Ordinal);
        Assert.Contains("BotToken = ***", Samples.Bot.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("***", Samples.Installation.WithBot(null) is var botless ? (botless with { UserToken = null, UserRefreshToken = null, IncomingWebhookUrl = null }).ToString() : "", StringComparison.Ordinal);
    }

    [Fact]
    public void Text_of_state_data_holds_nothing_but_the_purpose()
    {
        var data = new OAuthStateData { NonceHash = Samples.Secret, AppData = JsonElement.Parse($"\"{Samples.Secret}\""), RedirectUri = new Uri($"https://example.com/{Samples.Secret}") };
        Assert.Equal("OAuthStateData { Purpose = Install }", data.ToString());
        Assert.DoesNotContain(Samples.Secret, new StoredOAuthState(data, Samples.InstalledAt).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Records_are_equal_by_content()
    {
        var copy = StoreJson.ReadInstallation(StoreJson.Serialize(Samples.Installation));
        Assert.Equal(Samples.Installation, copy);
        Assert.Equal(Samples.Installation.GetHashCode(), copy.GetHashCode());
        Assert.NotEqual(Samples.Installation, copy with { CustomValues = JsonElement.Parse("""{"plan":"free"}""") });
        Assert.NotEqual(Samples.Installation, copy with { BotScopes = ["chat:write", "commands"] });
    }

    public static TheoryData<string> InstallationFields => [.. typeof(Installation).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(InstallationFields))]
    public void Every_field_set_in_the_sample_is_really_set(string field)
    {
        var value = typeof(Installation).GetProperty(field)!.GetValue(Samples.Installation);
        Assert.NotNull(value);
        Assert.NotEqual("", value);
    }

    [Fact]
    public void The_team_of_an_org_wide_record_is_dropped_whatever_the_order()
    {
        Assert.Null((Samples.Installation with { IsEnterpriseInstall = true }).TeamId);
        Assert.Null((Samples.Installation with { IsEnterpriseInstall = true, TeamId = "T1" }).TeamId);
        Assert.Null((Samples.Installation with { TeamId = "T1", IsEnterpriseInstall = true }).TeamId);
        Assert.Null((Samples.Bot with { TeamId = "T1", IsEnterpriseInstall = true }).TeamId);
        Assert.Equal("T1", (Samples.Installation with { IsEnterpriseInstall = false, TeamId = "T1" }).TeamId);
    }

    [Fact]
    public void Times_are_kept_in_UTC_to_the_unit_they_are_stored_in()
    {
        var given = new DateTimeOffset(2026, 7, 1, 9, 0, 0, TimeSpan.FromHours(9)).AddTicks(12_345_678);
        var installation = Samples.Installation with { InstalledAt = given, BotTokenExpiresAt = given, UserTokenExpiresAt = given };
        Assert.Equal(new DateTimeOffset(2026, 7, 1, 0, 0, 1, TimeSpan.Zero).AddTicks(2_345_670), installation.InstalledAt);
        Assert.Equal(TimeSpan.Zero, installation.InstalledAt.Offset);
        Assert.Equal(new DateTimeOffset(2026, 7, 1, 0, 0, 1, TimeSpan.Zero), installation.BotTokenExpiresAt);
        Assert.Equal(new DateTimeOffset(2026, 7, 1, 0, 0, 1, TimeSpan.Zero), installation.UserTokenExpiresAt);
    }

    [Fact]
    public void A_time_before_1970_is_floored_too()
    {
        var before = DateTimeOffset.UnixEpoch.AddTicks(-1);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMicroseconds(-1), (Samples.Bot with { InstalledAt = before }).InstalledAt);
    }

    [Fact]
    public void An_empty_token_is_an_absent_one()
    {
        var installation = Samples.Installation with { BotToken = "", UserToken = "", BotRefreshToken = "" };
        Assert.Null(installation.BotToken);
        Assert.Null(installation.UserToken);
        Assert.Null(installation.BotRefreshToken);
        Assert.Null(installation.ToBot());
    }

    [Fact]
    public void An_installation_shows_the_bot_it_is_given_or_none()
    {
        var rotated = Samples.Bot with { BotToken = "xoxb-new", BotId = "B2", BotUserId = "U2", BotScopes = ["im:read"], BotRefreshToken = null, BotTokenExpiresAt = null };
        Assert.Equal(rotated, Samples.Installation.WithBot(rotated).ToBot());
        var botless = Samples.Installation.WithBot(null);
        Assert.Null(botless.ToBot());
        Assert.Null(botless.BotId);
        Assert.Null(botless.BotUserId);
        Assert.Empty(botless.BotScopes);
        Assert.Null(botless.BotRefreshToken);
        Assert.Null(botless.BotTokenExpiresAt);
        Assert.Equal(Samples.Installation.UserToken, botless.UserToken);
    }

    [Fact]
    public void Custom_values_outlive_the_document_they_came_from()
    {
        Installation installation;
        using (var document = JsonDocument.Parse("""{"kept":"yes"}"""))
        {
            installation = Samples.Installation with { CustomValues = document.RootElement };
        }

        Assert.Equal("yes", installation.CustomValues!.Value.GetProperty("kept").GetString());
    }

    [Fact]
    public void A_state_carries_4096_bytes_of_the_apps_JSON_and_no_more()
    {
        var fits = JsonElement.Parse($"\"{new string('x', OAuthStateData.MaxAppDataBytes - 2)}\"");
        Assert.Equal(fits.GetString(), new OAuthStateData { AppData = fits }.AppData!.Value.GetString());

        var over = JsonElement.Parse($"\"{new string('é', (OAuthStateData.MaxAppDataBytes / 2) - 1)}x\"");
        var exception = Assert.Throws<ArgumentException>(() => new OAuthStateData { AppData = over });
        Assert.Contains("AppData takes 4097 bytes", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new OAuthStateData { AppData = Samples.Nested(65) });
        Assert.Throws<ArgumentException>(() => new OAuthStateData { AppData = JsonElement.Parse("\"\\ud800\"") });
    }
}
