namespace SlackOAuth.Stores;

/// <summary>Listings that go on after a record that cannot be read. [33] For authors of stores.</summary>
public static class RecordListing
{
    /// <summary>Turns what an engine lists into records, one at a time. An exception that <paramref name="read"/> throws is about one of them: the next call goes on with the one after it.</summary>
    /// <remarks>No iterator method can do that, which is at its end once it has thrown. An exception of <paramref name="stored"/> ends the listing.</remarks>
    /// <param name="stored">What is stored, unread, page by page.</param>
    /// <param name="read">Reads one; null where it is none of what is listed. It has to throw a <see cref="SlackOAuthStoreException"/> with <see cref="SlackOAuthStoreException.IsUnreadableRecord"/>.</param>
    /// <typeparam name="TStored">What the engine holds for a record.</typeparam>
    /// <typeparam name="TRecord"><see cref="Bot"/> or <see cref="Installation"/>.</typeparam>
    public static IAsyncEnumerable<TRecord> Read<TStored, TRecord>(IAsyncEnumerable<TStored> stored, Func<TStored, TRecord?> read)
        where TRecord : class
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(read);
        return new Listing<TStored, TRecord>(stored, read);
    }

    private sealed class Listing<TStored, TRecord>(IAsyncEnumerable<TStored> stored, Func<TStored, TRecord?> read) : IAsyncEnumerable<TRecord>
        where TRecord : class
    {
        public IAsyncEnumerator<TRecord> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new Enumerator(stored.GetAsyncEnumerator(cancellationToken), read);

        private sealed class Enumerator(IAsyncEnumerator<TStored> stored, Func<TStored, TRecord?> read) : IAsyncEnumerator<TRecord>
        {
            public TRecord Current { get; private set; } = null!;

            public async ValueTask<bool> MoveNextAsync()
            {
                while (await stored.MoveNextAsync().ConfigureAwait(false))
                {
                    if (read(stored.Current) is { } record)
                    {
                        Current = record;
                        return true;
                    }
                }

                return false;
            }

            public ValueTask DisposeAsync() => stored.DisposeAsync();
        }
    }
}
