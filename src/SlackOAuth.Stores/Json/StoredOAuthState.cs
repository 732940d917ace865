namespace SlackOAuth.Stores;

/// <summary>A state as it is stored: what it carries, and when it ends.</summary>
/// <param name="Data">What the state was issued with.</param>
/// <param name="ExpiresAt">The first instant at which the state is no longer valid.</param>
public sealed record StoredOAuthState(OAuthStateData Data, DateTimeOffset ExpiresAt);
