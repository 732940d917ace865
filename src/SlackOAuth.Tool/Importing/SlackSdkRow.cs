using System.Globalization;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Importing;

/// <summary>A row of one of slack_sdk's tables, as the driver gave it.</summary>
/// <param name="Id">The row's key.</param>
/// <param name="Values">The columns that are there and known; null for NULL.</param>
internal sealed record SlackSdkRow(long Id, IReadOnlyDictionary<string, object?> Values)
{
    // SQLite keeps times as text: slack_sdk's SQLite3 store writes "2023-11-14 22:13:20", SQLAlchemy adds six decimals. An offset, where there is one, is heeded.
    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFzzz", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz",
    ];

    /// <exception cref="UnusableRecordException">It is no client id.</exception>
    internal string ClientId => Text("client_id") is { } clientId && ImportedRecords.IsClientId(clientId) ? clientId : throw new UnusableRecordException("its client_id cannot be a client id");

    /// <summary>Which record it is, as far as the columns tell.</summary>
    /// <param name="isOfUser">Whether it is a user's, rather than a workspace's.</param>
    internal RecordKey ToKey(bool isOfUser) => new(
        Value("client_id") as string ?? "",
        IdOf("enterprise_id"),
        Value("is_enterprise_install") is true or 1L ? null : IdOf("team_id"),
        isOfUser ? IdOf("user_id") : null);

    /// <summary>The bot; null where the row has no token, as slack_sdk writes for an installation without a bot.</summary>
    /// <exception cref="UnusableRecordException">A column has a value of another kind.</exception>
    internal Bot? ToBot() => Text("bot_token") is not { Length: > 0 } token
        ? null
        : new Bot
        {
            AppId = Text("app_id"),
            EnterpriseId = Text("enterprise_id"),
            EnterpriseName = Text("enterprise_name"),
            TeamId = Text("team_id"),
            TeamName = Text("team_name"),
            BotToken = token,
            BotId = Text("bot_id"),
            BotUserId = Text("bot_user_id"),
            BotScopes = ScopeList.Parse(Text("bot_scopes")),
            BotRefreshToken = Text("bot_refresh_token"),
            BotTokenExpiresAt = Time("bot_token_expires_at"),
            IsEnterpriseInstall = Truth("is_enterprise_install"),
            InstalledAt = Time("installed_at") ?? throw new UnusableRecordException("it has no installed_at"),
        };

    /// <summary>The installation, without the bot, which has a table of its own.</summary>
    /// <exception cref="UnusableRecordException">It names no user, or a column has a value of another kind.</exception>
    internal Installation ToInstallation() => new()
    {
        AppId = Text("app_id"),
        EnterpriseId = Text("enterprise_id"),
        EnterpriseName = Text("enterprise_name"),
        EnterpriseUrl = Text("enterprise_url"),
        TeamId = Text("team_id"),
        TeamName = Text("team_name"),
        UserId = Text("user_id") is { Length: > 0 } userId ? userId : throw new UnusableRecordException("it names no user"),
        UserToken = Text("user_token"),
        UserScopes = ScopeList.Parse(Text("user_scopes")),
        UserRefreshToken = Text("user_refresh_token"),
        UserTokenExpiresAt = Time("user_token_expires_at"),
        IncomingWebhookUrl = Text("incoming_webhook_url"),
        IncomingWebhookChannel = Text("incoming_webhook_channel"),
        IncomingWebhookChannelId = Text("incoming_webhook_channel_id"),
        IncomingWebhookConfigurationUrl = Text("incoming_webhook_configuration_url"),
        IsEnterpriseInstall = Truth("is_enterprise_install"),
        TokenType = Text("token_type"),
        InstalledAt = Time("installed_at") ?? throw new UnusableRecordException("it has no installed_at"),
    };

    private string? IdOf(string column) => Value(column) is string { Length: > 0 } id ? id : null;

    private object? Value(string column) => Values.GetValueOrDefault(column);

    private string? Text(string column) => Value(column) switch
    {
        null => null,
        string text => text,
        _ => throw new UnusableRecordException($"its {column} is no text"),
    };

    private bool Truth(string column) => Value(column) switch
    {
        null => false,
        bool value => value,
        0L => false,
        1L => true,
        _ => throw new UnusableRecordException($"its {column} is neither true nor false"),
    };

    /// <summary>A time without a zone is UTC, on whatever host; a number is seconds since 1970, as slack_sdk's SQLite3 store writes expiries.</summary>
    private DateTimeOffset? Time(string column) => Value(column) switch
    {
        null => null,
        DateTimeOffset time => time,
        DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
        long seconds => PeerJson.Instant(seconds, TimeSpan.TicksPerSecond),
        double seconds when Math.Abs(seconds) < 1e15 => PeerJson.Instant((decimal)seconds, TimeSpan.TicksPerSecond),
        string text when decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) => PeerJson.Instant(seconds, TimeSpan.TicksPerSecond),
        string text when DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        _ => throw new UnusableRecordException($"its {column} is no time"),
    };
}
