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
