namespace SlackOAuth.Testing;

/// <summary>An app as it is registered with Slack. The default values are fixed and public: they are test values, and protect nothing.</summary>
public sealed class FakeSlackApp
{
    /// <summary>The client id.</summary>
    public string ClientId { get; init; } = "1234567890.1234567890";

    /// <summary>The client secret, which the OAuth methods ask for.</summary>
    public string ClientSecret { get; init; } = "fake-client-secret";

    /// <summary>The secret that deliveries to the app are signed with.</summary>
    public string SigningSecret { get; init; } = "fake-signing-secret";

    /// <summary>The app id.</summary>
    public string AppId { get; init; } = "A0FAKEAPP01";

    /// <summary>The name that the authorize page shows.</summary>
    public string Name { get; init; } = "Test app";

    /// <summary>The registered redirect URLs. As with Slack, a <c>redirect_uri</c> matches where scheme, host and port are equal and its path is the
    /// registered one or below it; an authorize request without one gets the first. Unlike Slack, plain http is accepted for any host.</summary>
    /// <value>The default is everything below <c>http://localhost/</c> and <c>https://localhost/</c>.</value>
    public IReadOnlyList<Uri> RedirectUris { get; init; } = [new("http://localhost/"), new("https://localhost/")];

    /// <summary>Whether tokens rotate: access tokens then expire after <see cref="TokenLifetime"/> and come with a single-use refresh token.</summary>
    public bool TokenRotation { get; init; }

    /// <summary>How long an access token lasts where tokens rotate, in whole seconds.</summary>
    /// <value>The default is Slack's own, 43,200 seconds.</value>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromSeconds(43_200);

    /// <summary>Whether the app may be installed on a whole Enterprise Grid organization.</summary>
    public bool OrgWideInstalls { get; init; }

    /// <summary>The bot scopes that the app may ask for; an authorize request for another is refused with <c>invalid_scope</c>.</summary>
    /// <value>Null, the default, allows every well-formed scope.</value>
    public IReadOnlyList<string>? BotScopes { get; init; }

    /// <summary>The app id; never a secret.</summary>
    /// <returns>The app id.</returns>
    public override string ToString() => AppId;
}
