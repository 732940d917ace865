namespace SlackOAuth.Tool.Stores;

/// <summary>One side of a copy: its store of each app, opened when the app is first met.</summary>
/// <param name="location">Where the side is.</param>
/// <param name="time">The clock of its stores; null for the system's.</param>
internal sealed class AppStores(StoreLocation location, TimeProvider? time = null) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, OpenedStore> _opened = new(StringComparer.Ordinal);

    /// <inheritdoc cref="StoreNotation.Description" />
    internal string Description => location.Notation.Description;

    /// <summary>The store of an app.</summary>
    /// <exception cref="ToolException">A setting, the client id or the key folder is wrong.</exception>
    internal OpenedStore Open(string clientId)
    {
        lock (_gate)
        {
            if (!_opened.TryGetValue(clientId, out var store))
            {
                store = OpenedStore.Open(location, clientId, time);
                _opened.Add(clientId, store);
            }

            return store;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _opened.Values)
        {
            await store.DisposeAsync().ConfigureAwait(false);
        }
    }
}
