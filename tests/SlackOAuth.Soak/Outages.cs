namespace SlackOAuth.Soak;

/// <summary>When the engine was down, so that failures then are told from failures while it ran.</summary>
internal sealed class Outages
{
    // Connections are made anew, and what waited is worked off.
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private bool _isDown;
    private DateTimeOffset _over = DateTimeOffset.MinValue;

    internal async Task DuringAsync(Func<Task> outage)
    {
        lock (_gate)
        {
            _isDown = true;
        }

        await outage();
        lock (_gate)
        {
            (_isDown, _over) = (false, DateTimeOffset.UtcNow + Recovery);
        }
    }

    /// <summary>Whether the engine is down, or has only just come back.</summary>
    internal bool IsNow => MayHaveMet(DateTimeOffset.UtcNow);

    /// <summary>Whether what began then may have met an outage.</summary>
    internal bool MayHaveMet(DateTimeOffset began)
    {
        lock (_gate)
        {
            return _isDown || began < _over;
        }
    }
}
