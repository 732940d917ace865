namespace SlackOAuth.Testing;

/// <summary>A slash command that a user types.</summary>
public sealed record SlashCommand
{
    /// <summary>The command with its slash, for example <c>/open-modal</c>.</summary>
    public required string Command { get; init; }

    /// <summary>What follows the command.</summary>
    public string Text { get; init; } = "";

    /// <summary>The workspace it is typed in; null for the first.</summary>
    public string? TeamId { get; init; }

    /// <summary>The user who types it; null for the workspace's first. An id that the workspace does not know is sent all the same.</summary>
    public string? UserId { get; init; }

    /// <summary>The channel it is typed in.</summary>
    public string ChannelId { get; init; } = "C0FAKECHAN1";

    /// <summary>The app, by client id; null for the first.</summary>
    public string? ClientId { get; init; }

    /// <summary>What <c>is_enterprise_install</c> says; null for the truth, which is whether the app is installed on the workspace's organization and not on the workspace.</summary>
    public bool? IsEnterpriseInstall { get; init; }
}
