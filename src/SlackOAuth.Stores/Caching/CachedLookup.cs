using System.ComponentModel;

namespace SlackOAuth.Stores.Caching;

/// <summary>What the cache holds: the answer to one question. Its record is immutable, and so one instance serves all who ask.</summary>
/// <remarks>It has no public property: a serializer other than <see cref="CachedLookupSerializer"/> finds nothing in it that it could write into a distributed cache.</remarks>
[ImmutableObject(true)]
internal sealed class CachedLookup
{
    /// <summary>The <see cref="Version"/> of what came from a distributed cache, and was not compared yet with what this process knows.</summary>
    internal const long Unknown = 0;

    private const long Always = long.MaxValue;

    private readonly long _usableUntil = Always;
    private long _version;

    internal CachedLookup(string key, object? record, DateTimeOffset readAt, long version, LookupCacheOptions options)
    {
        (Key, Record, ReadAt, _version, IsShared) = (key, record, readAt, version, version == Unknown);
        var expiresAt = record switch
        {
            Bot bot => bot.BotTokenExpiresAt,
            Installation installation => Earlier(installation.BotTokenExpiresAt, installation.UserTokenExpiresAt),
            _ => null,
        };
        if (record is null)
        {
            _usableUntil = readAt.UtcTicks + options.NegativeExpiration.Ticks;
        }
        else if (expiresAt is { } expiry && expiry.UtcTicks - options.RotationWindow.Ticks < readAt.UtcTicks + (2 * options.Expiration.Ticks) + TimeSpan.TicksPerMinute)
        {
            // What expires later than the cache forgets it need not be compared with the clock at every hit, which takes as long as half of the hit.
            _usableUntil = expiry.UtcTicks - options.RotationWindow.Ticks;
        }
    }

    /// <summary>The key of the question that this answers.</summary>
    internal string Key { get; }

    /// <summary>The <see cref="Bot"/> or <see cref="Installation"/>; null where there was none.</summary>
    internal object? Record { get; }

    /// <summary>When the lookup began.</summary>
    internal DateTimeOffset ReadAt { get; }

    /// <summary>Whether it came from a distributed cache.</summary>
    internal bool IsShared { get; }

    /// <summary>The version of the workspace when the lookup began.</summary>
    internal long Version
    {
        get => Volatile.Read(ref _version);
        set => Volatile.Write(ref _version, value);
    }

    /// <summary>Whether neither the token nor, where nothing was found, the answer is too old.</summary>
    internal bool IsUsable(TimeProvider clock) => _usableUntil == Always || clock.GetUtcNow().UtcTicks < _usableUntil;

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;
}
