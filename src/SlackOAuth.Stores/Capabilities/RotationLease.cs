namespace SlackOAuth.Stores;

/// <summary>The right to rotate one credential for a while, given by <see cref="IRotationLeasing"/>. Immutable; it holds no secret.</summary>
public sealed record RotationLease
{
    /// <summary>The workspace or organization.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>The user whose installation is leased; null for the workspace's bot.</summary>
    public string? UserId { get; init; }

    /// <summary>[29] The fencing token: greater than that of every earlier lease of the same record.</summary>
    public required long FencingToken { get; init; }

    /// <summary>When the lease is over, in UTC, unless it is released before.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
