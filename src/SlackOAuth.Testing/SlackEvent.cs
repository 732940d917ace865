using System.Text.Json;
using System.Text.Json.Nodes;

namespace SlackOAuth.Testing;

/// <summary>An event of Slack's Events API: what happened, and where. Slack wraps it in the envelope when it is delivered.</summary>
public sealed record SlackEvent
{
    private SlackEvent(string type, JsonElement inner, string? challenge)
    {
        Type = type;
        Inner = inner;
        Challenge = challenge;
    }

    /// <summary>The event's type, for example <c>app_uninstalled</c>.</summary>
    public string Type { get; }

    /// <summary>The workspace it happened in, or the enterprise where it concerns the whole organization; null for the first workspace.</summary>
    public string? TenantId { get; init; }

    /// <summary>The workspace or enterprise whose installation receives it (<c>authorizations[0]</c>); null for <see cref="TenantId"/>. They differ in channels shared between organizations.</summary>
    public string? AuthorizedTenantId { get; init; }

    /// <summary>Whether the envelope has <c>authorizations</c>.</summary>
    /// <value>The default is true.</value>
    public bool IncludeAuthorizations { get; init; } = true;

    /// <summary>The app, by client id; null for the first.</summary>
    public string? ClientId { get; init; }

    /// <summary>What <c>authorizations[0].is_enterprise_install</c> says; null for the truth, which is whether the app is installed on the organization and not on the workspace.</summary>
    public bool? IsEnterpriseInstall { get; init; }

    /// <summary>When it happened (<c>event_time</c>, in whole seconds), which stays the same each time it is delivered; null for the time of the delivery.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    internal JsonElement Inner { get; }

    internal string? Challenge { get; }

    /// <summary>The app was removed from the workspace or organization. <see cref="FakeSlack.Uninstall"/> gives this one, and invalidates the tokens too.</summary>
    /// <returns>The event.</returns>
    public static SlackEvent AppUninstalled() => Create(new JsonObject { ["type"] = "app_uninstalled" });

    /// <summary>Tokens were revoked. <see cref="FakeSlack.RevokeTokens"/> gives this one, and invalidates the tokens too.</summary>
    /// <param name="userIds">The users whose user token was revoked.</param>
    /// <param name="botUserIds">The bot users whose bot token was revoked.</param>
    /// <returns>The event.</returns>
    public static SlackEvent TokensRevoked(IEnumerable<string> userIds, IEnumerable<string> botUserIds) => Create(new JsonObject
    {
        ["type"] = "tokens_revoked",
        ["tokens"] = new JsonObject { ["oauth"] = Json.Array(userIds), ["bot"] = Json.Array(botUserIds) },
    });

    /// <summary>Slack's check of a request URL, which the app answers with the challenge. It has no envelope.</summary>
    /// <param name="challenge">The challenge.</param>
    /// <returns>The event.</returns>
    public static SlackEvent UrlVerification(string challenge)
    {
        ArgumentNullException.ThrowIfNull(challenge);
        return new("url_verification", default, challenge);
    }

    /// <summary>Any event.</summary>
    /// <param name="json">The inner event: a JSON object with a <c>type</c>.</param>
    /// <returns>The event.</returns>
    /// <exception cref="ArgumentException">The text is not a JSON object with a <c>type</c>.</exception>
    public static SlackEvent FromJson([System.Diagnostics.CodeAnalysis.StringSyntax("Json")] string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Create(Json.ParseObject(json)
            ?? throw new ArgumentException("The event is not a JSON object; give what stands under \"event\" in Slack's payload.", nameof(json)));
    }

    private static SlackEvent Create(JsonObject inner)
    {
        var type = Json.String(inner["type"])
            ?? throw new ArgumentException("The event has no \"type\"; give it one, for example \"app_mention\".", nameof(inner));
        return new(type, Json.Element(inner), null);
    }
}
