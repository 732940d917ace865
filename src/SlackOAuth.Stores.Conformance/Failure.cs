using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>What an exception of a failing engine must tell, and must not. [23]</summary>
internal static class Failure
{
    internal static void AssertDescribes(string operation, bool canRetryHelp, SlackOAuthStoreException exception, params ReadOnlySpan<string> secrets)
    {
        Assert.Equal(operation, exception.Operation);
        Assert.NotEmpty(exception.ProviderName);
        Assert.True(exception.InnerException is not null, $"The exception of {operation} does not hold the driver's exception as its cause.");
        Assert.True(
            exception.IsTransient == canRetryHelp,
            $"The exception of {operation} says that a retry {(exception.IsTransient ? "can" : "cannot")} help. Set {nameof(SlackOAuthStoreException.IsTransient)} to what is so, or override the fixture's CanRetryHelp.");
        Assert.Contains(operation, exception.Message, StringComparison.Ordinal);
        Assert.Contains(exception.ProviderName, exception.Message, StringComparison.Ordinal);
        foreach (var secret in secrets)
        {
            Assert.False(exception.ToString().Contains(secret, StringComparison.Ordinal), $"The exception of {operation} shows a secret.");
        }
    }
}
