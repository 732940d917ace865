using System.Text;
using SlackOAuth.Tool.Output;
using Spectre.Console;

namespace SlackOAuth.Tool;

/// <summary>What a run has around it: the terminal, the environment, the clock. Tests give their own.</summary>
internal sealed class ToolHost
{
    /// <summary>Where results go.</summary>
    internal required IAnsiConsole Out { get; init; }

    /// <summary>Where errors, questions and progress go, so that results can be piped.</summary>
    internal required IAnsiConsole Error { get; init; }

    /// <summary>Whether somebody is there to answer a question.</summary>
    internal required bool CanAsk { get; init; }

    /// <summary>Finds an environment variable by its name; null where it is not set.</summary>
    internal required Func<string, string?> Environment { get; init; }

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Keeps the passwords of this run out of what is written.</summary>
    internal Redactor Redactor { get; } = new();

    // The one place that knows the process's console.
#pragma warning disable RS0030
    internal static ToolHost OfThisProcess()
    {
        Console.OutputEncoding = Encoding.UTF8;
        return new ToolHost
        {
            Out = Open(Console.Out, Console.IsOutputRedirected),
            Error = Open(Console.Error, Console.IsErrorRedirected),
            CanAsk = !Console.IsInputRedirected && !Console.IsErrorRedirected,
            Environment = System.Environment.GetEnvironmentVariable,
        };
    }
#pragma warning restore RS0030

    private static IAnsiConsole Open(TextWriter writer, bool isRedirected)
    {
        // https://no-color.org, and terminals that know no escape sequence.
        var isPlain = isRedirected || System.Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } || System.Environment.GetEnvironmentVariable("TERM") is "dumb";
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
    }
}
