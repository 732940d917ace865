namespace SlackOAuth.Tool.Copying;

/// <summary>What came from a source so far. It is counted by many at once, and looked at while they are at it.</summary>
internal sealed class ReadTally
{
    private readonly FirstFew<Refusal> _refusals = new();
    private long _read;
    private long _refused;

    /// <summary>How many records came, those included that could not be read.</summary>
    internal long Read => Interlocked.Read(ref _read);

    /// <summary>How many were left out.</summary>
    internal long Refused => Interlocked.Read(ref _refused);

    /// <summary>The first that were left out.</summary>
    internal IReadOnlyList<Refusal> Refusals => _refusals.ToList();

    internal void AddRead() => Interlocked.Increment(ref _read);

    internal void Add(Refusal refusal)
    {
        Interlocked.Increment(ref _refused);
        _refusals.Add(refusal);
    }
}
