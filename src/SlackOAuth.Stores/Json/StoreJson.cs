using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SlackOAuth.Stores.Json;

namespace SlackOAuth.Stores;

/// <summary>The records as UTF-8 JSON, for authors of stores that keep documents: the field names and forms of <c>slack_sdk</c>'s file layout.</summary>
/// <remarks>
/// Every field is written, an absent one as null; scopes are arrays, <c>*_expires_at</c> are integer seconds, <c>installed_at</c> is seconds with a fraction. When read, a missing
/// field is an absent one, an unknown field is ignored [13], and a missing <c>installed_at</c> is the Unix epoch, so that any other record is newer.
/// </remarks>
public static class StoreJson
{
    /// <summary>The JSON of an installation, its bot fields included as they are.</summary>
    public static byte[] Serialize(Installation installation)
    {
        ArgumentNullException.ThrowIfNull(installation);
        return JsonSerializer.SerializeToUtf8Bytes(
            new InstallationDocument
            {
                AppId = installation.AppId,
                EnterpriseId = installation.EnterpriseId,
                EnterpriseName = installation.EnterpriseName,
                EnterpriseUrl = installation.EnterpriseUrl,
                TeamId = installation.TeamId,
                TeamName = installation.TeamName,
                BotToken = installation.BotToken,
                BotId = installation.BotId,
                BotUserId = installation.BotUserId,
                BotScopes = installation.BotScopes,
                BotRefreshToken = installation.BotRefreshToken,
                BotTokenExpiresAt = installation.BotTokenExpiresAt,
                UserId = installation.UserId,
                UserToken = installation.UserToken,
                UserScopes = installation.UserScopes,
                UserRefreshToken = installation.UserRefreshToken,
                UserTokenExpiresAt = installation.UserTokenExpiresAt,
                IncomingWebhookUrl = installation.IncomingWebhookUrl,
                IncomingWebhookChannel = installation.IncomingWebhookChannel,
                IncomingWebhookChannelId = installation.IncomingWebhookChannelId,
                IncomingWebhookConfigurationUrl = installation.IncomingWebhookConfigurationUrl,
                IsEnterpriseInstall = installation.IsEnterpriseInstall,
                TokenType = installation.TokenType,
                InstalledAt = installation.InstalledAt,
                CustomValues = installation.CustomValues,
            },
            StoreJsonContext.Default.InstallationDocument);
    }

    /// <summary>The JSON of a bot.</summary>
    public static byte[] Serialize(Bot bot)
    {
        ArgumentNullException.ThrowIfNull(bot);
        return JsonSerializer.SerializeToUtf8Bytes(
            new BotDocument
            {
                AppId = bot.AppId,
                EnterpriseId = bot.EnterpriseId,
                EnterpriseName = bot.EnterpriseName,
                TeamId = bot.TeamId,
                TeamName = bot.TeamName,
                BotToken = bot.BotToken,
                BotId = bot.BotId,
                BotUserId = bot.BotUserId,
                BotScopes = bot.BotScopes,
                BotRefreshToken = bot.BotRefreshToken,
                BotTokenExpiresAt = bot.BotTokenExpiresAt,
                IsEnterpriseInstall = bot.IsEnterpriseInstall,
                InstalledAt = bot.InstalledAt,
                CustomValues = bot.CustomValues,
            },
            StoreJsonContext.Default.BotDocument);
    }

    /// <summary>The JSON of a state, which does not hold the state itself.</summary>
    public static byte[] Serialize(StoredOAuthState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return JsonSerializer.SerializeToUtf8Bytes(
            new StateDocument
            {
                ExpiresAt = state.ExpiresAt,
                Purpose = state.Data.Purpose,
                TeamId = state.Data.TeamId,
                Scopes = state.Data.Scopes,
                UserScopes = state.Data.UserScopes,
                RedirectUri = state.Data.RedirectUri?.OriginalString,
                NonceHash = state.Data.NonceHash,
                AppData = state.Data.AppData,
            },
            StoreJsonContext.Default.StateDocument);
    }

    /// <summary>Reads an installation.</summary>
    /// <exception cref="JsonException">The text is no JSON, is no installation, or names no user. The message holds nothing of what was read.</exception>
    public static Installation ReadInstallation(ReadOnlySpan<byte> utf8Json)
    {
        var document = Read(utf8Json, StoreJsonContext.Default.InstallationDocument);
        return new Installation
        {
            AppId = document.AppId,
            EnterpriseId = document.EnterpriseId,
            EnterpriseName = document.EnterpriseName,
            EnterpriseUrl = document.EnterpriseUrl,
            TeamId = document.TeamId,
            TeamName = document.TeamName,
            BotToken = document.BotToken,
            BotId = document.BotId,
            BotUserId = document.BotUserId,
            BotScopes = document.BotScopes ?? ScopeList.Empty,
            BotRefreshToken = document.BotRefreshToken,
            BotTokenExpiresAt = document.BotTokenExpiresAt,
            UserId = document.UserId ?? throw new JsonException("The installation names no user."),
            UserToken = document.UserToken,
            UserScopes = document.UserScopes ?? ScopeList.Empty,
            UserRefreshToken = document.UserRefreshToken,
            UserTokenExpiresAt = document.UserTokenExpiresAt,
            IncomingWebhookUrl = document.IncomingWebhookUrl,
            IncomingWebhookChannel = document.IncomingWebhookChannel,
            IncomingWebhookChannelId = document.IncomingWebhookChannelId,
            IncomingWebhookConfigurationUrl = document.IncomingWebhookConfigurationUrl,
            IsEnterpriseInstall = document.IsEnterpriseInstall ?? false,
            TokenType = document.TokenType,
            InstalledAt = document.InstalledAt ?? DateTimeOffset.UnixEpoch,
            CustomValues = document.CustomValues,
        };
    }

    /// <summary>Reads a bot; null where the record has no bot token, as some versions of slack_sdk wrote.</summary>
    /// <exception cref="JsonException">The text is no JSON or no bot. The message holds nothing of what was read.</exception>
    public static Bot? ReadBot(ReadOnlySpan<byte> utf8Json)
    {
        var document = Read(utf8Json, StoreJsonContext.Default.BotDocument);
        return string.IsNullOrEmpty(document.BotToken)
            ? null
            : new Bot
            {
                AppId = document.AppId,
                EnterpriseId = document.EnterpriseId,
                EnterpriseName = document.EnterpriseName,
                TeamId = document.TeamId,
                TeamName = document.TeamName,
                BotToken = document.BotToken,
                BotId = document.BotId,
                BotUserId = document.BotUserId,
                BotScopes = document.BotScopes ?? ScopeList.Empty,
                BotRefreshToken = document.BotRefreshToken,
                BotTokenExpiresAt = document.BotTokenExpiresAt,
                IsEnterpriseInstall = document.IsEnterpriseInstall ?? false,
                InstalledAt = document.InstalledAt ?? DateTimeOffset.UnixEpoch,
                CustomValues = document.CustomValues,
            };
    }

    /// <summary>Reads a state.</summary>
    /// <exception cref="JsonException">The text is no JSON or no state. The message holds nothing of what was read.</exception>
    public static StoredOAuthState ReadState(ReadOnlySpan<byte> utf8Json)
    {
        var document = Read(utf8Json, StoreJsonContext.Default.StateDocument);
        var data = new OAuthStateData
        {
            Purpose = document.Purpose,
            TeamId = document.TeamId,
            Scopes = document.Scopes ?? ScopeList.Empty,
            UserScopes = document.UserScopes ?? ScopeList.Empty,
            RedirectUri = document.RedirectUri is null ? null : new Uri(document.RedirectUri, UriKind.RelativeOrAbsolute),
            NonceHash = document.NonceHash,
            StoredAppData = document.AppData,
        };
        return new StoredOAuthState(data, document.ExpiresAt);
    }

    private static TDocument Read<TDocument>(ReadOnlySpan<byte> utf8Json, JsonTypeInfo<TDocument> type)
        where TDocument : class
    {
        try
        {
            return JsonSerializer.Deserialize(utf8Json, type) ?? throw new JsonException("The record is a JSON null.");
        }
        catch (JsonException exception)
        {
            // System.Text.Json quotes a piece of what it could not read; here that may be a piece of a token.
            throw new JsonException(
                string.Create(CultureInfo.InvariantCulture, $"The record is damaged at line {exception.LineNumber ?? 0}, byte {exception.BytePositionInLine ?? 0}."));
        }
    }
}
