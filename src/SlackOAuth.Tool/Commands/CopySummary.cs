using System.Globalization;
using SlackOAuth.Tool.Copying;
using SlackOAuth.Tool.Output;

namespace SlackOAuth.Tool.Commands;

/// <summary>What a copy has done, in words and as JSON.</summary>
internal sealed class CopySummary(string from, string to, bool isDryRun, CopyTally tally, Pace pace, Redactor redactor)
{
    public string From { get; } = from;

    public string To { get; } = to;

    public bool DryRun { get; } = isDryRun;

    /// <summary>Records that came from the source.</summary>
    public long Read { get; } = tally.Source.Read;

    /// <summary>Records that the destination did not have.</summary>
    public long Written { get; } = tally.Count(CopyOutcome.Written);

    /// <summary>Records of which the destination had an older one.</summary>
    public long Updated { get; } = tally.Count(CopyOutcome.Updated);

    /// <summary>Records that the destination has already.</summary>
    public long SkippedSame { get; } = tally.Count(CopyOutcome.Same);

    /// <summary>Records of which the destination has a newer one.</summary>
    public long SkippedNewer { get; } = tally.Count(CopyOutcome.NewerThere);

    /// <summary>Records that the destination held damaged, and holds whole now.</summary>
    public long Mended { get; } = tally.Count(CopyOutcome.Mended);

    /// <summary>Records that the destination held in plain, and holds encrypted now.</summary>
    public long Encrypted { get; } = tally.Count(CopyOutcome.Encrypted);

    /// <summary>Older records that the destination lacks, and takes no more: it has the current one.</summary>
    public long HistoryTooLate { get; } = tally.Count(CopyOutcome.TooLate);

    /// <summary>Records of which the destination has another one, and nothing tells which is the newer one. The destination's stays.</summary>
    public long Differs { get; } = tally.Count(CopyOutcome.Differs);

    /// <summary>Records that were left out.</summary>
    public long Refused { get; } = tally.Source.Refused;

    /// <summary>The first of them.</summary>
    public IReadOnlyList<Refusal> Refusals { get; } = [.. tally.Source.Refusals.Select(refusal => refusal with { Reason = redactor.Redact(refusal.Reason) })];

    public double Seconds { get; } = Math.Round(pace.Elapsed.TotalSeconds, 3);

    public double RecordsPerSecond { get; } = Math.Round(pace.Rate(tally.Done));

    internal int ExitCode => Refused + Differs > 0 ? ExitCodes.Problems : ExitCodes.Ok;

    internal void Write(ToolHost host)
    {
        host.Out.WritePlainLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(DryRun ? "Would copy" : "Copied")} {From} to {To}: {Pace.Short(TimeSpan.FromSeconds(Seconds))}, {RecordsPerSecond:N0} records/s{(DryRun ? "; nothing was written" : "")}."));
        WriteCount("read", Read, "");
        WriteCount("written", Written, "");
        WriteCount("updated", Updated, "the destination had an older one");
        WriteCount("mended", Mended, "the destination's could not be read");
        WriteCount("mended", Encrypted, "the destination's was not encrypted");
        WriteCount("skipped", SkippedSame, "the destination has the same");
        WriteCount("skipped", SkippedNewer, "the destination has a newer one");
        WriteCount("skipped", HistoryTooLate, "older ones that the destination lacks: into a history goes only what comes before the current record. Copy with --history first");
        WriteCount("differs", Differs, "nothing tells which is newer, and the destination's stays: 'slackoauth verify' names them, --overwrite takes the source's");
        WriteCount("refused", Refused, "");
        foreach (var refusal in Refusals)
        {
            host.Out.WritePlainLine($"    {SafeText.Of(refusal.Where, maxLength: 400)}: {SafeText.Of(refusal.Reason, maxLength: 1000)}");
        }

        if (Refused > Refusals.Count)
        {
            host.Out.WritePlainLine(string.Create(CultureInfo.InvariantCulture, $"    … and {Refused - Refusals.Count:N0} more"));
        }

        void WriteCount(string name, long count, string remark)
        {
            if (count > 0 || remark.Length == 0)
            {
                host.Out.WritePlainLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-8}{count,12:N0}{(remark.Length > 0 ? $"  {remark}" : "")}"));
            }
        }
    }
}
