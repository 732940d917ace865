using System.Text.Json;

namespace SlackOAuth.Testing;

/// <summary>A modal's submit button is pressed.</summary>
public sealed record ViewSubmission : SlackInteraction
{
    /// <summary>The modal that was opened; null for one made up from <see cref="CallbackId"/>.</summary>
    public OpenedView? View { get; init; }

    /// <summary>The callback id of a made-up modal; not used where <see cref="View"/> is given.</summary>
    public string CallbackId { get; init; } = "";

    /// <summary>What the user entered: block id, then action id, then the element's state as Slack sends it; null for nothing.</summary>
    public JsonElement? Values { get; init; }

    /// <summary>The team that <c>view.app_installed_team_id</c> names; null for the workspace or, where the install is org-wide, the enterprise.</summary>
    public string? AppInstalledTeamId { get; init; }
}
