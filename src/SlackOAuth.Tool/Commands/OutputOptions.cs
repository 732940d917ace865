using System.CommandLine;

namespace SlackOAuth.Tool.Commands;

/// <summary>The option that chooses between words for people and JSON for scripts: <c>--output</c>.</summary>
internal sealed class OutputOptions
{
    private readonly Option<string> _output = new("--output", "-o")
    {
        HelpName = "text|json",
        Description = "text for people, json for scripts: one JSON document, and nothing else on the standard output.",
        DefaultValueFactory = _ => "text",
    };

    internal OutputOptions() => _output.AcceptOnlyFromAmong("text", "json");

    internal void AddTo(Command command) => command.Add(_output);

    internal bool IsJson(ParseResult parsed) => parsed.GetValue(_output) == "json";
}
