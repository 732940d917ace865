namespace SlackOAuth.Stores;

/// <summary>How <c>CacheLookups</c> keeps what was found.</summary>
public sealed class LookupCacheOptions
{
    /// <summary>How long what was found is kept, and so how long a process may go on answering what another one has changed.</summary>
    /// <value>30 seconds by default; a second to an hour. What this process saves or deletes is seen in it at once, whatever the value.</value>
    public TimeSpan Expiration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it is kept that nothing was found, so that a workspace that installs the app elsewhere is soon known here.</summary>
    /// <value>5 seconds by default; zero for not at all, and <see cref="Expiration"/> at most.</value>
    public TimeSpan NegativeExpiration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long before a token expires its record is no longer answered from the cache, so that whoever rotates it works on what is stored.</summary>
    /// <value>120 minutes by default, as tokens are rotated; zero to a day. Make it at least as long as the rotation is ahead of the expiry.</value>
    public TimeSpan RotationWindow { get; set; } = TimeSpan.FromMinutes(120);

    /// <summary>How many lookups are kept. What is asked beyond that is looked up, until what is kept has expired.</summary>
    /// <value>10,000 by default; 1 to 10,000,000. A workspace takes one or two, and one more for each user who is looked up.</value>
    public int MaximumEntries { get; set; } = 10_000;

    /// <summary>Whether the distributed cache behind the <c>HybridCache</c> is used as well, with every entry encrypted. <c>ProtectTokens</c> is required then.</summary>
    /// <value>False by default: tokens do not leave the process.</value>
    public bool UseDistributedCache { get; set; }

    internal IEnumerable<string> FindFaults()
    {
        if (Expiration < TimeSpan.FromSeconds(1) || Expiration > TimeSpan.FromHours(1))
        {
            yield return $"{nameof(LookupCacheOptions)}.{nameof(Expiration)} is {Expiration}. Set it to a second to an hour; other processes may answer for so long what was changed.";
        }

        if (NegativeExpiration < TimeSpan.Zero || NegativeExpiration > Expiration)
        {
            yield return $"{nameof(LookupCacheOptions)}.{nameof(NegativeExpiration)} is {NegativeExpiration}. Set it to zero or more, and to {nameof(Expiration)} at most.";
        }

        if (RotationWindow < TimeSpan.Zero || RotationWindow > TimeSpan.FromDays(1))
        {
            yield return $"{nameof(LookupCacheOptions)}.{nameof(RotationWindow)} is {RotationWindow}. Set it to zero to a day, and to no less than the rotation is ahead of the expiry (120 minutes by default).";
        }

        if (MaximumEntries is < 1 or > 10_000_000)
        {
            yield return $"{nameof(LookupCacheOptions)}.{nameof(MaximumEntries)} is {MaximumEntries}. Set it to 1 to 10,000,000; a workspace takes one or two, and one more for each user who is looked up.";
        }
    }
}
