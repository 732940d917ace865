using System.Net;
using System.Text;
using System.Text.Json;

namespace SlackOAuth;

/// <summary>
/// Where the payloads of Slack hold whom they are about. The order of the places is the rule of Bolt for Python, with one difference: <c>authorizations[0]</c>,
/// which names the installation that an event is delivered for, goes before every other place but <c>view.app_installed_team_id</c>.
/// </summary>
internal static class SlackRequestReader
{
    private const int MaxFormFields = 256;

    public static SlackRequestContext? Read(string? contentType, ReadOnlyMemory<byte> body)
    {
        try
        {
            return IsJson(contentType, body.Span) ? ReadJson(body, isInteraction: false) : ReadForm(Encoding.UTF8.GetString(body.Span));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string of the JSON holds half of a surrogate pair.
            return null;
        }
    }

    private static bool IsJson(string? contentType, ReadOnlySpan<byte> body)
    {
        var mediaType = contentType.AsSpan();
        var semicolon = mediaType.IndexOf(';');
        mediaType = (semicolon < 0 ? mediaType : mediaType[..semicolon]).Trim();
        return mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || body.TrimStart(" \t\r\n"u8).StartsWith("{"u8);
    }

    private static SlackRequestContext? ReadForm(string body)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var range in body.AsSpan().Split('&'))
        {
            var pair = body.AsSpan(range);
            var equals = pair.IndexOf('=');
            if (equals <= 0)
            {
                continue;
            }

            if (fields.Count == MaxFormFields)
            {
                return null;
            }

            fields.TryAdd(WebUtility.UrlDecode(pair[..equals].ToString()), WebUtility.UrlDecode(pair[(equals + 1)..].ToString()));
        }

        if (Field("payload") is { } payload)
        {
            return ReadJson(Encoding.UTF8.GetBytes(payload), isInteraction: true);
        }

        var command = Field("command");
        var isSslCheck = command is null && Field("ssl_check") == "1";
        if (command is null && !isSslCheck)
        {
            return null;
        }

        return new SlackRequestContext
        {
            Kind = isSslCheck ? SlackRequestKind.SslCheck : SlackRequestKind.Command,
            Command = command,
            AppId = Field("api_app_id"),
            EnterpriseId = Field("enterprise_id"),
            TeamId = Field("team_id"),
            IsEnterpriseInstall = Field("is_enterprise_install") == "true",
            UserId = Field("user_id"),
            ActorEnterpriseId = Field("enterprise_id"),
            ActorTeamId = Field("team_id"),
            ActorUserId = Field("user_id"),
            TriggerId = Field("trigger_id"),
        };

        string? Field(string name) => fields.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
    }

    private static SlackRequestContext? ReadJson(ReadOnlyMemory<byte> json, bool isInteraction)
    {
        using var document = JsonDocument.Parse(json);
        var payload = document.RootElement;
        if (payload.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var type = Text(payload, "type");
        var kind = (isInteraction, type) switch
        {
            (true, _) => SlackRequestKind.Interaction,
            (_, "event_callback") => SlackRequestKind.Event,
            (_, "url_verification") => SlackRequestKind.UrlVerification,
            _ => SlackRequestKind.Other,
        };
        var events = kind == SlackRequestKind.Event ? Object(payload, "event") : default;
        var source = Authorization(payload) ?? payload;
        // A modal opened across a Slack Connect channel: only this names the workspace where the app is.
        var (installedTeamId, ownTeamId) = (Text(Object(payload, "view"), "app_installed_team_id"), TeamId(source));
        var (enterpriseId, teamId, userId) = (EnterpriseId(source), installedTeamId ?? ownTeamId, UserId(payload));
        var (actorEnterpriseId, actorTeamId, actorUserId) = kind == SlackRequestKind.Event && True(payload, "is_ext_shared_channel")
            ? Actor(payload, events)
            : (enterpriseId, teamId, userId);
        var tokens = Object(events, "tokens");
        return new SlackRequestContext
        {
            Kind = kind,
            Type = type,
            EventType = Text(events, "type"),
            EventTime = kind == SlackRequestKind.Event ? Time(payload, "event_time") : null,
            Challenge = kind == SlackRequestKind.UrlVerification ? Text(payload, "challenge") : null,
            AppId = Text(payload, "api_app_id"),
            EnterpriseId = enterpriseId,
            TeamId = teamId,
            IsEnterpriseInstall = True(source, "is_enterprise_install"),
            IsEnterpriseUncertain = enterpriseId is not null && teamId != ownTeamId,
            UserId = userId,
            ActorEnterpriseId = actorEnterpriseId,
            ActorTeamId = actorTeamId,
            ActorUserId = actorUserId,
            TriggerId = Text(payload, "trigger_id"),
            RevokedUserIds = Texts(tokens, "oauth"),
            RevokedBotUserIds = Texts(tokens, "bot"),
        };
    }

    /// <summary>The installation that an event is delivered for, where the payload names one.</summary>
    private static JsonElement? Authorization(JsonElement payload)
    {
        if (!payload.TryGetProperty("authorizations", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            return null;
        }

        var first = list[0];
        return Text(first, "team_id") is null && Text(first, "enterprise_id") is null ? null : first;
    }

    private static string? TeamId(JsonElement source) =>
        TextOrId(source, "team")
        ?? Text(source, "team_id")
        ?? TextOrId(Object(source, "event"), "team")
        ?? Text(Object(source, "event"), "team_id")
        // Interactions of org-wide installs, whose team is null.
        ?? Text(Object(source, "user"), "team_id")
        ?? Text(Object(source, "view"), "team_id");

    private static string? EnterpriseId(JsonElement source) =>
        TextOrId(source, "enterprise")
        ?? Text(source, "enterprise_id")
        ?? Text(Object(source, "team"), "enterprise_id")
        ?? TextOrId(Object(source, "event"), "enterprise")
        ?? Text(Object(source, "event"), "enterprise_id");

    private static string? UserId(JsonElement payload)
    {
        return Of(payload) ?? Of(Object(payload, "event")) ?? OfMessage(Object(payload, "event")) ?? OfMessage(payload);

        static string? Of(JsonElement element) => TextOrId(element, "user") ?? Text(element, "user_id");

        // message_changed and message_deleted.
        static string? OfMessage(JsonElement element) => Of(Object(element, "message")) ?? Of(Object(element, "previous_message"));
    }

    /// <summary>Who acted, in an event of a channel that several organizations share. Where that cannot be told for certain, nobody.</summary>
    private static (string? EnterpriseId, string? TeamId, string? UserId) Actor(JsonElement payload, JsonElement events)
    {
        var home = Text(events, "user_team");
        var team = TextOrId(events, "team");
        var either = home ?? team;
        var enterpriseId = either switch
        {
            null => null,
            ['E', ..] => either,
            _ when either == Text(payload, "team_id") => Text(payload, "enterprise_id"),
            _ => null,
        };
        var teamId = Text(events, "type") == "app_mention"
            // user_team may be an organization here, and then its workspace is not told.
            ? home is null ? team : home is ['T', ..] ? home : null
            : Workspace(home) ?? Workspace(team);
        return (enterpriseId, teamId, enterpriseId is null && teamId is null ? null : Text(events, "user") ?? Text(events, "user_id"));

        string? Workspace(string? id) => id switch
        {
            ['T', ..] => id,
            ['E', ..] when id == Text(payload, "enterprise_id") => Text(payload, "team_id"),
            ['E', ..] when id == Text(payload, "context_enterprise_id") => Text(payload, "context_team_id"),
            _ => null,
        };
    }

    private static JsonElement Object(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : default;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    private static string? TextOrId(JsonElement element, string name) => Text(element, name) ?? Text(Object(element, name), "id");

    /// <summary>Unix seconds from the first to the last that a date can be.</summary>
    private static DateTimeOffset? Time(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds)
        && seconds is > 0 and <= 253_402_300_799
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static bool True(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
        && (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.String && value.ValueEquals("true"u8)));

    private static string[] Texts(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.String).Select(static item => item.GetString()!).Where(static id => id.Length > 0)]
            : [];
}
