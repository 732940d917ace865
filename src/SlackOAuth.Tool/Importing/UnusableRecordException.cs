namespace SlackOAuth.Tool.Importing;

/// <summary>A record of another SDK that is refused; the rest goes on.</summary>
/// <param name="reason">What is wrong with it, as a sentence without a full stop, and without a piece of its content.</param>
internal sealed class UnusableRecordException(string reason) : Exception(reason);
