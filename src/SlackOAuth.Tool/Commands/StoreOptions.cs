using System.CommandLine;
using System.CommandLine.Completions;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands;

/// <summary>The options that name a store and say how it is opened: <c>--store</c>, <c>--set</c>, <c>--keys</c>, <c>--app-name</c>; or, of one side, <c>--from</c>, <c>--from-set</c> and so on.</summary>
internal sealed class StoreOptions
{
    /// <summary>The environment variable that names the store where the command line does not.</summary>
    internal const string StoreVariable = "SLACKOAUTH_STORE";

    private readonly string? _side;
    private readonly Option<string?> _store;
    private readonly Option<string[]> _settings;
    private readonly Option<string?> _keys;
    private readonly Option<string?> _applicationName;
    private readonly Argument<string?>? _argument;

    /// <summary>Makes the options of a store.</summary>
    /// <param name="side">The side of a copy or comparison, <c>from</c> or <c>to</c>; null where there is one store.</param>
    /// <param name="isArgument">Whether the store may also be given as the command's argument.</param>
    internal StoreOptions(string? side = null, bool isArgument = false)
    {
        _side = side;
        var prefix = side is null ? "--" : $"--{side}-";
        var of = side switch
        {
            "from" => "the store that is read",
            "to" => "the store that is written to",
            _ => "the store",
        };
        _store = new(side is null ? "--store" : $"--{side}")
        {
            HelpName = "STORE",
            Required = side is not null,
            Description = side switch
            {
                null => $"The store, as SCHEME:CONNECTION. Without it, that of the environment variable {StoreVariable}.",
                _ => $"{char.ToUpperInvariant(of[0])}{of[1..]}, as SCHEME:CONNECTION.",
            },
        };
        _settings = new(prefix + "set") { HelpName = "Name=Value", Description = $"An option of {of}, such as KeyPrefix or TablePrefix. May be repeated." };
        _keys = new(prefix + "keys") { HelpName = "FOLDER", Description = $"The Data Protection keys that the tokens of {of} are encrypted with." };
        _applicationName = new(prefix + "app-name") { HelpName = "NAME", Description = "The application name that the app gives to Data Protection (SetApplicationName); of an app that gives none, its content root, such as /app/." };
        _store.CompletionSources.Add(Schemes);
        _settings.CompletionSources.Add(_ => Enum.GetValues<StoreScheme>().Where(scheme => !scheme.IsImporter()).SelectMany(StoreSettings.Names).Distinct().Select(name => new CompletionItem(name + "=")));
        if (isArgument)
        {
            _argument = new("STORE") { HelpName = "STORE", Arity = ArgumentArity.ZeroOrOne, Description = "The store, in place of --store." };
            _argument.CompletionSources.Add(Schemes);
        }
    }

    internal void AddTo(Command command)
    {
        if (_argument is not null)
        {
            command.Add(_argument);
        }

        command.Add(_store);
        command.Add(_settings);
        command.Add(_keys);
        command.Add(_applicationName);
    }

    /// <summary>What was given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="host">The run; it learns what it must not show.</param>
    /// <param name="prepares">Whether the store makes its tables and folders where they are missing.</param>
    /// <exception cref="ToolException">A notation or setting is wrong, or no store is named.</exception>
    internal StoreLocation Read(ParseResult parsed, ToolHost host, bool prepares = false)
    {
        var (argument, option) = (_argument is null ? null : parsed.GetValue(_argument), parsed.GetValue(_store));
        if (argument is not null && option is not null)
        {
            throw ToolException.Usage("the store is named twice, as the argument and by --store. Leave one out.");
        }

        var text = argument ?? option ?? (_side is null ? host.Environment(StoreVariable) : null);
        if (string.IsNullOrEmpty(text))
        {
            throw ToolException.Usage($"no store is named. Give --store, such as --store file:./data, or set {StoreVariable}.");
        }

        var notation = StoreNotation.Parse(text, host.Environment);
        host.Redactor.Add(notation.Secrets);
        var keys = parsed.GetValue(_keys);
        if (keys is not null && notation.IsImporter)
        {
            throw ToolException.Usage($"{_keys.Name} says nothing of what another SDK left, whose tokens are plain. Leave it out; a folder of this family's is named file:FOLDER.");
        }

        return keys is null && parsed.GetValue(_applicationName) is not null
            ? throw ToolException.Usage($"{_applicationName.Name} says nothing without {_keys.Name}. Add the folder of the keys, or leave it out.")
            : new StoreLocation
            {
                Notation = notation,
                Settings = StoreSettings.Parse(notation.Scheme, parsed.GetValue(_settings) ?? [], _settings.Name),
                KeyFolder = keys,
                ApplicationName = parsed.GetValue(_applicationName),
                // A folder that is there is the store's: what it lacks (locks, states) is made by the first write, as in the app.
                Prepares = prepares || (notation.Scheme == StoreScheme.File && Directory.Exists(notation.Connection)),
            };
    }

    private IEnumerable<CompletionItem> Schemes(CompletionContext context) =>
        (_side == "from" ? StoreSchemes.Stores.Concat(StoreSchemes.Importers) : StoreSchemes.Stores).Select(scheme => new CompletionItem(scheme + ":"));
}
