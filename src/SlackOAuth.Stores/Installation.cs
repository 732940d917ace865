using System.Text;
using System.Text.Json;

namespace SlackOAuth.Stores;

/// <summary>What one user's installing of the app gave.</summary>
/// <remarks>
/// <para>Immutable; compared by content. An empty string is the same as an absent one (null) in ids and tokens. <see cref="object.ToString"/> shows no secret.
/// The fields are those of <c>slack_sdk</c>'s <c>Installation</c>.</para>
/// <para>The bot fields of an installation that a store returns are those of the workspace's current <see cref="Bot"/>.</para>
/// </remarks>
public sealed record Installation
{
    private readonly JsonPayload _customValues;

    /// <summary>The app id (<c>A…</c>); null where it is not known.</summary>
    public string? AppId { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>The enterprise id (<c>E…</c>); null outside an Enterprise Grid.</summary>
    public string? EnterpriseId { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>The name of the enterprise; null where it is not known.</summary>
    public string? EnterpriseName { get; init; }

    /// <summary>The address of the enterprise (<c>https://….enterprise.slack.com/</c>), which <c>auth.test</c> gives for org-wide installations; else null.</summary>
    public string? EnterpriseUrl { get; init; }

    /// <summary>The team id (<c>T…</c>); null for an org-wide installation, which drops one that is given.</summary>
    public string? TeamId { get; init => field = IsEnterpriseInstall ? null : RecordValue.NullIfEmpty(value); }

    /// <summary>The name of the workspace; null where it is not known.</summary>
    public string? TeamName { get; init; }

    /// <summary>The bot token (<c>xoxb-…</c>); null where the app asked for no bot scope, or where the bot was deleted since.</summary>
    public string? BotToken { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>The bot id (<c>B…</c>); null without a bot.</summary>
    public string? BotId { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>The bot's user id (<c>U…</c>); null without a bot.</summary>
    public string? BotUserId { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>The scopes granted to the bot token.</summary>
    public ScopeList BotScopes { get; init => field = value ?? ScopeList.Empty; } = ScopeList.Empty;

    /// <summary>The bot's single-use refresh token; null where token rotation is off.</summary>
    public string? BotRefreshToken { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>When the bot token expires, in UTC and whole seconds (a fraction is dropped); null where token rotation is off.</summary>
    public DateTimeOffset? BotTokenExpiresAt { get; init => field = RecordValue.Seconds(value); }

    /// <summary>The user who installed the app (<c>U…</c> or <c>W…</c>).</summary>
    public required string UserId { get; init; }

    /// <summary>The user's own token (<c>xoxp-…</c>); null where the app asked for no user scope.</summary>
    public string? UserToken { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>The scopes granted to the user token.</summary>
    public ScopeList UserScopes { get; init => field = value ?? ScopeList.Empty; } = ScopeList.Empty;

    /// <summary>The user's single-use refresh token; null where token rotation is off.</summary>
    public string? UserRefreshToken { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>When the user token expires, in UTC and whole seconds (a fraction is dropped); null where token rotation is off.</summary>
    public DateTimeOffset? UserTokenExpiresAt { get; init => field = RecordValue.Seconds(value); }

    /// <summary>The address that posts to the channel the user chose. A secret: who knows it can post. Null without the <c>incoming-webhook</c> scope.</summary>
    public string? IncomingWebhookUrl { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>The name of the webhook's channel; null without a webhook.</summary>
    public string? IncomingWebhookChannel { get; init; }

    /// <summary>The id of the webhook's channel (<c>C…</c>); null without a webhook.</summary>
    public string? IncomingWebhookChannelId { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>Where the user manages the webhook; null without a webhook.</summary>
    public string? IncomingWebhookConfigurationUrl { get; init; }

    /// <summary>Whether the app was installed org-wide. Then the record is keyed by the enterprise alone and has no team id.</summary>
    public bool IsEnterpriseInstall
    {
        get;
        init
        {
            field = value;
            if (value)
            {
                TeamId = null;
            }
        }
    }

    /// <summary>The kind of the token, which Slack gives as <c>bot</c> or <c>user</c>; null where it gave none.</summary>
    public string? TokenType { get; init; }

    /// <summary>When the user installed the app, in UTC and whole microseconds. Of two installations of one user the later one wins.</summary>
    public required DateTimeOffset InstalledAt { get; init => field = RecordValue.Microseconds(value); }

    /// <summary>What the app keeps with the installation: a JSON object, nested 64 levels at most; null where it keeps nothing.</summary>
    public JsonElement? CustomValues { get => _customValues.Element; init => _customValues = new JsonPayload(value); }

    /// <summary>The bot that this installation brings; null where it has no bot token.</summary>
    public Bot? ToBot() => BotToken is null
        ? null
        : new Bot
        {
            AppId = AppId,
            EnterpriseId = EnterpriseId,
            EnterpriseName = EnterpriseName,
            TeamId = TeamId,
            TeamName = TeamName,
            BotToken = BotToken,
            BotId = BotId,
            BotUserId = BotUserId,
            BotScopes = BotScopes,
            BotRefreshToken = BotRefreshToken,
            BotTokenExpiresAt = BotTokenExpiresAt,
            IsEnterpriseInstall = IsEnterpriseInstall,
            InstalledAt = InstalledAt,
            CustomValues = CustomValues,
        };

    /// <summary>This installation with the bot fields of <paramref name="bot"/>, or with none where it is null.</summary>
    /// <remarks>Stores keep installations without bot fields, <c>WithBot(null)</c>, and return them with those of the current bot.</remarks>
    public Installation WithBot(Bot? bot) => this with
    {
        BotToken = bot?.BotToken,
        BotId = bot?.BotId,
        BotUserId = bot?.BotUserId,
        BotScopes = bot?.BotScopes ?? ScopeList.Empty,
        BotRefreshToken = bot?.BotRefreshToken,
        BotTokenExpiresAt = bot?.BotTokenExpiresAt,
    };

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("EnterpriseId = ").Append(EnterpriseId).Append(", TeamId = ").Append(TeamId).Append(", UserId = ").Append(UserId)
            .Append(", AppId = ").Append(AppId).Append(", InstalledAt = ").Append(InstalledAt.ToString("O"));
        RecordValue.PrintPresence(builder, nameof(BotToken), BotToken);
        RecordValue.PrintPresence(builder, nameof(BotRefreshToken), BotRefreshToken);
        RecordValue.PrintPresence(builder, nameof(UserToken), UserToken);
        RecordValue.PrintPresence(builder, nameof(UserRefreshToken), UserRefreshToken);
        RecordValue.PrintPresence(builder, nameof(IncomingWebhookUrl), IncomingWebhookUrl);
        return true;
    }
}
