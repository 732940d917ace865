namespace SlackOAuth.Testing;

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
