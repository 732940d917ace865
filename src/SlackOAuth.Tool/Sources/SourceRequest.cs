using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Sources;

/// <summary>What an importer is to open: what another SDK left, and for which apps.</summary>
/// <param name="Notation">Where it is.</param>
/// <param name="ClientIds">The apps to read; none means every app that is found. Where the layout tells no app, there has to be one, which everything belongs to.</param>
internal sealed record SourceRequest(StoreNotation Notation, IReadOnlyList<string> ClientIds)
{
    /// <summary>What <c>--from-set</c> sets.</summary>
    internal StoreSettings Settings { get; init; } = StoreSettings.None;

    /// <summary>Whether older records are read as well, before the current ones.</summary>
    internal bool IncludeHistory { get; init; }
}
