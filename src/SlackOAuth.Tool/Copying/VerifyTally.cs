namespace SlackOAuth.Tool.Copying;

/// <summary>What a comparison has found so far. It is counted by many at once, and looked at while they are at it.</summary>
internal sealed class VerifyTally
{
    private readonly long[] _counts = new long[Enum.GetValues<DifferenceKind>().Length];
    private readonly FirstFew<Difference> _differences = new();
    private long _same;

    /// <summary>What came from the source, to be looked up at the destination.</summary>
    internal ReadTally Source { get; } = new();

    /// <summary>What came from the destination, to be looked for in the source.</summary>
    internal ReadTally Destination { get; } = new();

    internal long Same => Interlocked.Read(ref _same);

    /// <summary>How many records differ.</summary>
    internal long Different => Enum.GetValues<DifferenceKind>().Sum(Count);

    /// <summary>The first of them.</summary>
    internal IReadOnlyList<Difference> Differences => _differences.ToList();

    internal long Count(DifferenceKind kind) => Interlocked.Read(ref _counts[(int)kind]);

    internal void AddSame() => Interlocked.Increment(ref _same);

    internal void Add(Difference difference)
    {
        Interlocked.Increment(ref _counts[(int)difference.Kind]);
        _differences.Add(difference);
    }
}
