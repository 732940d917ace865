namespace SlackOAuth.Tool.Copying;

/// <summary>A record that was left out.</summary>
/// <param name="Where">Which; never with a secret.</param>
/// <param name="Reason">Why, in words for a person.</param>
internal sealed record Refusal(string Where, string Reason);
