using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Importing;

/// <summary>A <c>DefaultBot</c> of Bolt for Java as JSON. Times are milliseconds since 1970. The bot's scopes are in <c>scope</c>, where the SDK made it of an installation.</summary>
internal sealed record BoltJavaBot(
    string? AppId,
    string? EnterpriseId,
    string? EnterpriseName,
    string? TeamId,
    string? TeamName,
    bool? IsEnterpriseInstall,
    string? Scope,
    string? BotId,
    string? BotUserId,
    string? BotScope,
    string? BotAccessToken,
    string? BotRefreshToken,
    decimal? BotTokenExpiresAt,
    decimal? InstalledAt)
{
    /// <summary>Without the tokens.</summary>
    public override string ToString() => nameof(BoltJavaBot);

    /// <summary>The bot; null where it has no token.</summary>
    /// <exception cref="UnusableRecordException">A time is none.</exception>
    internal Bot? ToBot(string? joinedEnterprise) => string.IsNullOrEmpty(BotAccessToken)
        ? null
        : new Bot
        {
            AppId = AppId,
            EnterpriseId = joinedEnterprise ?? EnterpriseId,
            EnterpriseName = EnterpriseName,
            TeamId = TeamId,
            TeamName = TeamName,
            BotToken = BotAccessToken,
            BotId = BotId,
            BotUserId = BotUserId,
            BotScopes = ScopeList.Parse(BotScope ?? Scope),
            BotRefreshToken = BotRefreshToken,
            BotTokenExpiresAt = PeerJson.Instant(BotTokenExpiresAt, TimeSpan.TicksPerMillisecond),
            IsEnterpriseInstall = IsEnterpriseInstall ?? false,
            InstalledAt = PeerJson.Instant(InstalledAt, TimeSpan.TicksPerMillisecond) ?? DateTimeOffset.UnixEpoch,
        };
}

/// <summary>
/// A <c>DefaultInstaller</c> of Bolt for Java as JSON. Times are milliseconds since 1970. <c>scope</c> repeats <c>bot_scope</c>; in the record of a classic app, which has no such field, it has the user's scopes.
/// </summary>
internal sealed record BoltJavaInstaller(
    string? AppId,
    string? EnterpriseId,
    string? EnterpriseName,
    string? EnterpriseUrl,
    string? TeamId,
    string? TeamName,
    bool? IsEnterpriseInstall,
    string? TokenType,
    string? InstallerUserId,
    string? InstallerUserScope,
    string? InstallerUserAccessToken,
    string? InstallerUserRefreshToken,
    decimal? InstallerUserTokenExpiresAt,
    string? Scope,
    string? BotScope,
    string? BotId,
    string? BotUserId,
    string? BotAccessToken,
    string? BotRefreshToken,
    decimal? BotTokenExpiresAt,
    string? IncomingWebhookUrl,
    string? IncomingWebhookChannelId,
    string? IncomingWebhookConfigurationUrl,
    decimal? InstalledAt)
{
    /// <summary>Without the tokens.</summary>
    public override string ToString() => nameof(BoltJavaInstaller);

    /// <exception cref="UnusableRecordException">It names no user, or a time is none.</exception>
    internal Installation ToInstallation(string? joinedEnterprise) => new()
    {
        AppId = AppId,
        EnterpriseId = joinedEnterprise ?? EnterpriseId,
        EnterpriseName = EnterpriseName,
        EnterpriseUrl = EnterpriseUrl,
        TeamId = TeamId,
        TeamName = TeamName,
        BotToken = BotAccessToken,
        BotId = BotId,
        BotUserId = BotUserId,
        BotScopes = ScopeList.Parse(BotScope),
        BotRefreshToken = BotRefreshToken,
        BotTokenExpiresAt = PeerJson.Instant(BotTokenExpiresAt, TimeSpan.TicksPerMillisecond),
        UserId = string.IsNullOrEmpty(InstallerUserId) ? throw new UnusableRecordException("it names no user") : InstallerUserId,
        UserToken = InstallerUserAccessToken,
        UserScopes = ScopeList.Parse(InstallerUserScope ?? (BotScope is null ? Scope : null)),
        UserRefreshToken = InstallerUserRefreshToken,
        UserTokenExpiresAt = PeerJson.Instant(InstallerUserTokenExpiresAt, TimeSpan.TicksPerMillisecond),
        IncomingWebhookUrl = IncomingWebhookUrl,
        IncomingWebhookChannelId = IncomingWebhookChannelId,
        IncomingWebhookConfigurationUrl = IncomingWebhookConfigurationUrl,
        IsEnterpriseInstall = IsEnterpriseInstall ?? false,
        TokenType = TokenType,
        InstalledAt = PeerJson.Instant(InstalledAt, TimeSpan.TicksPerMillisecond) ?? DateTimeOffset.UnixEpoch,
    };
}
