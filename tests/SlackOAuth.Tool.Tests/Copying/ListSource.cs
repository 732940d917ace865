using System.Runtime.CompilerServices;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Tests.Copying;

/// <summary>A source that cannot be asked for one record, as an importer is.</summary>
internal class ListSource(IEnumerable<SourceRecord> records) : IRecordSource
{
    public string Description => "a list";

    public ValueTask<long?> CountAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<long?>(null);

    public async IAsyncEnumerable<SourceRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var record in records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return record;
        }

        await Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
