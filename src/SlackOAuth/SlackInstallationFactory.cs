using SlackOAuth.Stores;

namespace SlackOAuth;

/// <summary>Makes the record that is saved of what Slack answered to an install.</summary>
public static class SlackInstallationFactory
{
    // Slack's tokens live for hours; a longer life is a fault, and must not overflow a date.
    private const long MaxLifetimeSeconds = 10L * 365 * 24 * 60 * 60;

    /// <summary>Makes an installation of the answer of <c>oauth.v2.access</c> to a code and of <c>auth.test</c> to the bot token.</summary>
    /// <param name="access">What <see cref="SlackOAuthClient.ExchangeCodeAsync"/> gave.</param>
    /// <param name="authTest">What <see cref="SlackOAuthClient.AuthTestAsync"/> gave for the bot token: it knows the bot's id and, where org-wide, the organization's URL; null without a bot token.</param>
    /// <param name="now">The time of the answer: when the app was installed, and what the expiries count from.</param>
    /// <exception cref="ArgumentException"><paramref name="access"/> names no installing user, or neither a workspace nor an organization.</exception>
    public static Installation Create(OAuthAccess access, AuthTest? authTest, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(access);
        if (access.AuthedUser is not { Id: { Length: > 0 } userId } user)
        {
            throw new ArgumentException("Slack's answer names no installing user. Pass the answer to a code, not to a refresh token.", nameof(access));
        }

        var isEnterpriseInstall = access.IsEnterpriseInstall == true;
        if (string.IsNullOrEmpty(isEnterpriseInstall ? access.Enterprise?.Id : access.Team?.Id))
        {
            throw new ArgumentException("Slack's answer names no workspace, or no organization for an org-wide install. Pass the answer to a code as it came.", nameof(access));
        }

        var installation = new Installation
        {
            AppId = access.AppId,
            EnterpriseId = access.Enterprise?.Id,
            EnterpriseName = access.Enterprise?.Name,
            EnterpriseUrl = isEnterpriseInstall ? authTest?.Url : null,
            TeamId = access.Team?.Id,
            TeamName = access.Team?.Name,
            UserId = userId,
            UserToken = user.AccessToken,
            UserScopes = ScopeList.Parse(user.Scope),
            UserRefreshToken = user.RefreshToken,
            UserTokenExpiresAt = ExpiresAt(user.ExpiresIn, now),
            IncomingWebhookUrl = access.IncomingWebhook?.Url,
            IncomingWebhookChannel = access.IncomingWebhook?.Channel,
            IncomingWebhookChannelId = access.IncomingWebhook?.ChannelId,
            IncomingWebhookConfigurationUrl = access.IncomingWebhook?.ConfigurationUrl,
            IsEnterpriseInstall = isEnterpriseInstall,
            TokenType = access.TokenType,
            InstalledAt = now,
        };
        return string.IsNullOrEmpty(access.AccessToken)
            ? installation
            : installation with
            {
                BotToken = access.AccessToken,
                BotId = authTest?.BotId,
                BotUserId = access.BotUserId,
                BotScopes = ScopeList.Parse(access.Scope),
                BotRefreshToken = access.RefreshToken,
                BotTokenExpiresAt = ExpiresAt(access.ExpiresIn, now),
            };
    }

    /// <summary>Gives when a token expires.</summary>
    /// <param name="expiresIn">Slack's <c>expires_in</c>, in seconds; null for a token that does not expire.</param>
    /// <param name="now">The time of Slack's answer.</param>
    public static DateTimeOffset? ExpiresAt(long? expiresIn, DateTimeOffset now) =>
        expiresIn is { } seconds ? now.AddSeconds(Math.Clamp(seconds, 0, MaxLifetimeSeconds)) : null;
}
