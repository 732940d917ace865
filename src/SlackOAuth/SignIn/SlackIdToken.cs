namespace SlackOAuth;

/// <summary>Who signed in, as a validated id_token says. <see cref="ToString"/> shows ids only.</summary>
/// <remarks>See https://docs.slack.dev/authentication/sign-in-with-slack.</remarks>
public sealed record SlackIdToken
{
    /// <summary>The subject: the user's id.</summary>
    public required string Subject { get; init; }

    /// <summary>The user's id; null where the token has none.</summary>
    public string? UserId { get; init; }

    /// <summary>The workspace's id; null where the token has none.</summary>
    public string? TeamId { get; init; }

    /// <summary>The workspace's name; null where the token has none.</summary>
    public string? TeamName { get; init; }

    /// <summary>The workspace's domain: what stands before <c>.slack.com</c>; null where the token has none.</summary>
    public string? TeamDomain { get; init; }

    /// <summary>The organization's id; null without one.</summary>
    public string? EnterpriseId { get; init; }

    /// <summary>The e-mail address; null where the scope <c>email</c> was not granted.</summary>
    public string? Email { get; init; }

    /// <summary>Whether the address was verified.</summary>
    public bool EmailVerified { get; init; }

    /// <summary>The name; null where the scope <c>profile</c> was not granted.</summary>
    public string? Name { get; init; }

    /// <summary>The given name; null where the token has none.</summary>
    public string? GivenName { get; init; }

    /// <summary>The family name; null where the token has none.</summary>
    public string? FamilyName { get; init; }

    /// <summary>The URL of the picture; null where the token has none.</summary>
    public string? Picture { get; init; }

    /// <summary>The locale, such as <c>en-US</c>; null where the token has none.</summary>
    public string? Locale { get; init; }

    /// <summary>When the token expires.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"{nameof(SlackIdToken)} {{ Subject = {Subject}, TeamId = {TeamId} }}";
}
