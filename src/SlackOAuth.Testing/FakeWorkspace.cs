namespace SlackOAuth.Testing;

/// <summary>A workspace (Slack's "team").</summary>
public sealed record FakeWorkspace
{
    /// <summary>The team id.</summary>
    public string Id { get; init; } = "T0FAKETEAM1";

    /// <summary>The name.</summary>
    public string Name { get; init; } = "Test Workspace";

    /// <summary>The first label of the workspace's address, <c>https://{domain}.slack.com/</c>.</summary>
    public string Domain { get; init; } = "test-workspace";

    /// <summary>The Enterprise Grid organization that the workspace belongs to, one of <see cref="FakeSlackOptions.Enterprises"/>; null for none.</summary>
    public string? EnterpriseId { get; init; }

    /// <summary>The members, at least one. The first is meant where a call names no user.</summary>
    public IReadOnlyList<FakeUser> Users { get; init; } = [new()];
}
