using System.Collections.Concurrent;
using Amazon.DynamoDBv2.Model;

namespace SlackOAuth.Stores.DynamoDB;

/// <summary>What the history of a workspace holds, newest first: the times of its bots, and the times and users of its installations. An item of its own. [15]</summary>
/// <param name="Stamp">The last change; null where the item is not there.</param>
/// <param name="Bots">The entries of bots.</param>
/// <param name="Installations">The entries of installations.</param>
internal sealed record DynamoDBHistory(string? Stamp, IReadOnlyList<string> Bots, IReadOnlyList<string> Installations)
{
    internal static DynamoDBHistory None { get; } = new(null, [], []);

    internal bool IsEmpty => Bots.Count == 0 && Installations.Count == 0;

    internal static DynamoDBHistory Read(Dictionary<string, AttributeValue>? item) =>
        item is { Count: > 0 }
            ? new DynamoDBHistory(item[DynamoDBKeys.Stamp].S, ReadEntries(item, DynamoDBKeys.KeptBots), ReadEntries(item, DynamoDBKeys.KeptInstallations))
            : None;

    /// <summary>What is left without the items of these sort keys: the same instance without any.</summary>
    internal DynamoDBHistory Without(IReadOnlyCollection<string> sorts) =>
        sorts.Count == 0
            ? this
            : new DynamoDBHistory(
                DynamoDBKeys.Unique(),
                [.. Bots.Where(entry => !sorts.Contains(DynamoDBKeys.OldBotPrefix + entry))],
                [.. Installations.Where(entry => !sorts.Contains(DynamoDBKeys.OldUserPrefix + entry))]);

    /// <summary>The item's write, which is refused where the history is not as it was read.</summary>
    internal TransactWriteItem Write(string tableName, string partition, DynamoDBHistory changed)
    {
        var key = DynamoDBKeys.Item(partition, DynamoDBKeys.History);
        var condition = Stamp is null ? "attribute_not_exists(pk)" : "stamp = :known";
        var values = Stamp is null ? null : new Dictionary<string, AttributeValue> { [":known"] = new() { S = Stamp } };
        if (ReferenceEquals(changed, this))
        {
            return new TransactWriteItem
            {
                ConditionCheck = new() { TableName = tableName, Key = key, ConditionExpression = condition, ExpressionAttributeValues = values, ReturnValuesOnConditionCheckFailure = "ALL_OLD" },
            };
        }

        if (changed.IsEmpty)
        {
            return new TransactWriteItem
            {
                Delete = new() { TableName = tableName, Key = key, ConditionExpression = condition, ExpressionAttributeValues = values, ReturnValuesOnConditionCheckFailure = "ALL_OLD" },
            };
        }

        values ??= [];
        values[":stamp"] = new() { S = changed.Stamp };
        values[":bots"] = new() { L = [.. changed.Bots.Select(entry => new AttributeValue { S = entry })], IsLSet = true };
        values[":installations"] = new() { L = [.. changed.Installations.Select(entry => new AttributeValue { S = entry })], IsLSet = true };
        return new TransactWriteItem
        {
            Update = new()
            {
                TableName = tableName,
                Key = key,
                UpdateExpression = "SET stamp = :stamp, kept_bots = :bots, kept_installations = :installations",
                ConditionExpression = condition,
                ExpressionAttributeValues = values,
                ReturnValuesOnConditionCheckFailure = "ALL_OLD",
            },
        };
    }

    private static List<string> ReadEntries(Dictionary<string, AttributeValue> item, string attribute) =>
        item.TryGetValue(attribute, out var entries) && entries.L is { } list ? [.. list.Select(entry => entry.S)] : [];
}

/// <summary>The histories that an instance saw last, so that a save need not read what it is going to change. A wrong one costs a second try.</summary>
internal sealed class DynamoDBHistories
{
    private const int Most = 1000;

    private readonly ConcurrentDictionary<string, DynamoDBHistory> _seen = new(StringComparer.Ordinal);

    internal DynamoDBHistory Find(string partition) => _seen.GetValueOrDefault(partition) ?? DynamoDBHistory.None;

    internal void Remember(string partition, DynamoDBHistory history)
    {
        if (history.IsEmpty)
        {
            _seen.TryRemove(partition, out _);
            return;
        }

        if (_seen.Count >= Most)
        {
            _seen.Clear();
        }

        _seen[partition] = history;
    }
}
