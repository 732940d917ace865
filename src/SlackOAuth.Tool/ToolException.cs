namespace SlackOAuth.Tool;

/// <summary>Ends the command with one line on the error output. The message says what failed, why, and what to do next, and holds no secret.</summary>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="message">The line, without the command's name before it.</param>
/// <param name="innerException">The cause, which <c>--verbose</c> shows; null where there is none, or where its text might hold a secret.</param>
internal sealed class ToolException(int exitCode, string message, Exception? innerException = null) : Exception(message, innerException)
{
    internal int ExitCode { get; } = exitCode;

    /// <summary>The command line, a notation or the environment is wrong.</summary>
    internal static ToolException Usage(string message) => new(ExitCodes.Usage, message);
}
