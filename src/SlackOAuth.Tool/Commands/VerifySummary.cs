using System.Globalization;
using SlackOAuth.Tool.Copying;
using SlackOAuth.Tool.Output;

namespace SlackOAuth.Tool.Commands;

/// <summary>What a comparison has found, in words and as JSON.</summary>
internal sealed class VerifySummary(string from, string to, VerifyTally tally, Pace pace, Redactor redactor)
{
    public string From { get; } = from;

    public string To { get; } = to;

    /// <summary>Records that both sides hold, with the same content.</summary>
    public long Same { get; } = tally.Same;

    /// <summary>Records that both sides hold, with other content.</summary>
    public long Different { get; } = tally.Count(DifferenceKind.Content);

    public long OnlyInSource { get; } = tally.Count(DifferenceKind.OnlyInSource);

    public long OnlyInDestination { get; } = tally.Count(DifferenceKind.OnlyInDestination);

    /// <summary>Records that the destination holds with the same content, and in plain though it has keys.</summary>
    public long NotEncrypted { get; } = tally.Count(DifferenceKind.NotEncrypted);

    /// <summary>Records that one of the sides holds, and cannot read.</summary>
    public long Unreadable { get; } = tally.Count(DifferenceKind.Unreadable) + tally.Source.Refused + tally.Destination.Refused;

    /// <summary>The first that are not the same.</summary>
    public IReadOnlyList<NamedDifference> Differences { get; } =
    [
        .. tally.Differences.Select(difference => new NamedDifference(SafeText.Of(difference.Where, maxLength: 400), Words(difference)))
            .Concat(tally.Source.Refusals.Select(refusal => new NamedDifference(SafeText.Of(refusal.Where, maxLength: 400), "unreadable in the source: " + SafeText.Of(refusal.Reason, maxLength: 1000))))
            .Concat(tally.Destination.Refusals.Select(refusal => new NamedDifference(SafeText.Of(refusal.Where, maxLength: 400), "unreadable in the destination: " + SafeText.Of(refusal.Reason, maxLength: 1000))))
            .Take(FirstFew<Difference>.Named)
            .Select(difference => difference with { What = redactor.Redact(difference.What) }),
    ];

    public double Seconds { get; } = Math.Round(pace.Elapsed.TotalSeconds, 3);

    internal int ExitCode => NotSame > 0 ? ExitCodes.Problems : ExitCodes.Ok;

    private long NotSame => Different + OnlyInSource + OnlyInDestination + NotEncrypted + Unreadable;

    internal void Write(ToolHost host)
    {
        if (NotSame == 0)
        {
            host.Out.WritePlainLine(string.Create(CultureInfo.InvariantCulture, $"{From} and {To} hold the same: {Same:N0} records, compared in {Pace.Short(TimeSpan.FromSeconds(Seconds))}."));
            return;
        }

        host.Out.WritePlainLine($"{From} and {To} do not hold the same.");
        foreach (var (name, count) in ((string, long)[])[("same", Same), ("different", Different), ("only in the source", OnlyInSource), ("only in the destination", OnlyInDestination), ("not encrypted", NotEncrypted), ("unreadable", Unreadable)])
        {
            if (count == 0 && name == "not encrypted")
            {
                continue;
            }

            host.Out.WritePlainLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-24}{count,12:N0}"));
        }

        foreach (var difference in Differences)
        {
            host.Out.WritePlainLine($"    {difference.Where}: {difference.What}");
        }

        if (NotSame > Differences.Count)
        {
            host.Out.WritePlainLine(string.Create(CultureInfo.InvariantCulture, $"    … and {NotSame - Differences.Count:N0} more"));
        }
    }

    private static string Words(Difference difference) => difference.Kind switch
    {
        DifferenceKind.OnlyInSource => "only in the source",
        DifferenceKind.OnlyInDestination => "only in the destination",
        DifferenceKind.NotEncrypted => "the same, but not encrypted in the destination: 'slackoauth copy' with --to-keys encrypts it",
        DifferenceKind.Content => "differs in " + difference.Detail,
        _ => "unreadable in the destination: " + SafeText.Of(difference.Detail, maxLength: 1000),
    };

    /// <param name="Where">Which record.</param>
    /// <param name="What">In what it differs; field names alone.</param>
    internal sealed record NamedDifference(string Where, string What);
}
