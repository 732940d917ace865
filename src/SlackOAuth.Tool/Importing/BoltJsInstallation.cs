using System.Text.Json;
using System.Text.Json.Nodes;
using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Importing;

/// <summary>An <c>Installation</c> of @slack/oauth as JSON. Times are seconds since 1970. <c>authVersion</c> is left out: tokens of both versions are used alike.</summary>
internal sealed record BoltJsInstallation(
    BoltJsInstallation.Organization? Team,
    BoltJsInstallation.Organization? Enterprise,
    BoltJsInstallation.UserPart? User,
    BoltJsInstallation.BotPart? Bot,
    BoltJsInstallation.Webhook? IncomingWebhook,
    string? AppId,
    string? TokenType,
    string? EnterpriseUrl,
    bool? IsEnterpriseInstall,
    JsonElement? Metadata)
{
    internal sealed record Organization(string? Id, string? Name, string? Url);

    internal sealed record UserPart(string? Id, string? Token, string? RefreshToken, decimal? ExpiresAt, IReadOnlyList<string>? Scopes)
    {
        /// <summary>Without the tokens.</summary>
        public override string ToString() => nameof(UserPart);
    }

    internal sealed record BotPart(string? Id, string? UserId, string? Token, string? RefreshToken, decimal? ExpiresAt, IReadOnlyList<string>? Scopes)
    {
        /// <summary>Without the tokens.</summary>
        public override string ToString() => nameof(BotPart);
    }

    internal sealed record Webhook(string? Url, string? Channel, string? ChannelId, string? ConfigurationUrl)
    {
        /// <summary>Without the address.</summary>
        public override string ToString() => nameof(Webhook);
    }

    /// <summary>The installation. The app's <c>metadata</c> becomes the custom value of that name.</summary>
    /// <param name="installedAt">When it was written, which the JSON does not say.</param>
    /// <exception cref="UnusableRecordException">It names no user, or a time is none.</exception>
    internal Installation ToInstallation(DateTimeOffset installedAt) => new()
    {
        AppId = AppId,
        EnterpriseId = Enterprise?.Id,
        EnterpriseName = Enterprise?.Name,
        EnterpriseUrl = EnterpriseUrl ?? Enterprise?.Url,
        TeamId = Team?.Id,
        TeamName = Team?.Name,
        BotToken = Bot?.Token,
        BotId = Bot?.Id,
        BotUserId = Bot?.UserId,
        BotScopes = ScopeList.Create([.. Bot?.Scopes ?? []]),
        BotRefreshToken = Bot?.RefreshToken,
        BotTokenExpiresAt = PeerJson.Instant(Bot?.ExpiresAt, TimeSpan.TicksPerSecond),
        UserId = User?.Id is { Length: > 0 } userId ? userId : throw new UnusableRecordException("it names no user"),
        UserToken = User.Token,
        UserScopes = ScopeList.Create([.. User.Scopes ?? []]),
        UserRefreshToken = User.RefreshToken,
        UserTokenExpiresAt = PeerJson.Instant(User.ExpiresAt, TimeSpan.TicksPerSecond),
        IncomingWebhookUrl = IncomingWebhook?.Url,
        IncomingWebhookChannel = IncomingWebhook?.Channel,
        IncomingWebhookChannelId = IncomingWebhook?.ChannelId,
        IncomingWebhookConfigurationUrl = IncomingWebhook?.ConfigurationUrl,
        IsEnterpriseInstall = IsEnterpriseInstall ?? false,
        TokenType = TokenType,
        InstalledAt = installedAt,
        CustomValues = Metadata is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } metadata
            ? JsonSerializer.SerializeToElement(new JsonObject { ["metadata"] = JsonNode.Parse(metadata.GetRawText()) })
            : null,
    };
}
