using SlackOAuth.Stores;

namespace SlackOAuth;

/// <summary>What may be logged of what came from outside. Compiled into <c>SlackOAuth.AspNetCore</c> too.</summary>
internal static class LogText
{
    private const int MaxWordLength = 60;

    /// <summary>A word that came from outside, as it may be logged: Slack's errors are lowercase words; anything else could forge a line or hold a secret.</summary>
    internal static string Word(string word) =>
        word.Length <= MaxWordLength && word.All(static character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_') ? word : "(unusual)";

    /// <summary>What may be logged of an exception: of a store's its own message, which holds no id, and the type of the driver's, whose text may hold a key or a path; of any other the type alone.</summary>
    internal static string Cause(Exception exception) =>
        exception is not SlackOAuthStoreException ? exception.GetType().FullName!
        : exception.InnerException is { } inner ? $"{exception.Message} ({inner.GetType().FullName})"
        : exception.Message;
}
