using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Output;

/// <summary>Takes the message of a store's failure apart, for lines that say the rest themselves.</summary>
internal static class StoreFailureText
{
    /// <summary>Why it failed, as a clause, and what to do next; that is null where the store does not know.</summary>
    internal static (string Reason, string? NextStep) Split(SlackOAuthStoreException exception)
    {
        var start = $"{exception.Operation} failed in the {exception.ProviderName} store: ".Length;
        var verdict = exception.IsTransient ? ". A retry can help." : ". A retry will not help.";
        var end = exception.Message.IndexOf(verdict, start, StringComparison.Ordinal);
        var next = exception.Message[(end + verdict.Length)..].Trim();
        return (exception.Message[start..end], next.Length > 0 ? next : null);
    }
}
