using SlackOAuth.Stores;

namespace SlackOAuth;

/// <summary>A refresh token that Slack refused for good.</summary>
public sealed record TokenRotationFailure
{
    /// <summary>The workspace or organization.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>The user whose token it is; null for the bot's.</summary>
    public string? UserId { get; init; }

    /// <summary>When the access token that is stored expires, or has expired.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What Slack answered, such as <c>invalid_refresh_token</c>.</summary>
    public required SlackError Error { get; init; }
}
