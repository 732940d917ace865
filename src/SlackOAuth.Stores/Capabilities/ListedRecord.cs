namespace SlackOAuth.Stores;

/// <summary>What a listing gave: a record, or why one could not be read. [33] See <see cref="ListedRecordExtensions.WithUnreadableAsync"/>.</summary>
/// <typeparam name="TRecord"><see cref="Bot"/> or <see cref="Installation"/>.</typeparam>
public sealed class ListedRecord<TRecord>
    where TRecord : class
{
    internal ListedRecord(TRecord? record, SlackOAuthStoreException? failure) => (Record, Failure) = (record, failure);

    /// <summary>The record; null where it could not be read.</summary>
    public TRecord? Record { get; }

    /// <summary>Why it could not be read, and whose it is; null where it could.</summary>
    public SlackOAuthStoreException? Failure { get; }

    /// <summary>The one and the other.</summary>
    public void Deconstruct(out TRecord? record, out SlackOAuthStoreException? failure) => (record, failure) = (Record, Failure);
}
