using System.Text;
using System.Text.Json;
using MongoDB.Bson;

namespace SlackOAuth.Stores.MongoDB;

/// <summary>The records as BSON, under slack_sdk's names; absent fields are not stored, unknown ones are passed over. [13]</summary>
/// <remarks>
/// Written and read here, by hand: the driver's registries of serializers and conventions, which an app may have set up for types of its own, are neither asked nor changed.
/// <c>installed_at</c> is a count of microseconds, since BSON's date has milliseconds. JSON of the app's is a text: BSON would change its numbers and refuse some of its names.
/// </remarks>
internal static class MongoDBRecords
{
    private static readonly long FirstMicrosecond = Microseconds(DateTimeOffset.MinValue);
    private static readonly long LastMicrosecond = Microseconds(DateTimeOffset.MaxValue);

    internal static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    internal static long Ticks(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks;

    internal static BsonDocument Write(Bot bot)
    {
        var document = new BsonDocument();
        Add(document, "app_id", bot.AppId);
        Add(document, "enterprise_id", bot.EnterpriseId);
        Add(document, "enterprise_name", bot.EnterpriseName);
        Add(document, "team_id", bot.TeamId);
        Add(document, "team_name", bot.TeamName);
        Add(document, "bot_token", bot.BotToken);
        Add(document, "bot_id", bot.BotId);
        Add(document, "bot_user_id", bot.BotUserId);
        Add(document, "bot_scopes", bot.BotScopes);
        Add(document, "bot_refresh_token", bot.BotRefreshToken);
        Add(document, "bot_token_expires_at", bot.BotTokenExpiresAt);
        Add(document, "is_enterprise_install", bot.IsEnterpriseInstall);
        document.Add(MongoDBFields.InstalledAt, Microseconds(bot.InstalledAt));
        Add(document, "custom_values", bot.CustomValues);
        return document;
    }

    /// <summary>The installation without its bot fields, which are the bot's. [3]</summary>
    internal static BsonDocument Write(Installation installation)
    {
        var document = new BsonDocument();
        Add(document, "app_id", installation.AppId);
        Add(document, "enterprise_id", installation.EnterpriseId);
        Add(document, "enterprise_name", installation.EnterpriseName);
        Add(document, "enterprise_url", installation.EnterpriseUrl);
        Add(document, "team_id", installation.TeamId);
        Add(document, "team_name", installation.TeamName);
        Add(document, MongoDBFields.UserId, installation.UserId);
        Add(document, "user_token", installation.UserToken);
        Add(document, "user_scopes", installation.UserScopes);
        Add(document, "user_refresh_token", installation.UserRefreshToken);
        Add(document, "user_token_expires_at", installation.UserTokenExpiresAt);
        Add(document, "incoming_webhook_url", installation.IncomingWebhookUrl);
        Add(document, "incoming_webhook_channel", installation.IncomingWebhookChannel);
        Add(document, "incoming_webhook_channel_id", installation.IncomingWebhookChannelId);
        Add(document, "incoming_webhook_configuration_url", installation.IncomingWebhookConfigurationUrl);
        Add(document, "is_enterprise_install", installation.IsEnterpriseInstall);
        Add(document, "token_type", installation.TokenType);
        document.Add(MongoDBFields.InstalledAt, Microseconds(installation.InstalledAt));
        Add(document, "custom_values", installation.CustomValues);
        return document;
    }

    private static void Add(BsonDocument document, string name, string? value)
    {
        if (value is not null)
        {
            document.Add(name, value);
        }
    }

    private static void Add(BsonDocument document, string name, bool value)
    {
        if (value)
        {
            document.Add(name, value);
        }
    }

    private static void Add(BsonDocument document, string name, ScopeList value)
    {
        if (value.Count > 0)
        {
            document.Add(name, new BsonArray(value));
        }
    }

    private static void Add(BsonDocument document, string name, DateTimeOffset? value)
    {
        if (value is { } time)
        {
            document.Add(name, new BsonDateTime(time.ToUnixTimeMilliseconds()));
        }
    }

    private static void Add(BsonDocument document, string name, JsonElement? value)
    {
        if (value is { } json)
        {
            document.Add(name, json.GetRawText());
        }
    }

    /// <summary>The client id of a workspace's document.</summary>
    internal static string ReadClientId(BsonDocument workspace) => Text(workspace, MongoDBFields.ClientId) ?? throw Damaged(MongoDBFields.ClientId);

    /// <summary>The bot of a workspace's document; null where there is none, or the call did not ask for it.</summary>
    internal static Bot? ReadBot(BsonDocument workspace) => workspace.TryGetValue(MongoDBFields.Bot, out var bot) ? ReadBotRecord(bot) : null;

    /// <summary>The first installation of a workspace's document, with the bot fields of its bot; null where there is none, or the call did not ask for it.</summary>
    internal static Installation? ReadInstallation(BsonDocument workspace) =>
        Records(workspace, MongoDBFields.Installations).FirstOrDefault() is { } installation ? ReadInstallationRecord(installation).WithBot(ReadBot(workspace)) : null;

    /// <summary>The records that stand in a field, unread: one, or a list of them.</summary>
    internal static IEnumerable<BsonValue> Records(BsonDocument workspace, string name) =>
        !workspace.TryGetValue(name, out var found) ? [] : found as BsonArray ?? Enumerable.Repeat(found, 1);

    /// <summary>Whose document it is, by what stands beside the records; null where that does not say.</summary>
    internal static WorkspaceId? FindWorkspace(BsonDocument workspace) =>
        (FindText(workspace, MongoDBFields.EnterpriseId), FindText(workspace, MongoDBFields.TeamId)) is var (enterpriseId, teamId) && (enterpriseId ?? teamId) is not null
            ? new WorkspaceId(enterpriseId, teamId)
            : null;

    /// <summary>The user of a record that may be damaged.</summary>
    internal static string? FindUserId(BsonValue record) => FindText(record, MongoDBFields.UserId);

    /// <summary>The time of a record that may be damaged; the oldest there is where it has none.</summary>
    internal static long FindInstalledAt(BsonValue record) =>
        record is BsonDocument document && document.TryGetValue(MongoDBFields.InstalledAt, out var value) && FindNumber(value) is { } number ? number : long.MinValue;

    /// <summary>How many superseded records are from before a time, as <c>$lt</c> sees it: what is no number is not.</summary>
    internal static int CountHistory(BsonDocument workspace, long before) =>
        Records(workspace, MongoDBFields.BotHistory).Concat(Records(workspace, MongoDBFields.InstallationHistory))
            .Count(record => FindInstalledAt(record) is var installedAt && installedAt > long.MinValue && installedAt < before);

    /// <summary>The fencing token of the lease that was just given.</summary>
    internal static long ReadFence(BsonDocument workspace, bool isOfBot) =>
        Number(AsDocument((isOfBot ? AsDocument(workspace[MongoDBFields.Bot]) : AsDocument(Records(workspace, MongoDBFields.Installations).First()))[MongoDBFields.Lease]), MongoDBFields.Fence);

    /// <summary>A state, which is kept as the text of <see cref="StoreJson"/>: nothing looks into it, and a decorator may have made it longer than an app may. [21]</summary>
    internal static StoredOAuthState ReadState(BsonDocument state) => StoreJson.ReadState(Encoding.UTF8.GetBytes(Text(state, MongoDBFields.Data) ?? throw Damaged(MongoDBFields.Data)));

    internal static Bot? ReadBotRecord(BsonValue record) => ReadBotRecord(AsDocument(record));

    private static Bot? ReadBotRecord(BsonDocument bot) => Text(bot, "bot_token") is not { } token
        ? null
        : new Bot
        {
            AppId = Text(bot, "app_id"),
            EnterpriseId = Text(bot, "enterprise_id"),
            EnterpriseName = Text(bot, "enterprise_name"),
            TeamId = Text(bot, "team_id"),
            TeamName = Text(bot, "team_name"),
            BotToken = token,
            BotId = Text(bot, "bot_id"),
            BotUserId = Text(bot, "bot_user_id"),
            BotScopes = Scopes(bot, "bot_scopes"),
            BotRefreshToken = Text(bot, "bot_refresh_token"),
            BotTokenExpiresAt = Date(bot, "bot_token_expires_at"),
            IsEnterpriseInstall = IsTrue(bot, "is_enterprise_install"),
            InstalledAt = Instant(bot, MongoDBFields.InstalledAt),
            CustomValues = Json(bot, "custom_values"),
        };

    internal static Installation ReadInstallationRecord(BsonValue record) => ReadInstallationRecord(AsDocument(record));

    private static Installation ReadInstallationRecord(BsonDocument installation) => new()
    {
        AppId = Text(installation, "app_id"),
        EnterpriseId = Text(installation, "enterprise_id"),
        EnterpriseName = Text(installation, "enterprise_name"),
        EnterpriseUrl = Text(installation, "enterprise_url"),
        TeamId = Text(installation, "team_id"),
        TeamName = Text(installation, "team_name"),
        UserId = Text(installation, MongoDBFields.UserId) ?? throw Damaged(MongoDBFields.UserId),
        UserToken = Text(installation, "user_token"),
        UserScopes = Scopes(installation, "user_scopes"),
        UserRefreshToken = Text(installation, "user_refresh_token"),
        UserTokenExpiresAt = Date(installation, "user_token_expires_at"),
        IncomingWebhookUrl = Text(installation, "incoming_webhook_url"),
        IncomingWebhookChannel = Text(installation, "incoming_webhook_channel"),
        IncomingWebhookChannelId = Text(installation, "incoming_webhook_channel_id"),
        IncomingWebhookConfigurationUrl = Text(installation, "incoming_webhook_configuration_url"),
        IsEnterpriseInstall = IsTrue(installation, "is_enterprise_install"),
        TokenType = Text(installation, "token_type"),
        InstalledAt = Instant(installation, MongoDBFields.InstalledAt),
        CustomValues = Json(installation, "custom_values"),
    };

    private static BsonDocument AsDocument(BsonValue value) => value as BsonDocument ?? throw Damaged("record");

    private static string? FindText(BsonValue record, string name) => record is BsonDocument document && document.TryGetValue(name, out var value) && value is BsonString text ? text.Value : null;

    private static string? Text(BsonDocument document, string name) =>
        !document.TryGetValue(name, out var value) || value.IsBsonNull ? null : value is BsonString text ? text.Value : throw Damaged(name);

    /// <summary>Whatever kind of number a tool made of it.</summary>
    private static long Number(BsonDocument document, string name) =>
        !document.TryGetValue(name, out var value) || value.IsBsonNull ? 0 : FindNumber(value) ?? throw Damaged(name);

    /// <summary>A number of any kind; null for what is none, or too large.</summary>
    private static long? FindNumber(BsonValue value) => value switch
    {
        BsonInt64 or BsonInt32 => value.ToInt64(),
        BsonDouble { Value: >= long.MinValue and < long.MaxValue } => value.ToInt64(),
        BsonDecimal128 { Value: var number } when number >= long.MinValue && number <= long.MaxValue => Decimal128.ToInt64(number),
        _ => null,
    };

    /// <summary>Microseconds since 1970. In ticks: a double, as <see cref="DateTimeOffset.AddMicroseconds"/> takes it, is inexact from the year 2255 on.</summary>
    private static DateTimeOffset Instant(BsonDocument document, string name) =>
        Number(document, name) is var microseconds && microseconds >= FirstMicrosecond && microseconds <= LastMicrosecond
            ? DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond)
            : throw Damaged(name);

    private static bool IsTrue(BsonDocument document, string name) => document.TryGetValue(name, out var value) && value.ToBoolean();

    private static DateTimeOffset? Date(BsonDocument document, string name) =>
        !document.TryGetValue(name, out var value) || value.IsBsonNull ? null : value is BsonDateTime { IsValidDateTime: true } date ? DateTimeOffset.FromUnixTimeMilliseconds(date.MillisecondsSinceEpoch) : throw Damaged(name);

    private static ScopeList Scopes(BsonDocument document, string name) =>
        !document.TryGetValue(name, out var value) || value.IsBsonNull ? ScopeList.Empty
        : value is BsonArray scopes ? ScopeList.Create([.. scopes.Select(scope => scope is BsonString text ? text.Value : throw Damaged(name))])
        : throw Damaged(name);

    private static JsonElement? Json(BsonDocument document, string name) => Text(document, name) is { } json ? JsonElement.Parse(json) : null;

    private static FormatException Damaged(string name) => new($"'{name}' of a stored record is missing or is of another type than the stores write.");
}
