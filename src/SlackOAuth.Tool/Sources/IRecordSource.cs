namespace SlackOAuth.Tool.Sources;

/// <summary>Where <c>copy</c> and <c>verify</c> read from: a store of this family, or what another SDK left.</summary>
internal interface IRecordSource : IAsyncDisposable
{
    /// <summary>What the source is, for a line of output; never with a secret.</summary>
    string Description { get; }

    /// <summary>How many records there are to read, for a progress bar; null where that cannot be told. It may cost as much as reading them: it is asked only where somebody looks at the bar.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask<long?> CountAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads every record, holding no more than a page of them at once. The bot of a workspace comes before its installations, and of one bot's or user's records the newest comes last.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    IAsyncEnumerable<SourceRecord> ReadAsync(CancellationToken cancellationToken = default);
}
