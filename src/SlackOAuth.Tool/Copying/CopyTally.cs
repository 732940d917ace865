namespace SlackOAuth.Tool.Copying;

/// <summary>What a copy has done so far. It is counted by many at once, and looked at while they are at it.</summary>
internal sealed class CopyTally
{
    private readonly long[] _outcomes = new long[Enum.GetValues<CopyOutcome>().Length];

    /// <summary>What came from the source, and what was left out, by whichever side.</summary>
    internal ReadTally Source { get; } = new();

    /// <summary>How many records are done with.</summary>
    internal long Done => Source.Refused + Enum.GetValues<CopyOutcome>().Sum(Count);

    internal long Count(CopyOutcome outcome) => Interlocked.Read(ref _outcomes[(int)outcome]);

    internal void Add(CopyOutcome outcome) => Interlocked.Increment(ref _outcomes[(int)outcome]);
}
