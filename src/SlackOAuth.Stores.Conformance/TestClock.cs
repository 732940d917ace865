namespace SlackOAuth.Stores.Conformance;

/// <summary>A clock that stands still until a test moves it.</summary>
/// <remarks>
/// It starts at the real time, so that an engine's own expiry, which the real clock judges, removes nothing that is valid by this one. Its timers run by the real clock: a
/// store that waits by them for a lock or a retry goes on.
/// </remarks>
public sealed class TestClock : TimeProvider
{
    private readonly Lock _gate = new();
    private DateTimeOffset _now;

    /// <summary>Creates a clock.</summary>
    /// <param name="start">Where it stands; null for the real time, with a fraction of a second that shows whether a store cuts it off.</param>
    public TestClock(DateTimeOffset? start = null)
    {
        var now = (start ?? System.GetUtcNow()).ToUniversalTime();
        _now = start is null ? now.AddTicks(1_234_567 - (now.Ticks % TimeSpan.TicksPerSecond)) : now;
    }

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    /// <inheritdoc />
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <inheritdoc />
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Moves the clock forward.</summary>
    /// <param name="time">How far; not negative.</param>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        lock (_gate)
        {
            _now += time;
        }
    }
}
