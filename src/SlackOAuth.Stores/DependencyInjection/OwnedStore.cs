namespace SlackOAuth.Stores.DependencyInjection;

/// <summary>Disposes what a decorator owns: the container knows the decorator alone.</summary>
internal static class OwnedStore
{
    internal static void Dispose(object store)
    {
        if (store is IDisposable disposable)
        {
            disposable.Dispose();
        }
        else if (store is IAsyncDisposable)
        {
            throw new InvalidOperationException($"{store.GetType().Name} can only be disposed asynchronously. Dispose the service provider with DisposeAsync.");
        }
    }

    internal static ValueTask DisposeAsync(object store)
    {
        if (store is IAsyncDisposable asyncDisposable)
        {
            return asyncDisposable.DisposeAsync();
        }

        (store as IDisposable)?.Dispose();
        return ValueTask.CompletedTask;
    }
}
