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

/// <summary>An Enterprise Grid organization.</summary>
public sealed record FakeEnterprise
{
    /// <summary>The enterprise id.</summary>
    public string Id { get; init; } = "E0FAKEORG01";

    /// <summary>The name.</summary>
    public string Name { get; init; } = "Test Organization";

    /// <summary>The first label of the organization's address, <c>https://{domain}.enterprise.slack.com/</c>.</summary>
    public string Domain { get; init; } = "test-organization";
}

/// <summary>A member of a workspace.</summary>
public sealed record FakeUser
{
    /// <summary>The user id.</summary>
    public string Id { get; init; } = "U0FAKEUSER1";

    /// <summary>The user name, which slash commands carry.</summary>
    public string Name { get; init; } = "ada";

    /// <summary>The full name, which Sign in with Slack gives.</summary>
    public string RealName { get; init; } = "Ada Example";

    /// <summary>The e-mail address, which Sign in with Slack gives under the scope <c>email</c>.</summary>
    public string Email { get; init; } = "ada@example.com";
}
