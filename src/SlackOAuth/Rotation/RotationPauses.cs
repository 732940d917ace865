using System.Collections.Concurrent;

namespace SlackOAuth;

/// <summary>Which tokens are not to be tried again for a while, since Slack refused or could not be reached. Of one process, and bounded.</summary>
internal sealed class RotationPauses(TimeProvider time)
{
    private const int MaxCount = 10_000;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    // What Slack refused for good may be good again: the app's secret is mended, the user is back.
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<Credential, Pause> _pauses = new();

    internal bool IsPaused(Credential key, ExpiringToken token) =>
        _pauses.TryGetValue(key, out var pause) && pause.Token.IsSameAs(token) && time.GetUtcNow() < pause.Until;

    /// <summary>Pauses a token.</summary>
    /// <returns>Whether it was refused for good, and not before.</returns>
    internal bool Add(Credential key, ExpiringToken token, bool isFinal, TimeSpan? retryAfter)
    {
        var last = _pauses.TryGetValue(key, out var pause) && pause.Token.IsSameAs(token) ? pause : default;
        var wait = isFinal ? AfterRefusal : First * Math.Pow(2, Math.Min(last.Failures, 10));
        wait = Jitter.Of(isFinal || wait < Longest ? wait : Longest);
        if (retryAfter > wait)
        {
            wait = retryAfter.Value;
        }

        if (_pauses.Count >= MaxCount)
        {
            Shrink();
        }

        _pauses[key] = new Pause(token, time.GetUtcNow() + wait, last.Failures + 1, last.IsRefused || isFinal);
        return isFinal && !last.IsRefused;
    }

    internal void Remove(Credential key) => _pauses.TryRemove(key, out _);

    private void Shrink()
    {
        var now = time.GetUtcNow();
        foreach (var (key, pause) in _pauses)
        {
            if (pause.Until <= now)
            {
                _pauses.TryRemove(key, out _);
            }
        }

        if (_pauses.Count >= MaxCount)
        {
            _pauses.Clear();
        }
    }

    private readonly record struct Pause(ExpiringToken Token, DateTimeOffset Until, int Failures, bool IsRefused);
}
