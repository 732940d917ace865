using System.CommandLine;
using SlackOAuth.Tool.Commands;
using SlackOAuth.Tool.Importing;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Sources;

/// <summary>Opens what <c>copy</c> and <c>verify</c> read from, whichever kind it is of.</summary>
internal static class SourceOpening
{
    /// <summary>Opens a source. A store of this family is asked which apps it holds, where none is named.</summary>
    internal static async ValueTask<IRecordSource> OpenAsync(StoreLocation location, bool readsHistory, AppOptions apps, ParseResult parsed, ToolHost host, CancellationToken cancellationToken) =>
        location.Notation.IsImporter
            ? Importers.Open(new SourceRequest(location.Notation, apps.ReadNamed(parsed, host)) { Settings = location.Settings, IncludeHistory = readsHistory })
            : new StoreSource(location, await apps.ReadAsync(parsed, host, location, cancellationToken).ConfigureAwait(false), host.Time, readsHistory);
}
