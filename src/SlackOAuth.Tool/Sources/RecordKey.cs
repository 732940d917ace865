namespace SlackOAuth.Tool.Sources;

/// <summary>Which bot or installation a record is.</summary>
/// <param name="ClientId">The app.</param>
/// <param name="EnterpriseId">The enterprise; null where there is none.</param>
/// <param name="TeamId">The workspace; null of an org-wide installation.</param>
/// <param name="UserId">The user whose installation it is; null for a bot.</param>
internal readonly record struct RecordKey(string ClientId, string? EnterpriseId, string? TeamId, string? UserId);
