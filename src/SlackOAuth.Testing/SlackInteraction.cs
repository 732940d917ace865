using System.Text.Json;

namespace SlackOAuth.Testing;

/// <summary>What a user does in a modal or a message: a <see cref="ViewSubmission"/> or a <see cref="BlockAction"/>.</summary>
public abstract record SlackInteraction
{
    private protected SlackInteraction()
    {
    }

    /// <summary>The workspace of the user; null for the first.</summary>
    public string? TeamId { get; init; }

    /// <summary>The user; null for the workspace's first. An id that the workspace does not know is sent all the same.</summary>
    public string? UserId { get; init; }

    /// <summary>The app, by client id; null for the first.</summary>
    public string? ClientId { get; init; }

    /// <summary>What <c>is_enterprise_install</c> says; null for the truth, which is whether the app is installed on the workspace's organization and not on the workspace.</summary>
    public bool? IsEnterpriseInstall { get; init; }
}

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

/// <summary>A button in a message is pressed.</summary>
public sealed record BlockAction : SlackInteraction
{
    /// <summary>The button's action id.</summary>
    public required string ActionId { get; init; }

    /// <summary>The button's block id.</summary>
    public string BlockId { get; init; } = "block";

    /// <summary>The button's value.</summary>
    public string Value { get; init; } = "";

    /// <summary>The channel of the message.</summary>
    public string ChannelId { get; init; } = "C0FAKECHAN1";
}
