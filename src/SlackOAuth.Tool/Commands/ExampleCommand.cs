using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace SlackOAuth.Tool.Commands;

/// <summary>A command whose help ends with what is good to know, and examples.</summary>
/// <param name="name">What is typed.</param>
/// <param name="description">What it does, in a sentence.</param>
internal sealed class ExampleCommand(string name, string description) : Command(name, description)
{
    /// <summary>What a sentence does not hold; null where it does.</summary>
    internal string? Remarks { get; init; }

    /// <summary>Command lines that work as they stand, the tool's name left out.</summary>
    internal required IReadOnlyList<string> Examples { get; init; }
}

/// <summary>The library's help, and below it what an <see cref="ExampleCommand"/> adds.</summary>
internal sealed class ExampleHelpAction(HelpAction library) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var invocation = parseResult.InvocationConfiguration;
        var output = invocation.Output;
        using var help = new StringWriter();
        invocation.Output = help;
        var result = library.Invoke(parseResult);
        invocation.Output = output;

        // The library names the assembly, and people type the command.
        output.Write(help.ToString().Replace(RootCommand.ExecutableName, SlackOAuthTool.Name, StringComparison.Ordinal));
        if (parseResult.CommandResult.Command is ExampleCommand command)
        {
            if (command.Remarks is not null)
            {
                output.WriteLine(command.Remarks);
                output.WriteLine();
            }

            output.WriteLine("Examples:");
            foreach (var example in command.Examples)
            {
                output.WriteLine($"  {SlackOAuthTool.Name} {example}");
            }

            output.WriteLine();
        }

        return result;
    }
}
