using System.CommandLine;
using System.Globalization;
using SlackOAuth.Tool.Copying;

namespace SlackOAuth.Tool.Commands;

/// <summary>The option that says how many records are in flight at once: <c>--concurrency</c>.</summary>
internal sealed class ConcurrencyOption
{
    private const int Most = 1024;

    private readonly Option<int> _concurrency = new("--concurrency")
    {
        HelpName = "N",
        Description = "How many records are in flight at once. Fewer spare an engine that an app is using.",
        DefaultValueFactory = _ => CopyRun.DefaultConcurrency,
    };

    internal ConcurrencyOption() => _concurrency.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && !(int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= Most))
        {
            result.AddError($"--concurrency takes a number from 1 to {Most}.");
        }
    });

    internal void AddTo(Command command) => command.Add(_concurrency);

    internal int Read(ParseResult parsed) => parsed.GetValue(_concurrency);
}
