namespace SlackOAuth.Soak;

/// <summary>When the lookups of one workspace ran in one process. What one of them read may be answered to others, while it runs and as long as it is cached after its end.</summary>
/// <param name="kept">How long it is cached; nothing where it is not.</param>
internal sealed class LookupTimes(TimeSpan kept)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, DateTimeOffset> _running = [];
    private readonly Queue<(DateTimeOffset Began, DateTimeOffset Ended)> _ended = new();
    private long _last;

    /// <summary>Notes that a lookup begins.</summary>
    /// <returns>What it is to be ended by; when it began; and when the first of those began whose answer it may be given.</returns>
    internal (long Id, DateTimeOffset Began, DateTimeOffset ReadSince) Begin()
    {
        lock (_gate)
        {
            var began = DateTimeOffset.UtcNow;
            while (_ended.TryPeek(out var oldest) && oldest.Ended < began - kept)
            {
                _ended.Dequeue();
            }

            var readSince = kept == TimeSpan.Zero ? began : _running.Values.Concat(_ended.Select(lookup => lookup.Began)).Append(began).Min();
            _running.Add(++_last, began);
            return (_last, began, readSince);
        }
    }

    internal void End(long id)
    {
        lock (_gate)
        {
            _running.Remove(id, out var began);
            _ended.Enqueue((began, DateTimeOffset.UtcNow));
        }
    }
}
