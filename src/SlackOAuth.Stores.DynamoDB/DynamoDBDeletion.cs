using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace SlackOAuth.Stores.DynamoDB;

/// <summary>Deletions in one workspace. Each reads what it is about to delete, and begins again where that has changed before it is deleted. [8, 12]</summary>
/// <remarks>One transaction as long as it fits one; else several, of which only the last tells that the whole is done. The README says what that means.</remarks>
internal sealed class DynamoDBDeletion(DynamoDBTable table, DynamoDBHistories histories, string partition)
{
    // Beside the items of the history: the record, the latest one, the history itself.
    private readonly int _mostEntries = table.MostWrites - 3;

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
        var doomed = items.Keys
            .Where(sort => withBot || sort.StartsWith(DynamoDBKeys.UserPrefix, StringComparison.Ordinal) || sort.StartsWith(DynamoDBKeys.OldUserPrefix, StringComparison.Ordinal))
            .Select(Delete);
        var (latestWrite, historyWrite) = (ReplaceLatest(latest, null), history.Write(table.Name, partition, changed));
        foreach (var chunk in doomed.Chunk(table.MostWrites - 2).DefaultIfEmpty([]))
        {
            await WriteAsync(client, [latestWrite, historyWrite, .. chunk], cancellationToken).ConfigureAwait(false);
            histories.Remember(partition, changed);
            (latestWrite, historyWrite) = (ReplaceLatest(null, null), changed.Write(table.Name, partition, changed));
        }

        return true;
    }

    private async Task DeleteWithHistoryAsync(
        IAmazonDynamoDB client,
        DynamoDBHistory history,
        IReadOnlyList<string> entries,
        string prefix,
        TransactWriteItem[] writes,
        CancellationToken cancellationToken)
    {
        // The oldest first, and the record itself with the last of them.
        foreach (var (i, chunk) in entries.Reverse().Chunk(_mostEntries).DefaultIfEmpty([]).Index())
        {
            var changed = chunk.Length == 0
                ? history
                : new DynamoDBHistory(DynamoDBKeys.Unique(), [.. history.Bots.Except(prefix == DynamoDBKeys.OldBotPrefix ? chunk : [])], [.. history.Installations.Except(prefix == DynamoDBKeys.OldUserPrefix ? chunk : [])]);
            var isLast = (i + 1) * _mostEntries >= entries.Count;
            await WriteAsync(
                client,
                [.. isLast ? writes : [], history.Write(table.Name, partition, changed), .. chunk.Select(entry => Delete(prefix + entry))],
                cancellationToken).ConfigureAwait(false);
            history = changed;
            histories.Remember(partition, history);
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

    private static async Task WriteAsync(IAmazonDynamoDB client, List<TransactWriteItem> writes, CancellationToken cancellationToken) =>
        await DynamoDBTable.WriteAsync(token => client.TransactWriteItemsAsync(new TransactWriteItemsRequest { TransactItems = writes }, token), cancellationToken).ConfigureAwait(false);

    private QueryRequest Query(string prefix, string attributes)
    {
        var request = table.Query(partition, prefix);
        request.ProjectionExpression = attributes;
        request.ConsistentRead = true;
        return request;
    }
}
