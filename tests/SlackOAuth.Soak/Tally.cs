using System.Collections.Concurrent;
using System.Globalization;

namespace SlackOAuth.Soak;

/// <summary>What happened, and what should not have.</summary>
internal sealed class Tally
{
    internal const string LostWithProcess = "tokens lost with a process that was killed between Slack's answer and the save; installed again";

    internal const string Behind = "answers of before a change (cached by another process, or a violation below)";

    internal const string MissedMoved = "workspaces or users not found just after their move to a Grid (cached before it)";

    // In the summary also where none was.
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal) { [LostWithProcess] = 0 };
    private readonly ConcurrentDictionary<string, int> _violations = new(StringComparer.Ordinal);

    internal bool HasViolations => !_violations.IsEmpty;

    internal void Count(string what, int by = 1) => _counts.AddOrUpdate(what, by, (_, count) => count + by);

    internal int Of(string what) => _counts.GetValueOrDefault(what);

    /// <summary>Notes what must never be. The first of each kind is told at once.</summary>
    internal void Violation(string kind, string details)
    {
        if (_violations.AddOrUpdate(kind, 1, static (_, count) => count + 1) <= 3)
        {
            Console.WriteLine($"VIOLATION  {kind}: {details}");
        }
    }

    internal void Print(string indent)
    {
        foreach (var (what, count) in _counts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Console.WriteLine($"{indent}{count.ToString("N0", CultureInfo.InvariantCulture),10}  {what}");
        }
    }

    internal void PrintViolations(string indent)
    {
        foreach (var kind in Kinds.All.Concat(_violations.Keys).Distinct(StringComparer.Ordinal))
        {
            Console.WriteLine($"{indent}{_violations.GetValueOrDefault(kind).ToString("N0", CultureInfo.InvariantCulture),10}  {kind}");
        }
    }

    /// <summary>The kinds of violations. Each is in the summary, also where it never happened.</summary>
    internal static class Kinds
    {
        internal const string Foreign = "foreign credentials (another workspace's or user's token)";
        internal const string Stale = "stale credentials (of an install before the last one, or of after an uninstall)";
        internal const string Dead = "dead credentials (a token that Slack no longer takes)";
        internal const string Lost = "lost credentials (installed, and not found)";
        internal const string StateTwice = "states accepted twice";
        internal const string Unavailable = "failures while everything ran";
        internal const string Memory = "processes whose memory grew";

        internal static readonly string[] All = [Foreign, Stale, Dead, Lost, StateTwice, Unavailable, Memory];
    }
}
