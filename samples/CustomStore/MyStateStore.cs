using System.Collections.Concurrent;
using SlackOAuth.Stores;

/// <summary>A state store over a dictionary, which stands for an engine of your own with an atomic "take": one that removes and returns.</summary>
public sealed class MyStateStore(SlackOAuthStoresOptions options, TimeProvider time, ConcurrentDictionary<string, StoredOAuthState> engine) : IOAuthStateStore
{
    public ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        data ??= new OAuthStateData();
        var state = OAuthState.Create();
        engine[OAuthState.ComputeKey(state, options.ClientId, data.Purpose)!] = new StoredOAuthState(data, time.GetUtcNow() + options.StateLifetime);
        return new(state);
    }

    public ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (OAuthState.ComputeKey(state, options.ClientId, purpose) is not { } key || !engine.TryRemove(key, out var stored))
        {
            return new((OAuthStateData?)null);
        }

        return new(time.GetUtcNow() < stored.ExpiresAt ? stored.Data : null);
    }
}
