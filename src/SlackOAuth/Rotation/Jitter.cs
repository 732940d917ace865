using System.Security.Cryptography;

namespace SlackOAuth;

/// <summary>Spreads waits, so that processes that began together do not go on together.</summary>
internal static class Jitter
{
    /// <summary>A time up to a fifth longer or shorter.</summary>
    internal static TimeSpan Of(TimeSpan time) => time * (RandomNumberGenerator.GetInt32(800, 1201) / 1000.0);

    /// <summary>A part of a time.</summary>
    internal static TimeSpan PartOf(TimeSpan time) => time * (RandomNumberGenerator.GetInt32(1000) / 1000.0);
}
