using System.Runtime.CompilerServices;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Copying;
using SlackOAuth.Tool.Output;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Sources;

/// <summary>A store of this family as a source: of each app the bots, then the installations.</summary>
/// <param name="location">Where the store is.</param>
/// <param name="clientIds">The apps to read.</param>
/// <param name="time">The clock of the stores.</param>
/// <param name="readsHistory">Whether older records come before the current ones.</param>
internal sealed class StoreSource(StoreLocation location, IReadOnlyList<string> clientIds, TimeProvider time, bool readsHistory = false) : IRecordSource, IRecordLookup
{
    // As they are stored: what is encrypted is decrypted record by record.
    private readonly AppStores _stores = new(location with { KeyFolder = null }, time);

    public string Description => _stores.Description;

    /// <remarks>By going through it once: the contract has no count, and of a history no bar need know the length.</remarks>
    public async ValueTask<long?> CountAsync(CancellationToken cancellationToken = default)
    {
        if (readsHistory)
        {
            return null;
        }

        long count = 0;
        foreach (var store in clientIds.Select(_stores.Open))
        {
            count += await CountAsync(store.Listing.ListBotsAsync(cancellationToken)).ConfigureAwait(false);
            count += await CountAsync(store.Listing.ListInstallationsAsync(cancellationToken)).ConfigureAwait(false);
        }

        return count;
    }

    public async IAsyncEnumerable<SourceRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var store in clientIds.Select(_stores.Open))
        {
            var decryption = new RecordDecryption(location, store.ClientId);
            await using var disposing = decryption.ConfigureAwait(false);
            await foreach (var bot in store.Listing.ListBotsAsync(cancellationToken).WithUnreadableAsync(cancellationToken).ConfigureAwait(false))
            {
                foreach (var (record, failure) in await HistoryAsync(store, bot, cancellationToken).ConfigureAwait(false))
                {
                    yield return record is null ? Refused(store.ClientId, failure!) : await decryption.DecryptAsync(store.ClientId, record, cancellationToken).ConfigureAwait(false);
                }
            }

            await foreach (var installation in store.Listing.ListInstallationsAsync(cancellationToken).WithUnreadableAsync(cancellationToken).ConfigureAwait(false))
            {
                foreach (var (record, failure) in await HistoryAsync(store, installation, cancellationToken).ConfigureAwait(false))
                {
                    yield return record is null ? Refused(store.ClientId, failure!) : await decryption.DecryptAsync(store.ClientId, record, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    public IInstallationStore Open(string clientId) => _stores.Open(clientId).Installations;

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    private static async ValueTask<long> CountAsync<T>(IAsyncEnumerable<T> records)
        where T : class
    {
        long count = 0;
        await foreach (var record in records.WithUnreadableAsync().ConfigureAwait(false))
        {
            count++;
        }

        return count;
    }

    private static SourceRecord.Refused Refused(string clientId, SlackOAuthStoreException failure)
    {
        var (reason, nextStep) = StoreFailureText.Split(failure);
        return new(failure.Workspace is { } workspace ? Credential.NameOf(clientId, workspace.EnterpriseId, workspace.TeamId, failure.UserId) : $"a record of app {SafeText.Of(clientId)}", $"{reason}. {nextStep}");
    }

    /// <summary>What is kept of a workspace's bot, oldest first; the current one alone where no history is asked for, or where that one cannot be read.</summary>
    private async ValueTask<IEnumerable<ListedRecord<Bot>>> HistoryAsync(OpenedStore store, ListedRecord<Bot> current, CancellationToken cancellationToken) =>
        readsHistory && current.Record is { } bot
            ? await OldestFirstAsync(store.History.ListBotHistoryAsync(new WorkspaceId(bot.EnterpriseId, bot.TeamId, bot.IsEnterpriseInstall), cancellationToken)).ConfigureAwait(false)
            : [current];

    private async ValueTask<IEnumerable<ListedRecord<Installation>>> HistoryAsync(OpenedStore store, ListedRecord<Installation> current, CancellationToken cancellationToken) =>
        readsHistory && current.Record is { } installation
            ? await OldestFirstAsync(store.History.ListInstallationHistoryAsync(
                new WorkspaceId(installation.EnterpriseId, installation.TeamId, installation.IsEnterpriseInstall), installation.UserId, cancellationToken)).ConfigureAwait(false)
            : [current];

    private static async ValueTask<IEnumerable<ListedRecord<T>>> OldestFirstAsync<T>(IAsyncEnumerable<T> newestFirst)
        where T : class
    {
        var records = await newestFirst.WithUnreadableAsync().ToListAsync().ConfigureAwait(false);
        records.Reverse();
        return records;
    }
}
