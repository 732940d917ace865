namespace SlackOAuth.Testing;

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
