using Microsoft.Extensions.Time.Testing;
using Spectre.Console;
using Spectre.Console.Testing;

namespace SlackOAuth.Tool.Tests.Support;

/// <summary>What a run of the tool ended with and wrote.</summary>
/// <param name="ExitCode">The exit code.</param>
/// <param name="Out">The standard output.</param>
/// <param name="Error">The error output.</param>
internal sealed record ToolRun(int ExitCode, string Out, string Error)
{
    /// <summary>The clock of the runs.</summary>
    internal static DateTimeOffset Now { get; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>All that was written.</summary>
    internal string All => Out + Error;

    internal string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Runs the tool without a terminal.</summary>
    internal static Task<ToolRun> RunAsync(params string[] args) => RunAsync(new Dictionary<string, string>(), args);

    /// <summary>Runs the tool without a terminal, with an environment.</summary>
    internal static Task<ToolRun> RunAsync(Dictionary<string, string> environment, params string[] args) => RunAsync(environment, answer: null, isTerminal: false, time: null, args);

    /// <summary>Runs the tool.</summary>
    /// <param name="environment">The environment, all of it.</param>
    /// <param name="answer">What a person types; null where nobody is there.</param>
    /// <param name="isTerminal">Whether the outputs are terminals.</param>
    /// <param name="time">The clock; null for one that stands at <see cref="Now"/>.</param>
    /// <param name="args">The command line.</param>
    internal static async Task<ToolRun> RunAsync(Dictionary<string, string> environment, string? answer, bool isTerminal, TimeProvider? time, params string[] args)
    {
        using var output = OpenConsole(isTerminal);
        using var error = OpenConsole(isTerminal).Interactive();
        if (answer is not null)
        {
            error.Input.PushTextWithEnter(answer);
        }

        var host = new ToolHost
        {
            Out = output,
            Error = error,
            CanAsk = answer is not null,
            Environment = environment.GetValueOrDefault,
            Time = time ?? new FakeTimeProvider(Now),
        };
        var exitCode = await SlackOAuthTool.RunAsync(args, host, TestContext.Current.CancellationToken);
        return new(exitCode, output.Output, error.Output);
    }

    /// <summary>An output that a test can read.</summary>
    /// <param name="isTerminal">Whether it is a terminal.</param>
    internal static TestConsole OpenConsole(bool isTerminal)
    {
        var console = new TestConsole();
        console.Profile.Width = 160;
        console.Profile.Out = new TestOutput(console.Profile.Out, isTerminal);
        return console;
    }

    private sealed class TestOutput(IAnsiConsoleOutput inner, bool isTerminal) : IAnsiConsoleOutput
    {
        public TextWriter Writer => inner.Writer;

        public bool IsTerminal => isTerminal;

        public int Width => 160;

        public int Height => 24;

        public void SetEncoding(System.Text.Encoding encoding) => inner.SetEncoding(encoding);
    }
}
