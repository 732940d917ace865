using System.CommandLine;
using System.CommandLine.Help;

namespace SlackOAuth.Tool.Commands;

/// <summary>The command that holds the others.</summary>
internal static class ToolRootCommand
{
    /// <summary>Shows the whole of an error; known to every command.</summary>
    internal static Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Show the whole of an error, the driver's own words included. Passwords are left out.",
        Recursive = true,
    };

    /// <summary>Every command has its line here.</summary>
    internal static RootCommand Create(ToolHost host)
    {
        var root = new RootCommand("Copies, compares and examines the stores of a Slack app's installations.")
        {
            CopyCommand.Create(host),
            VerifyCommand.Create(host),
            ListCommand.Create(host),
            ShowCommand.Create(host),
            DeleteCommand.Create(host),
            PurgeCommand.Create(host),
            SchemaCommand.Create(host),
            DoctorCommand.Create(host),
            CompletionCommand.Create(host),
            Verbose,
        };
        var help = root.Options.OfType<HelpOption>().Single();

        // The forms of another system: no shell of today types them, and completion would offer them.
        help.Aliases.Remove("/h");
        help.Aliases.Remove("/?");
        var showHelp = new ExampleHelpAction((HelpAction)help.Action!);
        help.Action = showHelp;

        // Without a command there is nothing to do but to say what there is.
        root.SetAction(parsed =>
        {
            showHelp.Invoke(parsed);
            return ExitCodes.Usage;
        });
        return root;
    }
}
