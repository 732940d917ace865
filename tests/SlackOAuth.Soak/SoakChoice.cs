using System.Globalization;

namespace SlackOAuth.Soak;

/// <summary>What is soaked.</summary>
/// <param name="Engine">The engine.</param>
/// <param name="RotatesAhead">Whether tokens are rotated in the background too: <c>--ahead</c>.</param>
/// <param name="ProtectsTokens">Whether they are encrypted: <c>--protect</c>.</param>
/// <param name="CachesLookups">Whether each process caches its lookups: <c>--cache</c>.</param>
/// <param name="JoinsGrid">Whether the workspaces join an Enterprise Grid, one after the other: <c>--grid</c>.</param>
internal sealed record SoakChoice(string Engine, bool RotatesAhead, bool ProtectsTokens, bool CachesLookups, bool JoinsGrid)
{
    private const string Ahead = "--ahead";
    private const string Protect = "--protect";
    private const string Cache = "--cache";
    private const string Grid = "--grid";

    private static readonly string[] Options = [Ahead, Protect, Cache, Grid];

    internal static SoakChoice Read(string[] args)
    {
        var words = args.Where(word => !double.TryParse(word, CultureInfo.InvariantCulture, out _)).ToArray();
        return words.FirstOrDefault(word => word.StartsWith('-') && !Options.Contains(word)) is { } unknown
            ? throw new ArgumentException($"There is no option '{unknown}'. There are {string.Join(", ", Options)}.")
            : new(words.FirstOrDefault(word => !word.StartsWith('-')) ?? "file", words.Contains(Ahead), words.Contains(Protect), words.Contains(Cache), words.Contains(Grid));
    }

    public override string ToString() => $"{Engine}{(RotatesAhead ? ", rotated in the background too" : "")}{(ProtectsTokens ? ", encrypted" : "")}{(CachesLookups ? ", lookups cached" : "")}{(JoinsGrid ? ", workspaces joining a Grid" : "")}";
}
