using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlackOAuth.Stores.Json;

/// <summary>The one JSON context of the family: slack_sdk's field names, every field written, unknown ones ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    MaxDepth = 128,
    Converters = [typeof(ScopeListConverter)])]
[JsonSerializable(typeof(InstallationDocument))]
[JsonSerializable(typeof(BotDocument))]
[JsonSerializable(typeof(StateDocument))]
internal sealed partial class StoreJsonContext : JsonSerializerContext;

internal sealed class InstallationDocument
{
    public string? AppId { get; set; }

    public string? EnterpriseId { get; set; }

    public string? EnterpriseName { get; set; }

    public string? EnterpriseUrl { get; set; }

    public string? TeamId { get; set; }

    public string? TeamName { get; set; }

    public string? BotToken { get; set; }

    public string? BotId { get; set; }

    public string? BotUserId { get; set; }

    public ScopeList? BotScopes { get; set; }

    public string? BotRefreshToken { get; set; }

    [JsonConverter(typeof(WholeSecondsConverter))]
    public DateTimeOffset? BotTokenExpiresAt { get; set; }

    public string? UserId { get; set; }

    public string? UserToken { get; set; }

    public ScopeList? UserScopes { get; set; }

    public string? UserRefreshToken { get; set; }

    [JsonConverter(typeof(WholeSecondsConverter))]
    public DateTimeOffset? UserTokenExpiresAt { get; set; }

    public string? IncomingWebhookUrl { get; set; }

    public string? IncomingWebhookChannel { get; set; }

    public string? IncomingWebhookChannelId { get; set; }

    public string? IncomingWebhookConfigurationUrl { get; set; }

    public bool? IsEnterpriseInstall { get; set; }

    public string? TokenType { get; set; }

    [JsonConverter(typeof(FractionalSecondsConverter))]
    public DateTimeOffset? InstalledAt { get; set; }

    public JsonElement? CustomValues { get; set; }
}

internal sealed class BotDocument
{
    public string? AppId { get; set; }

    public string? EnterpriseId { get; set; }

    public string? EnterpriseName { get; set; }

    public string? TeamId { get; set; }

    public string? TeamName { get; set; }

    public string? BotToken { get; set; }

    public string? BotId { get; set; }

    public string? BotUserId { get; set; }

    public ScopeList? BotScopes { get; set; }

    public string? BotRefreshToken { get; set; }

    [JsonConverter(typeof(WholeSecondsConverter))]
    public DateTimeOffset? BotTokenExpiresAt { get; set; }

    public bool? IsEnterpriseInstall { get; set; }

    [JsonConverter(typeof(FractionalSecondsConverter))]
    public DateTimeOffset? InstalledAt { get; set; }

    public JsonElement? CustomValues { get; set; }
}

internal sealed class StateDocument
{
    [JsonConverter(typeof(FractionalSecondsConverter))]
    public DateTimeOffset ExpiresAt { get; set; }

    public OAuthStatePurpose Purpose { get; set; }

    public string? TeamId { get; set; }

    public ScopeList? Scopes { get; set; }

    public ScopeList? UserScopes { get; set; }

    public string? RedirectUri { get; set; }

    public string? NonceHash { get; set; }

    public JsonElement? AppData { get; set; }
}
