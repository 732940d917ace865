using System.Collections.Concurrent;
using SlackOAuth.Stores;

/// <summary>A state store over an engine of your own, for which a dictionary stands here: what it needs is an atomic "take", one that removes and returns.</summary>
/// <remarks>An engine that is no dictionary also gets the expiry as a TTL, so that states which nobody consumes go away.</remarks>
public sealed class MyStateStore(string prefix, SlackOAuthStoresOptions options, TimeProvider time) : IOAuthStateStore
{
    private static readonly ConcurrentDictionary<string, StoredOAuthState> Engine = new();

    public ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        data ??= new OAuthStateData();
        var state = OAuthState.Create();
        Engine[prefix + OAuthState.ComputeKey(state, options.ClientId, data.Purpose)] = new StoredOAuthState(data, time.GetUtcNow() + options.StateLifetime);
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
}
