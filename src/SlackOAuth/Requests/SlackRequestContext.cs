using System.Diagnostics.CodeAnalysis;
using System.Text;
using SlackOAuth.Stores;

namespace SlackOAuth;

/// <summary>Whom a request of Slack's is about, read from its payload: what a token lookup needs. Immutable.</summary>
public sealed record SlackRequestContext
{
    /// <summary>What Slack sent.</summary>
    public SlackRequestKind Kind { get; init; }

    /// <summary>The payload's <c>type</c>, such as <c>event_callback</c> or <c>view_submission</c>; null where it has none, as in a slash command.</summary>
    public string? Type { get; init; }

    /// <summary>The event's <c>type</c>, such as <c>app_uninstalled</c>; null where this is no event.</summary>
    public string? EventType { get; init; }

    /// <summary>When the event happened, by Slack's clock and in whole seconds; the same each time Slack repeats it. Null where the payload does not say, and where this is no event.</summary>
    public DateTimeOffset? EventTime { get; init; }

    /// <summary>The slash command, such as <c>/open-modal</c>; null where this is none.</summary>
    public string? Command { get; init; }

    /// <summary>What to answer a <see cref="SlackRequestKind.UrlVerification"/> with; null for others.</summary>
    public string? Challenge { get; init; }

    /// <summary>The app's id; null where the payload has none.</summary>
    public string? AppId { get; init; }

    /// <summary>The organization's id; null without one.</summary>
    public string? EnterpriseId { get; init; }

    /// <summary>The workspace's id; null where the payload has none.</summary>
    public string? TeamId { get; init; }

    /// <summary>Whether the app is installed org-wide there.</summary>
    public bool IsEnterpriseInstall { get; init; }

    /// <summary>
    /// Whether <see cref="EnterpriseId"/> may be of another organization than <see cref="TeamId"/>'s: in a modal opened across a Slack Connect channel, Slack names the workspace where
    /// the app is (<c>view.app_installed_team_id</c>), and the organization of the user who acted only.
    /// </summary>
    public bool IsEnterpriseUncertain { get; init; }

    /// <summary>The id of the user who acted; null where the payload has none.</summary>
    public string? UserId { get; init; }

    /// <summary>The organization of the user who acted, which in a Slack Connect channel may be another than <see cref="EnterpriseId"/>; null without one, or where it cannot be told.</summary>
    public string? ActorEnterpriseId { get; init; }

    /// <summary>The workspace of the user who acted, which in a Slack Connect channel may be another than <see cref="TeamId"/>; null where it cannot be told.</summary>
    public string? ActorTeamId { get; init; }

    /// <summary>The id of the user who acted, where their workspace or organization can be told; else null.</summary>
    public string? ActorUserId { get; init; }

    /// <summary>What opens a modal (<see cref="SlackOAuthClient.OpenViewAsync"/>), once and for three seconds; null where the payload has none.</summary>
    public string? TriggerId { get; init; }

    /// <summary>Of the event <c>tokens_revoked</c>, the users whose tokens are revoked; else empty.</summary>
    public IReadOnlyList<string> RevokedUserIds { get; init; } = [];

    /// <summary>Of the event <c>tokens_revoked</c>, the bot users whose token is revoked; else empty.</summary>
    public IReadOnlyList<string> RevokedBotUserIds { get; init; } = [];

    /// <summary>The key of the installation that the request is for; null where the payload names neither a workspace nor an organization.</summary>
    public WorkspaceId? Workspace => Key(EnterpriseId, TeamId, IsEnterpriseInstall);

    /// <summary>The key of the workspace of the user who acted; null where it cannot be told.</summary>
    public WorkspaceId? ActorWorkspace => Key(ActorEnterpriseId, ActorTeamId, isEnterpriseInstall: false);

    /// <summary>Reads the body of a request. Verify its signature first. Never throws.</summary>
    /// <param name="contentType">The request's content type; null where it has none.</param>
    /// <param name="body">The request's body: JSON, or a form with the fields of a slash command or the JSON field <c>payload</c>.</param>
    /// <param name="context">What the body says; null where false is returned.</param>
    /// <returns>Whether the body is one that Slack sends: false for malformed JSON, an empty body and other content.</returns>
    public static bool TryParse(string? contentType, ReadOnlyMemory<byte> body, [NotNullWhen(true)] out SlackRequestContext? context) =>
        (context = SlackRequestReader.Read(contentType, body)) is not null;

    private static WorkspaceId? Key(string? enterpriseId, string? teamId, bool isEnterpriseInstall) =>
        string.IsNullOrEmpty(enterpriseId) && (isEnterpriseInstall || string.IsNullOrEmpty(teamId))
            ? null
            : new WorkspaceId(enterpriseId, teamId, isEnterpriseInstall);

    // The trigger id opens a modal in the app's name, and the challenge is nobody's business: neither is shown.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Kind = ").Append(Kind).Append(", Type = ").Append(Type).Append(", EventType = ").Append(EventType).Append(", Command = ").Append(Command)
            .Append(", EnterpriseId = ").Append(EnterpriseId).Append(", TeamId = ").Append(TeamId).Append(", UserId = ").Append(UserId);
        return true;
    }
}
