using System.Collections.Concurrent;
using SlackOAuth.Stores;

/// <summary>A state store over an engine of your own, for which a dictionary stands here: what it needs is an atomic "take", one that removes and returns.</summary>
/// <remarks>States that nobody consumes go away at the next issue. An engine that has a TTL takes the expiry as that instead.</remarks>
public sealed class MyStateStore(string prefix, SlackOAuthStoresOptions options, TimeProvider time) : IOAuthStateStore
{
    private static readonly ConcurrentDictionary<string, StoredOAuthState> Engine = new();

    public ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        data ??= new OAuthStateData();
        var now = time.GetUtcNow();
        foreach (var expired in Engine.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal) && entry.Value.ExpiresAt <= now))
        {
            Engine.TryRemove(expired);
        }

        var state = OAuthState.Create();
        Engine[prefix + OAuthState.ComputeKey(state, options.ClientId, data.Purpose)] = new StoredOAuthState(data, now + options.StateLifetime);
        return new(state);
    }

    public ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (OAuthState.ComputeKey(state, options.ClientId, purpose) is not { } key || !Engine.TryRemove(prefix + key, out var stored))
        {
            return new((OAuthStateData?)null);
        }

        return new(time.GetUtcNow() < stored.ExpiresAt ? stored.Data : null);
    }

    /// <summary>How many states are stored, which the suite asks to see that they do not pile up.</summary>
    public static long Count(string prefix) => Engine.Keys.LongCount(key => key.StartsWith(prefix, StringComparison.Ordinal));
}
