namespace SlackOAuth.Testing;

/// <summary>What the person in front of the authorize page decides.</summary>
public sealed record AuthorizeDecision
{
    private AuthorizeDecision(bool allows, string? tenantId, string? userId)
    {
        Allows = allows;
        TenantId = tenantId;
        UserId = userId;
    }

    /// <summary>Presses Cancel.</summary>
    public static AuthorizeDecision Cancel { get; } = new(false, null, null);

    internal bool Allows { get; }

    internal string? TenantId { get; }

    internal string? UserId { get; }

    /// <summary>Presses Allow.</summary>
    /// <param name="tenantId">The workspace, or the enterprise for an org-wide install; null takes what the page preselects.</param>
    /// <param name="userId">The user who allows; null takes the first of that workspace or organization.</param>
    /// <returns>The decision.</returns>
    public static AuthorizeDecision Allow(string? tenantId = null, string? userId = null) => new(true, tenantId, userId);
}
