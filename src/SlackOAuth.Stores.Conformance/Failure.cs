using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>What an exception of a failing engine must tell, and must not. [23]</summary>
internal static class Failure
{
    /// <summary>Makes a call that has to fail. Several are made at once: a driver may look for its server for seconds before each of them fails.</summary>
    /// <remarks>The parameters' names may be in the exception's stack trace: none is a word that a test hides.</remarks>
    internal static async Task AssertFailsAsync(string operation, bool canRetryHelp, Func<Task> callAsync, params string[] hidden)
    {
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(callAsync);
        Assert.Equal(operation, exception.Operation);
        Assert.NotEmpty(exception.ProviderName);
        Assert.True(exception.InnerException is not null, $"The exception of {operation} does not hold the driver's exception as its cause.");
        Assert.True(
            exception.IsTransient == canRetryHelp,
            $"The exception of {operation} says that a retry {(exception.IsTransient ? "can" : "cannot")} help. Set {nameof(SlackOAuthStoreException.IsTransient)} to what is so, or override the fixture's CanRetryHelp.");
        Assert.Contains(operation, exception.Message, StringComparison.Ordinal);
        Assert.Contains(exception.ProviderName, exception.Message, StringComparison.Ordinal);
        foreach (var text in hidden)
        {
            Assert.False(exception.ToString().Contains(text, StringComparison.Ordinal), $"The exception of {operation} shows a secret.");
        }
    }
}
