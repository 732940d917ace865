using System.Text;
using System.Text.Json;

namespace SlackOAuth.Stores.Tests;

public sealed class StoreJsonTests
{
    [Fact]
    public void An_installation_is_written_with_the_fields_and_forms_of_slack_sdk()
    {
        using var document = JsonDocument.Parse(StoreJson.Serialize(Samples.Installation));
        Assert.Equal(
            [
                "app_id", "enterprise_id", "enterprise_name", "enterprise_url", "team_id", "team_name", "bot_token", "bot_id", "bot_user_id", "bot_scopes", "bot_refresh_token",
                "bot_token_expires_at", "user_id", "user_token", "user_scopes", "user_refresh_token", "user_token_expires_at", "incoming_webhook_url", "incoming_webhook_channel",
                "incoming_webhook_channel_id", "incoming_webhook_configuration_url", "is_enterprise_install", "token_type", "installed_at", "custom_values",
            ],
            document.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal("1772368245.123456", document.RootElement.GetProperty("installed_at").GetRawText());
        Assert.Equal("1772411445", document.RootElement.GetProperty("bot_token_expires_at").GetRawText());
        Assert.Equal(JsonValueKind.Array, document.RootElement.GetProperty("bot_scopes").ValueKind);
    }

    [Fact]
    public void A_bot_is_written_with_the_fields_of_slack_sdk()
    {
        using var document = JsonDocument.Parse(StoreJson.Serialize(Samples.Bot));
        Assert.Equal(
            [
                "app_id", "enterprise_id", "enterprise_name", "team_id", "team_name", "bot_token", "bot_id", "bot_user_id", "bot_scopes", "bot_refresh_token", "bot_token_expires_at",
                "is_enterprise_install", "installed_at", "custom_values",
            ],
            document.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(Samples.Bot, StoreJson.ReadBot(StoreJson.Serialize(Samples.Bot)));
    }

    [Fact]
    public void An_absent_field_is_written_as_null_because_Pythons_Bot_wants_every_one()
    {
        var json = Encoding.UTF8.GetString(StoreJson.Serialize(new Bot { TeamId = "T1", BotToken = "xoxb-1", InstalledAt = DateTimeOffset.UnixEpoch }));
        Assert.Contains("\"bot_id\":null,\"bot_user_id\":null,\"bot_scopes\":[]", json, StringComparison.Ordinal);
        Assert.Contains("\"installed_at\":0.0", json, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_is_absent_and_what_is_unknown_is_ignored()
    {
        var installation = StoreJson.ReadInstallation("""{"user_id":"U1","from_the_future":{"a":[1]},"is_enterprise_install":null,"bot_scopes":null}"""u8);
        Assert.Equal(new Installation { UserId = "U1", InstalledAt = DateTimeOffset.UnixEpoch }, installation);
    }

    [Fact]
    public void App_data_of_the_greatest_size_is_read_back_though_its_escapes_make_it_longer()
    {
        var data = new OAuthStateData { AppData = JsonElement.Parse($"\"{new string('é', (OAuthStateData.MaxAppDataBytes / 2) - 1)}\"") };
        Assert.Equal(data, StoreJson.ReadState(StoreJson.Serialize(new StoredOAuthState(data, DateTimeOffset.UnixEpoch))).Data);
    }

    [Fact]
    public void A_bot_record_without_a_token_is_no_bot() => Assert.Null(StoreJson.ReadBot("""{"bot_token":null,"bot_id":null}"""u8));

    [Theory]
    [InlineData("1772368245.1234567", 1772368245_123456)]
    [InlineData("1772368245", 1772368245_000000)]
    [InlineData("1.772368245123456e9", 1772368245_123456)]
    public void A_float_that_Python_wrote_is_read_to_the_microsecond(string number, long microseconds)
    {
        var installation = StoreJson.ReadInstallation(Encoding.UTF8.GetBytes($$"""{"user_id":"U1","installed_at":{{number}}}"""));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds), installation.InstalledAt);
    }

    [Fact]
    public void Scopes_are_read_from_slacks_comma_joined_form_too() =>
        Assert.Equal(["a", "b"], StoreJson.ReadInstallation("""{"user_id":"U1","bot_scopes":"a,b"}"""u8).BotScopes);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"user_id":"s3cr3t" """)]
    [InlineData("""{"user_id":{"s3cr3t":1}}""")]
    [InlineData("""{"team_id":"s3cr3t"}""")]
    [InlineData("""{"user_id":"U1","installed_at":1e300}""")]
    [InlineData("""{"user_id":"U1","installed_at":"s3cr3t"}""")]
    [InlineData("""{"user_id":"U1","bot_token_expires_at":"s3cr3t"}""")]
    [InlineData("""{"user_id":"U1","bot_scopes":[["s3cr3t"]]}""")]
    [InlineData("""{"user_id":"U1","bot_scopes":7}""")]
    public void A_damaged_record_is_a_JsonException_that_shows_nothing_of_it(string json)
    {
        var exception = Assert.Throws<JsonException>(() => StoreJson.ReadInstallation(Encoding.UTF8.GetBytes(json)));
        Assert.DoesNotContain(Samples.Secret, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_keeps_its_end_to_the_tick()
    {
        var stored = new StoredOAuthState(
            new OAuthStateData
            {
                Purpose = OAuthStatePurpose.SignIn,
                TeamId = "T1",
                Scopes = ["openid", "email"],
                UserScopes = ["search:read"],
                RedirectUri = new Uri("https://example.com/cb?x=1"),
                NonceHash = "abc",
                AppData = JsonElement.Parse("""{"a":1}"""),
            },
            new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(1));
        Assert.Equal(stored, StoreJson.ReadState(StoreJson.Serialize(stored)));
    }
}
