using System.Buffers;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace SlackOAuth.Stores.Redis;

/// <summary>Which Redis the stores use, and under which keys.</summary>
public sealed class RedisStoreOptions
{
    private const int MaxPrefixLength = 64;

    // Neither a brace, which would be a hash tag of its own, nor what a pattern of SCAN gives a meaning to.
    private static readonly SearchValues<char> PrefixCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:._-/");

    /// <summary>Where Redis is, in StackExchange.Redis's form: <c>redis.example:6380,ssl=true,password=…,defaultDatabase=2</c>; for a cluster, some of its nodes.</summary>
    /// <value>Null by default; required unless a connection is given to <c>UseRedis</c>.</value>
    public string? ConnectionString { get; set; }

    /// <summary>What every key starts with, to share a Redis with others.</summary>
    /// <value><c>slack-oauth:</c> by default; 1 to 64 characters of <c>A-Z a-z 0-9 : . _ - /</c>.</value>
    public string KeyPrefix { get; set; } = "slack-oauth:";

    /// <summary>Checks the options, for those who create a store without the container. [26]</summary>
    /// <exception cref="OptionsValidationException">An option is wrong; the message names it and says how to mend it.</exception>
    public void Validate()
    {
        var faults = FindFaults().ToArray();
        if (faults.Length > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(RedisStoreOptions), faults);
        }
    }

    internal IEnumerable<string> FindFaults()
    {
        if (string.IsNullOrEmpty(KeyPrefix) || KeyPrefix.Length > MaxPrefixLength || KeyPrefix.AsSpan().ContainsAnyExcept(PrefixCharacters))
        {
            yield return $"{nameof(RedisStoreOptions)}.{nameof(KeyPrefix)} is '{KeyPrefix}'. Set it to 1 to {MaxPrefixLength} characters of A-Z a-z 0-9 : . _ - /";
        }

        if (ConnectionString is not null && !TryParse(ConnectionString))
        {
            // The connection string holds a password: nothing of it is shown.
            yield return $"{nameof(RedisStoreOptions)}.{nameof(ConnectionString)} cannot be read, or names no server. Set it to the form 'host:6379,password=…,ssl=true'.";
        }
    }

    private static bool TryParse(string connectionString)
    {
        try
        {
            return ConfigurationOptions.Parse(connectionString).EndPoints.Count > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
