using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace SlackOAuth.Stores.DynamoDB;

/// <summary>One save: a transaction that supposes its records to be the newest, and where a condition says otherwise another one that knows better. [6, 7]</summary>
/// <remarks>
/// What is older than what is stored is not written, but checked to be older still, so that the whole is what one moment saw. Items are changed attribute by attribute: a lease, and
/// what other versions keep there, stays. [13, 31]
/// </remarks>
internal sealed class DynamoDBSave(DynamoDBTable table, DynamoDBHistories histories, string partition, string? hiddenClientId, int historyLength, long? fencingToken = null)
{
    private const string NotNewer = "attribute_not_exists(installed_at) OR installed_at <= :at";
    private const string NotFencedOff = "installed_at <= :at AND (attribute_not_exists(lease_saved) OR lease_saved <= :fence)";
    private const string Newer = "installed_at > :at";

    // A save changes six items beside these. One entry or none is too much, of bots and of installations, unless the history's length was lowered: the rest goes after it.
    private readonly int _mostTrimmed = (table.MostWrites - 6) / 2;
    private readonly AttributeValue _stamp = new() { S = DynamoDBKeys.Unique() };
    private readonly List<TransactWriteItem> _writes = [];
    private readonly List<(Supposed Part, Record? Record)> _suppositions = [];
    private DynamoDBHistory _history = histories.Find(partition);
    private Record? _installation;
    private Record? _bot;
    private bool _isLatestNewer;

    internal void Add(Installation installation)
    {
        var (key, at) = (DynamoDBKeys.User(installation.UserId), DynamoDBKeys.Time(installation.InstalledAt));
        _installation = new Record(key, at, DynamoDBKeys.HistoryEntry(at, key), StoreJson.Serialize(installation.WithBot(null)));
    }

    internal void Add(Bot bot)
    {
        var at = DynamoDBKeys.Time(bot.InstalledAt);
        _bot = new Record(DynamoDBKeys.Bot, at, at, StoreJson.Serialize(bot));
    }

    /// <summary>Sends the transaction as it is supposed to be.</summary>
    /// <returns>Whether anything was written.</returns>
    internal async Task<bool> TryAsync(IAmazonDynamoDB client, CancellationToken cancellationToken)
    {
        var (newInstallation, newBot) = (_installation is { IsRefused: false } ? _installation : null, _bot is { IsRefused: false } ? _bot : null);
        if (newInstallation is null && newBot is null)
        {
            return false;
        }

        _writes.Clear();
        _suppositions.Clear();
        AddRecord(_installation);
        AddRecord(_bot);
        if (newInstallation is not null)
        {
            AddLatest(newInstallation);
        }

        var known = _history;
        var installations = Keep(known.Installations, DynamoDBKeys.OldUserPrefix, newInstallation);
        var bots = Keep(known.Bots, DynamoDBKeys.OldBotPrefix, newBot);
        var history = ReferenceEquals(installations, known.Installations) && ReferenceEquals(bots, known.Bots) ? known : new DynamoDBHistory(_stamp.S, bots, installations);
        Add(known.Write(table.Name, partition, history), Supposed.History);
        try
        {
            await DynamoDBTable.WriteAsync(token => client.TransactWriteItemsAsync(new TransactWriteItemsRequest { TransactItems = _writes }, token), cancellationToken).ConfigureAwait(false);
        }
        catch (TransactionCanceledException exception) when (exception.CancellationReasons?.Count == _writes.Count)
        {
            for (var i = 0; i < _suppositions.Count; i++)
            {
                if (DynamoDBErrors.IsConditionFailure(exception.CancellationReasons[i]))
                {
                    Learn(_suppositions[i], exception.CancellationReasons[i]);
                }
            }

            throw;
        }

        histories.Remember(partition, history);
        await TrimRestAsync(client, history, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// Removes what the save's own transaction had no room for, where a history was switched off or made much shorter. [15] The save has happened by then, and is not made again: where another one changes the
    /// history meanwhile, or the engine fails, the rest goes at the next.
    /// </summary>
    private async Task TrimRestAsync(IAmazonDynamoDB client, DynamoDBHistory history, CancellationToken cancellationToken)
    {
        while (history.Bots.Count > historyLength || history.Installations.Count > historyLength)
        {
            _writes.Clear();
            var room = table.MostWrites - 1;
            var bots = Shorten(history.Bots, DynamoDBKeys.OldBotPrefix, room);
            var installations = Shorten(history.Installations, DynamoDBKeys.OldUserPrefix, room - _writes.Count);
            var shorter = new DynamoDBHistory(DynamoDBKeys.Unique(), bots, installations);
            Add(history.Write(table.Name, partition, shorter));
            try
            {
                await DynamoDBTable.WriteAsync(token => client.TransactWriteItemsAsync(new TransactWriteItemsRequest { TransactItems = _writes }, token), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                return;
            }

            histories.Remember(partition, shorter);
            history = shorter;
        }
    }

    private void AddRecord(Record? record)
    {
        if (record is null)
        {
            return;
        }

        var values = new Dictionary<string, AttributeValue> { [":at"] = new() { S = record.At } };
        if (record.IsRefused)
        {
            Add(new TransactWriteItem { ConditionCheck = new() { TableName = table.Name, Key = Key(record.Key), ConditionExpression = Newer, ExpressionAttributeValues = values } }, Supposed.Record, record);
            return;
        }

        values[":document"] = record.Document;
        var expression = "SET installed_at = :at, document = :document";
        if (fencingToken is { } fence)
        {
            values[":fence"] = DynamoDBKeys.Number(fence);
            expression += ", lease_saved = :fence";
        }

        if (hiddenClientId is not null)
        {
            values[":client"] = new() { S = hiddenClientId };
            expression += ", client_id = :client";
        }

        Update(record.Key, expression, fencingToken is null ? NotNewer : NotFencedOff, values, Supposed.Record, record);
    }

    // Every change of an installation changes the stamp of the latest, so that who deletes that one can tell whether the next one still is the next.
    private void AddLatest(Record installation)
    {
        var values = new Dictionary<string, AttributeValue> { [":at"] = new() { S = installation.At }, [":stamp"] = _stamp };
        if (_isLatestNewer)
        {
            Update(DynamoDBKeys.Latest, "SET stamp = :stamp", Newer, values, Supposed.Latest);
            return;
        }

        values[":document"] = installation.Document;
        values[":user"] = new() { S = installation.Key };
        Update(DynamoDBKeys.Latest, "SET installed_at = :at, document = :document, user_key = :user, stamp = :stamp", NotNewer, values, Supposed.Latest);
    }

    /// <summary>Adds a new record to the history, and removes from it what is more than its length. [15]</summary>
    /// <returns>What is kept then: the same instance where nothing changed.</returns>
    private IReadOnlyList<string> Keep(IReadOnlyList<string> entries, string prefix, Record? added)
    {
        if (historyLength == 0 && entries.Count == 0)
        {
            return entries;
        }

        List<string> changed = added is null || historyLength == 0 ? [.. entries] : [.. entries.Where(entry => entry != added.HistoryEntry).Append(added.HistoryEntry).OrderDescending(StringComparer.Ordinal)];
        changed = Shorten(changed, prefix, _mostTrimmed);
        if (added is not null && changed.Contains(added.HistoryEntry))
        {
            var item = Key(prefix + added.HistoryEntry);
            item[DynamoDBKeys.Document] = added.Document;
            Add(new TransactWriteItem { Put = new() { TableName = table.Name, Item = item } });
        }

        return changed.SequenceEqual(entries) ? entries : changed;
    }

    /// <summary>Deletes the oldest entries beyond the history's length, so many at most.</summary>
    /// <returns>Those that are left.</returns>
    private List<string> Shorten(IReadOnlyList<string> entries, string prefix, int most)
    {
        var surplus = entries.Skip(historyLength).TakeLast(most).ToArray();
        foreach (var entry in surplus)
        {
            Add(new TransactWriteItem { Delete = new() { TableName = table.Name, Key = Key(prefix + entry) } });
        }

        return [.. entries.Take(entries.Count - surplus.Length)];
    }

    private void Update(string sort, string expression, string condition, Dictionary<string, AttributeValue> values, Supposed part, Record? record = null) =>
        Add(
            new TransactWriteItem
            {
                Update = new() { TableName = table.Name, Key = Key(sort), UpdateExpression = expression, ConditionExpression = condition, ExpressionAttributeValues = values },
            },
            part,
            record);

    private void Add(TransactWriteItem write, Supposed part = Supposed.Nothing, Record? record = null)
    {
        _writes.Add(write);
        _suppositions.Add((part, record));
    }

    /// <summary>What was supposed of a part of the save is not so: the next transaction supposes the other thing.</summary>
    private void Learn((Supposed Part, Record? Record) supposition, CancellationReason reason)
    {
        switch (supposition.Part)
        {
            case Supposed.Record:
                supposition.Record!.IsRefused = !supposition.Record.IsRefused;
                break;
            case Supposed.Latest:
                _isLatestNewer = !_isLatestNewer;
                break;
            case Supposed.History:
                _history = DynamoDBHistory.Read(reason.Item);
                break;
        }
    }

    private Dictionary<string, AttributeValue> Key(string sort) => DynamoDBKeys.Item(partition, sort);

    /// <summary>What a write's condition is about.</summary>
    private enum Supposed
    {
        Nothing,
        Record,
        Latest,
        History,
    }

    private sealed record Record(string Key, string At, string HistoryEntry, byte[] Json)
    {
        internal AttributeValue Document { get; } = DynamoDBKeys.Text(Json);

        /// <summary>Whether what is stored is newer, or under a lease whether it may not be written.</summary>
        internal bool IsRefused { get; set; }
    }
}
