using Xunit.Sdk;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>The last rung of the ladder.</summary>
internal static class Unavailable
{
    /// <summary>What to throw where an engine cannot be had: a skip, or a failure where it is required.</summary>
    internal static Exception For(Engine engine, string reason) => engine.IsRequired
        ? new InvalidOperationException($"{engine.Name} is required by SLACKOAUTH_TEST_REQUIRED, and there is none: {reason}")
        : SkipException.ForSkip($"There is no {engine.Name} to test against: {reason}");

    internal static bool IsSkip(Exception exception) => exception is SkipException;
}
