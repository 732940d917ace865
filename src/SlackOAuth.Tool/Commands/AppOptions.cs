using System.CommandLine;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands;

/// <summary>The option that names apps: <c>--client-id</c>.</summary>
internal sealed class AppOptions
{
    /// <summary>The environment variable that the app itself takes its client id from.</summary>
    internal const string ClientIdVariable = "SLACK_CLIENT_ID";

    // A store is opened for an app, also to ask it which apps there are.
    private const string NoApp = "slackoauth";

    private readonly Option<string[]> _clientIds = new("--client-id")
    {
        HelpName = "ID",
        Description = $"The client id of the app. May be repeated. Without it, that of the environment variable {ClientIdVariable}, else every app that the store holds.",
    };

    internal void AddTo(Command command) => command.Add(_clientIds);

    /// <summary>The apps that are named on the command line, or by the environment; none where neither names one.</summary>
    internal IReadOnlyList<string> ReadNamed(ParseResult parsed, ToolHost host) =>
        parsed.GetValue(_clientIds) is { Length: > 0 } given ? [.. given.Distinct(StringComparer.Ordinal)]
        : host.Environment(ClientIdVariable) is { Length: > 0 } variable ? [variable]
        : [];

    /// <summary>The apps that are named, else every app that the store holds, in the order of their ids.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="host">The run.</param>
    /// <param name="location">The store.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    internal async ValueTask<IReadOnlyList<string>> ReadAsync(ParseResult parsed, ToolHost host, StoreLocation location, CancellationToken cancellationToken = default)
    {
        var named = ReadNamed(parsed, host);
        return named.Count > 0 ? named : await ListAsync(location, host, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The one app that a command is about.</summary>
    /// <exception cref="ToolException">More than one app is named; or none is, and the store does not hold exactly one.</exception>
    internal async ValueTask<string> ReadOneAsync(ParseResult parsed, ToolHost host, StoreLocation location, CancellationToken cancellationToken = default) =>
        await ReadAsync(parsed, host, location, cancellationToken).ConfigureAwait(false) switch
        {
            [var one] => one,
            [] => throw ToolException.Usage($"{location.Notation.Description} holds no app. Check the store's name, its --set and --keys, or name the app by --client-id."),
            var many => throw ToolException.Usage($"{many.Count} apps come into question. Name one by --client-id: {string.Join(", ", many.Take(5))}{(many.Count > 5 ? ", …" : "")}."),
        };

    private static async ValueTask<IReadOnlyList<string>> ListAsync(StoreLocation location, ToolHost host, CancellationToken cancellationToken)
    {
        var store = OpenedStore.Open(location, NoApp, host.Time);
        await using (store.ConfigureAwait(false))
        {
            var listing = store.Installations.GetCapability<IAppListing>()
                ?? throw ToolException.Usage($"{store.Description} cannot say which apps it holds. Name them by --client-id, or set {ClientIdVariable}.");
            var clientIds = new List<string>();
            await foreach (var clientId in listing.ListClientIdsAsync(cancellationToken).ConfigureAwait(false))
            {
                clientIds.Add(clientId);
            }

            clientIds.Sort(StringComparer.Ordinal);
            return clientIds;
        }
    }
}
