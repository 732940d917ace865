namespace SlackOAuth.Stores;

/// <summary>Keeps states in the memory of the process: the reference that the conformance suite compares other stores with, and a store for one process.</summary>
/// <remarks>A flow that was begun before a restart of the process has to be begun again. Safe for concurrent use. An issue removes what has expired before it.</remarks>
public sealed class InMemoryOAuthStateStore : IOAuthStateStore, IExpiredStatePurging
{
    private readonly InMemoryStoreData _data;
    private readonly TimeProvider _timeProvider;
    private readonly string _clientId;
    private readonly TimeSpan _lifetime;

    /// <summary>Creates a store.</summary>
    /// <param name="options">The client id and the lifetime of a state.</param>
    /// <param name="timeProvider">The clock that judges expiry; null for the system's.</param>
    /// <param name="data">What the store holds, to share it with other instances; null for data of its own.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is wrong.</exception>
    public InMemoryOAuthStateStore(SlackOAuthStoresOptions options, TimeProvider? timeProvider = null, InMemoryStoreData? data = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _data = data ?? new InMemoryStoreData();
        _timeProvider = timeProvider ?? TimeProvider.System;
        _clientId = options.ClientId;
        _lifetime = options.StateLifetime;
    }

    /// <inheritdoc />
    public ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<string>(cancellationToken);
        }

        data ??= new OAuthStateData();
        var state = OAuthState.Create();
        var key = OAuthState.ComputeKey(state, _clientId, data.Purpose)!;
        var now = _timeProvider.GetUtcNow();
        lock (_data.Gate)
        {
            RemoveExpired(now);
            _data.States.Add(key, new StoredOAuthState(data, now + _lifetime));
            Expiries().Enqueue(key, now + _lifetime);
        }

        return new ValueTask<string>(state);
    }

    /// <inheritdoc />
    public ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<OAuthStateData?>(cancellationToken);
        }

        if (OAuthState.ComputeKey(state, _clientId, purpose) is not { } key)
        {
            return new ValueTask<OAuthStateData?>((OAuthStateData?)null);
        }

        StoredOAuthState? stored;
        lock (_data.Gate)
        {
            _data.States.Remove(key, out stored);
        }

        return new ValueTask<OAuthStateData?>(stored is not null && _timeProvider.GetUtcNow() < stored.ExpiresAt ? stored.Data : null);
    }

    /// <inheritdoc />
    public ValueTask<int> PurgeExpiredAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        lock (_data.Gate)
        {
            return new ValueTask<int>(RemoveExpired(_timeProvider.GetUtcNow()));
        }
    }

    private int RemoveExpired(DateTimeOffset now)
    {
        var (removed, expiries) = (0, Expiries());
        while (expiries.TryPeek(out var key, out var expiresAt) && expiresAt <= now)
        {
            expiries.Dequeue();
            removed += _data.States.Remove(key) ? 1 : 0;
        }

        return removed;
    }

    private PriorityQueue<string, DateTimeOffset> Expiries()
    {
        if (!_data.StateExpiries.TryGetValue(_clientId, out var expiries))
        {
            _data.StateExpiries.Add(_clientId, expiries = new PriorityQueue<string, DateTimeOffset>());
        }

        return expiries;
    }
}
