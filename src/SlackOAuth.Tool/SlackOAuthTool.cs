using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text.RegularExpressions;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Commands;
using SlackOAuth.Tool.Output;

namespace SlackOAuth.Tool;

/// <summary>A run of the command: parses, runs, and turns every failure into one line and an exit code.</summary>
internal static partial class SlackOAuthTool
{
    /// <summary>What is typed.</summary>
    internal const string Name = "slackoauth";

    // How long a command may take to stop at Ctrl+C before the process ends without it.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Runs the tool.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="host">What it has around it.</param>
    /// <param name="cancellationToken">Cancels the command, as Ctrl+C does.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    internal static async Task<int> RunAsync(string[] args, ToolHost host, CancellationToken cancellationToken = default)
    {
        var root = ToolRootCommand.Create(host);

        // No response files: an argument that begins with @ is what it says.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            var help = parsed.CommandResult.Command is RootCommand ? $"{Name} --help" : $"{Name} {parsed.CommandResult.Command.Name} --help";
            return Fail(host, ExitCodes.Usage, $"{parsed.Errors[0].Message.TrimEnd('.')}. '{help}' shows what it takes.");
        }

        var isVerbose = parsed.GetValue(ToolRootCommand.Verbose);
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = Grace,
                    Output = host.Out.Profile.Out.Writer,
                    Error = host.Error.Profile.Out.Writer,
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Fail(host, ExitCodes.Cancelled, "cancelled. What was done until then stays done.");
        }
        catch (ToolException exception)
        {
            return Fail(host, exception.ExitCode, exception.Message, isVerbose ? exception.InnerException : null);
        }
        catch (SlackOAuthStoreException exception)
        {
            return Fail(host, ExitCodes.StoreFailure, exception.Message, isVerbose ? exception : null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Fail(host, ExitCodes.StoreFailure, $"{exception.Message.TrimEnd('.')}. Check the path and the rights to it.", isVerbose ? exception : null);
        }
        catch (Exception exception)
        {
            return Fail(host, ExitCodes.Defect, $"stopped by an unexpected {exception.GetType().Name}. Run it again with --verbose, and report what that shows.", isVerbose ? exception : null);
        }
    }

    private static int Fail(ToolHost host, int exitCode, string message, Exception? rest = null)
    {
        host.Error.WritePlainLine(host.Redactor.Redact($"{Name}: {WhiteSpace().Replace(message, " ")}"));
        if (rest is not null)
        {
            host.Error.WritePlainLine(host.Redactor.Redact(rest.ToString()));
        }

        return exitCode;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
