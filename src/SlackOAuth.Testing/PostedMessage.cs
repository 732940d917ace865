namespace SlackOAuth.Testing;

/// <summary>A message that an app posted with <c>chat.postMessage</c>, an incoming webhook or a <c>response_url</c>.</summary>
/// <param name="AppId">The app that posted.</param>
/// <param name="TenantId">The workspace, or the enterprise where the token is org-wide.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Text">The text; empty where the message has none.</param>
public sealed record PostedMessage(string AppId, string TenantId, string Channel, string Text);
