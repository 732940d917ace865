using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace SlackOAuth.Stores.DynamoDB;

/// <summary>Deletions in one workspace. Each reads what it is about to delete, and begins again where that has changed before it is deleted. [8, 12]</summary>
/// <remarks>
/// One transaction as long as it fits one; else several, what lookups give in the first. The README says what that means. One object is one deletion, over all its tries.
/// </remarks>
internal sealed class DynamoDBDeletion(DynamoDBTable table, DynamoDBHistories histories, string partition)
{
    // How many items a transaction deletes beside the record, the latest one and the history itself. Less after one that was too large.
    private int _most = table.MostWrites - 3;

    // The entries of the history that there were when the record was deleted: what is saved after that moment is not this deletion's. Null before it.
    private HashSet<string>? _doomed;

    private int _trimmed;

    /// <summary>Deletes the bot with its history.</summary>
    internal async Task<bool> DeleteBotAsync(IAmazonDynamoDB client, CancellationToken cancellationToken)
    {
        var history = DynamoDBHistory.Read(await ReadAsync(client, DynamoDBKeys.History, cancellationToken).ConfigureAwait(false));
        await DeleteWithHistoryAsync(client, history, history.Bots, DynamoDBKeys.OldBotPrefix, [Delete(DynamoDBKeys.Bot)], cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Deletes a user's installation with its history, and makes the next latest one the latest where this was it.</summary>
    internal async Task<bool> DeleteUserAsync(IAmazonDynamoDB client, string userKey, CancellationToken cancellationToken)
    {
        var latest = await ReadAsync(client, DynamoDBKeys.Latest, cancellationToken).ConfigureAwait(false);
        var history = DynamoDBHistory.Read(await ReadAsync(client, DynamoDBKeys.History, cancellationToken).ConfigureAwait(false));
        var next = latest?[DynamoDBKeys.UserKey].S == userKey ? await FindLatestButAsync(client, userKey, cancellationToken).ConfigureAwait(false) : latest;
        await DeleteWithHistoryAsync(
            client,
            history,
            [.. history.Installations.Where(entry => DynamoDBKeys.IsOf(entry, userKey))],
            DynamoDBKeys.OldUserPrefix,
            [Delete(userKey), ReplaceLatest(latest, next)],
            cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Deletes every installation with the history, and the bot where that is asked for.</summary>
    internal async Task<bool> DeleteAllAsync(IAmazonDynamoDB client, bool withBot, CancellationToken cancellationToken)
    {
        // In the order of the sort keys: the stamps are read before what they guard.
        var items = new Dictionary<string, Dictionary<string, AttributeValue>>(StringComparer.Ordinal);
        await foreach (var item in DynamoDBTable.QueryAsync(client, Query(prefix: "", "sk, stamp, kept_bots, kept_installations"), cancellationToken).ConfigureAwait(false))
        {
            items.Add(item[DynamoDBKeys.Sort].S, item);
        }

        items.Remove(DynamoDBKeys.Latest, out var latest);
        items.Remove(DynamoDBKeys.History, out var historyItem);
        var history = DynamoDBHistory.Read(historyItem);
        var changed = withBot ? DynamoDBHistory.None : history with { Stamp = DynamoDBKeys.Unique(), Installations = [] };
        changed = changed.IsEmpty ? history.Stamp is null ? history : DynamoDBHistory.None : changed;
        // The bot goes with each transaction, though none was read: a save whose installation is older than one that is still stored writes its bot alone, which no stamp tells.
        TransactWriteItem[] bot = withBot ? [Delete(DynamoDBKeys.Bot)] : [];
        items.Remove(DynamoDBKeys.Bot);

        // What lookups give goes before what they do not.
        var doomed = items.Keys
            .Where(sort => withBot || sort.StartsWith(DynamoDBKeys.UserPrefix, StringComparison.Ordinal) || sort.StartsWith(DynamoDBKeys.OldUserPrefix, StringComparison.Ordinal))
            .OrderBy(sort => sort.StartsWith(DynamoDBKeys.OldUserPrefix, StringComparison.Ordinal) || sort.StartsWith(DynamoDBKeys.OldBotPrefix, StringComparison.Ordinal))
            .ToArray();
        var (latestWrite, historyWrite) = (ReplaceLatest(latest, null), history.Write(table.Name, partition, changed));
        var left = doomed.AsMemory();
        do
        {
            left = left[await DeleteSomeAsync(client, left, _ => [.. bot, latestWrite, historyWrite], cancellationToken).ConfigureAwait(false)..];
            histories.Remember(partition, changed);
            (latestWrite, historyWrite) = (ReplaceLatest(null, null), changed.Write(table.Name, partition, changed));
        }
        while (!left.IsEmpty);

        return true;
    }

    /// <summary>Deletes from the history what is from before a time and not current.</summary>
    /// <returns>How many records, over all tries.</returns>
    internal async Task<int> TrimHistoryAsync(IAmazonDynamoDB client, string olderThan, CancellationToken cancellationToken)
    {
        var history = DynamoDBHistory.Read(await ReadAsync(client, DynamoDBKeys.History, cancellationToken).ConfigureAwait(false));
        var left = (await FindOldAsync(client, history, olderThan, cancellationToken).ConfigureAwait(false)).AsMemory();
        while (!left.IsEmpty)
        {
            var changed = history;
            var written = await DeleteSomeAsync(
                client,
                left,
                chunk =>
                {
                    changed = history.Without(chunk);
                    return [history.Write(table.Name, partition, changed)];
                },
                cancellationToken).ConfigureAwait(false);
            _trimmed += written;
            history = changed;
            histories.Remember(partition, history);
            left = left[written..];
        }

        return _trimmed;
    }

    /// <summary>The sort keys of what is old and superseded. Most often the history itself says that a record is, by a newer one; the current one is read where it does not.</summary>
    private async Task<string[]> FindOldAsync(IAmazonDynamoDB client, DynamoDBHistory history, string olderThan, CancellationToken cancellationToken)
    {
        var old = new List<string>();
        foreach (var (prefix, entries) in new[] { (DynamoDBKeys.OldBotPrefix, history.Bots), (DynamoDBKeys.OldUserPrefix, history.Installations) })
        {
            // Newest first: of each credential, the first to be met is the only one that can be current.
            var met = new HashSet<string>(StringComparer.Ordinal);
            foreach (var entry in entries)
            {
                var current = prefix == DynamoDBKeys.OldBotPrefix ? DynamoDBKeys.Bot : DynamoDBKeys.UserOf(entry);
                var isNewest = met.Add(current);
                var time = DynamoDBKeys.TimeOf(entry);
                if (string.CompareOrdinal(time, olderThan) < 0
                    && !(isNewest && (await ReadAsync(client, current, cancellationToken).ConfigureAwait(false))?[DynamoDBKeys.InstalledAt].S == time))
                {
                    old.Add(prefix + entry);
                }
            }
        }

        return [.. old];
    }

    private async Task DeleteWithHistoryAsync(
        IAmazonDynamoDB client,
        DynamoDBHistory history,
        IReadOnlyList<string> entries,
        string prefix,
        TransactWriteItem[] writes,
        CancellationToken cancellationToken)
    {
        var left = entries.Where(entry => _doomed?.Contains(entry) is not false).Select(entry => prefix + entry).ToArray().AsMemory();
        do
        {
            var changed = history;
            var written = await DeleteSomeAsync(
                client,
                left,
                chunk =>
                {
                    changed = history.Without(chunk);
                    return [.. _doomed is null ? writes : [], history.Write(table.Name, partition, changed)];
                },
                cancellationToken).ConfigureAwait(false);
            _doomed ??= [.. entries];
            history = changed;
            histories.Remember(partition, history);
            left = left[written..];
        }
        while (!left.IsEmpty);
    }

    /// <summary>Deletes as many items as a transaction takes, together with the writes beside them.</summary>
    /// <returns>How many.</returns>
    /// <param name="client">The client.</param>
    /// <param name="sorts">The sort keys of the items; the first ones go.</param>
    /// <param name="beside">What is written beside those of the given sort keys.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    private async Task<int> DeleteSomeAsync(IAmazonDynamoDB client, ReadOnlyMemory<string> sorts, Func<string[], IEnumerable<TransactWriteItem>> beside, CancellationToken cancellationToken)
    {
        while (true)
        {
            var chunk = sorts[..Math.Min(sorts.Length, _most)].ToArray();
            var request = new TransactWriteItemsRequest { TransactItems = [.. beside(chunk), .. chunk.Select(Delete)] };
            try
            {
                await DynamoDBTable.WriteAsync(token => client.TransactWriteItemsAsync(request, token), cancellationToken).ConfigureAwait(false);
                return chunk.Length;
            }
            catch (Exception exception) when (chunk.Length > 1 && DynamoDBErrors.IsInvalid(exception))
            {
                // Too many, or together larger than the 4 MB of a transaction.
                _most = chunk.Length / 2;
            }
        }
    }

    private async Task<Dictionary<string, AttributeValue>?> FindLatestButAsync(IAmazonDynamoDB client, string userKey, CancellationToken cancellationToken)
    {
        Dictionary<string, AttributeValue>? latest = null;
        await foreach (var user in DynamoDBTable.QueryAsync(client, Query(DynamoDBKeys.UserPrefix, "sk, installed_at"), cancellationToken).ConfigureAwait(false))
        {
            if (user[DynamoDBKeys.Sort].S != userKey && (latest is null || string.CompareOrdinal(user[DynamoDBKeys.InstalledAt].S, latest[DynamoDBKeys.InstalledAt].S) > 0))
            {
                latest = user;
            }
        }

        if (latest is null || await ReadAsync(client, latest[DynamoDBKeys.Sort].S, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return null;
        }

        found[DynamoDBKeys.UserKey] = found[DynamoDBKeys.Sort];
        return found;
    }

    /// <summary>The write of the latest installation, which is refused where any installation was changed since it was read.</summary>
    private TransactWriteItem ReplaceLatest(Dictionary<string, AttributeValue>? latest, Dictionary<string, AttributeValue>? next)
    {
        var key = DynamoDBKeys.Item(partition, DynamoDBKeys.Latest);
        if (latest is null)
        {
            return new TransactWriteItem { ConditionCheck = new() { TableName = table.Name, Key = key, ConditionExpression = "attribute_not_exists(pk)" } };
        }

        var values = new Dictionary<string, AttributeValue> { [":known"] = latest[DynamoDBKeys.Stamp] };
        if (next is null)
        {
            return new TransactWriteItem { Delete = new() { TableName = table.Name, Key = key, ConditionExpression = "stamp = :known", ExpressionAttributeValues = values } };
        }

        foreach (var attribute in new[] { DynamoDBKeys.InstalledAt, DynamoDBKeys.Document, DynamoDBKeys.UserKey })
        {
            key[attribute] = next[attribute];
        }

        key[DynamoDBKeys.Stamp] = new() { S = DynamoDBKeys.Unique() };
        return new TransactWriteItem { Put = new() { TableName = table.Name, Item = key, ConditionExpression = "stamp = :known", ExpressionAttributeValues = values } };
    }

    private TransactWriteItem Delete(string sort) => new() { Delete = new() { TableName = table.Name, Key = DynamoDBKeys.Item(partition, sort) } };

    private async Task<Dictionary<string, AttributeValue>?> ReadAsync(IAmazonDynamoDB client, string sort, CancellationToken cancellationToken)
    {
        var answer = await client.GetItemAsync(new GetItemRequest { TableName = table.Name, Key = DynamoDBKeys.Item(partition, sort), ConsistentRead = true }, cancellationToken).ConfigureAwait(false);
        return answer.Item is { Count: > 0 } item ? item : null;
    }

    private QueryRequest Query(string prefix, string attributes)
    {
        var request = table.Query(partition, prefix);
        request.ProjectionExpression = attributes;
        request.ConsistentRead = true;
        return request;
    }
}
