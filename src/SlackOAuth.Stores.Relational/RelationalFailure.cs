namespace SlackOAuth.Stores.Relational;

/// <summary>What an engine's error means for who called. [23]</summary>
/// <param name="Reason">Why it failed, as a clause without a full stop and without a secret.</param>
/// <param name="IsTransient">Whether the same call may succeed when it is made again.</param>
/// <param name="NextStep">What to do next, as a sentence; null where that is not known.</param>
public sealed record RelationalFailure(string Reason, bool IsTransient, string? NextStep = null);
