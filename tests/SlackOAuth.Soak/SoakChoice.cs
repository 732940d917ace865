using System.Globalization;

namespace SlackOAuth.Soak;

/// <summary>What is soaked.</summary>
/// <param name="Engine">The engine.</param>
/// <param name="RotatesAhead">Whether tokens are rotated in the background too: <c>--ahead</c>.</param>
/// <param name="ProtectsTokens">Whether they are encrypted: <c>--protect</c>.</param>
internal sealed record SoakChoice(string Engine, bool RotatesAhead, bool ProtectsTokens)
{
    private const string Ahead = "--ahead";
    private const string Protect = "--protect";

    internal static SoakChoice Read(string[] args)
    {
        var words = args.Where(word => !double.TryParse(word, CultureInfo.InvariantCulture, out _)).ToArray();
        return words.FirstOrDefault(word => word.StartsWith('-') && word is not (Ahead or Protect)) is { } unknown
            ? throw new ArgumentException($"There is no option '{unknown}'. There are {Ahead} and {Protect}.")
            : new(words.FirstOrDefault(word => !word.StartsWith('-')) ?? "file", words.Contains(Ahead), words.Contains(Protect));
    }

    public override string ToString() => $"{Engine}{(RotatesAhead ? ", rotated in the background too" : "")}{(ProtectsTokens ? ", encrypted" : "")}";
}
