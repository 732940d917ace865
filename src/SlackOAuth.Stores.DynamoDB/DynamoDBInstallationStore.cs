using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.Options;

namespace SlackOAuth.Stores.DynamoDB;

/// <summary>Keeps installations in a table of DynamoDB.</summary>
/// <remarks>
/// <para>Safe for concurrent use. A lookup is one request, and a save is one transaction, on the items of one workspace. [7, 12, 24]</para>
/// <para>A save whose record is older than what is stored takes a second request, as does an instance's first save of a workspace that has a history. The README says what each call costs.</para>
/// </remarks>
public sealed class DynamoDBInstallationStore : IInstallationStore, IInstallationListing, IAppListing, IInstallationHistory, IHistoryTrimming, IRotationLeasing, IStorePreparation
{
    private const string Bots = "sk = :bot";
    private const string BotsAndUsers = "(sk = :bot OR begins_with(sk, :user))";

    private readonly DynamoDBTable _table;
    private readonly DynamoDBKeys _keys;
    private readonly DynamoDBHistories _histories = new();
    private readonly TimeProvider _timeProvider;
    private readonly int _historyLength;

    /// <summary>Creates a store over a client, which it never disposes.</summary>
    /// <param name="options">The client id and the history's length.</param>
    /// <param name="client">The client.</param>
    /// <param name="dynamoDBOptions">The table; null for the defaults.</param>
    /// <param name="timeProvider">The clock that judges when a lease is over; null for the system's.</param>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public DynamoDBInstallationStore(SlackOAuthStoresOptions options, IAmazonDynamoDB client, DynamoDBStoreOptions? dynamoDBOptions = null, TimeProvider? timeProvider = null)
        : this(options, DynamoDBTable.Over(client, dynamoDBOptions), timeProvider ?? TimeProvider.System)
    {
    }

    internal DynamoDBInstallationStore(SlackOAuthStoresOptions options, DynamoDBTable table, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _table = table;
        _timeProvider = timeProvider;
        _keys = new DynamoDBKeys(options.ClientId);
        _historyLength = options.HistoryEnabled ? options.HistoryLength : 0;
    }

    /// <inheritdoc />
    /// <remarks>A CloudFormation template.</remarks>
    public string PreparationScript => _table.Template;

    /// <inheritdoc />
    public ValueTask PrepareAsync(CancellationToken cancellationToken = default) => _table.PrepareAsync(nameof(PrepareAsync), cancellationToken);

    /// <inheritdoc />
    public async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        var save = Save(StoreArguments.Validate(installation));
        save.Add(installation);
        if (installation.ToBot() is { } bot)
        {
            save.Add(bot);
        }

        await RunAsync(nameof(SaveAsync), save, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        var save = Save(StoreArguments.Validate(bot));
        save.Add(bot);
        await RunAsync(nameof(SaveBotAsync), save, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!StoreArguments.CanBeStored(workspace))
        {
            return null;
        }

        return await _table.CallAsync(
            nameof(FindBotAsync),
            (Store: this, Key: DynamoDBKeys.Item(_keys.Workspace(workspace), DynamoDBKeys.Bot)),
            static async (client, call, cancellationToken) => ReadBot(await call.Store.GetAsync(client, call.Key, cancellationToken).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!StoreArguments.CanBeStored(workspace, userId))
        {
            return null;
        }

        var partition = _keys.Workspace(workspace);
        return await _table.CallAsync(
            nameof(FindInstallationAsync),
            (Store: this, Bot: DynamoDBKeys.Item(partition, DynamoDBKeys.Bot), Installation: DynamoDBKeys.Item(partition, userId is null ? DynamoDBKeys.Latest : DynamoDBKeys.User(userId))),
            static async (client, call, cancellationToken) =>
            {
                var (bot, installation) = await call.Store.GetTogetherAsync(client, call.Bot, call.Installation, cancellationToken).ConfigureAwait(false);
                return ReadInstallation(installation)?.WithBot(ReadBot(bot));
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        DeleteAsync(nameof(DeleteBotAsync), workspace, userId: null, static (deletion, client, _, cancellationToken) => deletion.DeleteBotAsync(client, cancellationToken), cancellationToken);

    /// <inheritdoc />
    /// <remarks>Without a user, of some twenty users or more, it is several transactions: when it fails in between, call it again.</remarks>
    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        DeleteAsync(
            nameof(DeleteInstallationAsync),
            workspace,
            userId,
            static (deletion, client, userKey, cancellationToken) =>
                userKey is null ? deletion.DeleteAllAsync(client, withBot: false, cancellationToken) : deletion.DeleteUserAsync(client, userKey, cancellationToken),
            cancellationToken);

    /// <inheritdoc />
    /// <remarks>Of some twenty users or more, it is several transactions: when it fails in between, call it again.</remarks>
    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        DeleteAsync(
            nameof(DeleteAllAsync),
            workspace,
            userId: null,
            static (deletion, client, _, cancellationToken) => deletion.DeleteAllAsync(client, withBot: true, cancellationToken),
            cancellationToken);

    /// <inheritdoc />
    /// <remarks>Scans the whole table, states and other client ids included: for maintenance, not for requests.</remarks>
    public IAsyncEnumerable<Bot> ListBotsAsync(CancellationToken cancellationToken = default) => RecordListing.Read(
        ScanAsync(nameof(ListBotsAsync), _keys.WorkspacePrefix, Bots, attributes: null, cancellationToken),
        static item => ReadListed(nameof(ListBotsAsync), new StoredRecord(item, CurrentBot: null), static record => ReadBot(record.Item)));

    /// <inheritdoc />
    /// <remarks>Scans the whole table, states and other client ids included: for maintenance, not for requests.</remarks>
    public IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default) => RecordListing.Read(
        ScanUsersAsync(cancellationToken),
        static record => ReadListed(nameof(ListInstallationsAsync), record, ReadInstallation));

    /// <inheritdoc />
    /// <remarks>Scans the whole table, states included: for maintenance, not for requests.</remarks>
    public async IAsyncEnumerable<string> ListClientIdsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var listed = new HashSet<string>(StringComparer.Ordinal);
        var found = ScanAsync(nameof(ListClientIdsAsync), DynamoDBKeys.Workspaces, BotsAndUsers, $"{DynamoDBKeys.Partition}, {DynamoDBKeys.ClientId}", cancellationToken);
        await foreach (var item in found.ConfigureAwait(false))
        {
            if (DynamoDBKeys.ReadClientId(item) is { } clientId && listed.Add(clientId))
            {
                yield return clientId;
            }
        }
    }

    /// <inheritdoc />
    public IAsyncEnumerable<Bot> ListBotHistoryAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => RecordListing.Read(
        ListKeptAsync(nameof(ListBotHistoryAsync), workspace, userId: null, DynamoDBKeys.Bot, DynamoDBKeys.OldBotPrefix, cancellationToken),
        static record => ReadListed(nameof(ListBotHistoryAsync), record, static record => ReadBot(record.Item)));

    /// <inheritdoc />
    /// <remarks>Reads the workspace's installations before it gives the first.</remarks>
    public IAsyncEnumerable<Installation> ListInstallationHistoryAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) => RecordListing.Read(
        ListKeptAsync(
            nameof(ListInstallationHistoryAsync),
            workspace,
            userId,
            userId is null ? DynamoDBKeys.UserPrefix : DynamoDBKeys.User(userId),
            DynamoDBKeys.OldUserPrefix,
            cancellationToken),
        static record => ReadListed(nameof(ListInstallationHistoryAsync), record, ReadInstallation));

    /// <inheritdoc />
    /// <remarks>Reads what the history holds, and deletes in transactions of some twenty records: when it fails in between, call it again.</remarks>
    public async ValueTask<int> TrimHistoryAsync(WorkspaceId workspace, DateTimeOffset olderThan, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return !StoreArguments.CanBeStored(workspace)
            ? 0
            : await _table.CallAsync(
                nameof(TrimHistoryAsync),
                (Deletion: Deletion(workspace), Time: DynamoDBKeys.Time(StoreArguments.WholeMicroseconds(olderThan))),
                static (client, call, cancellationToken) => call.Deletion.TrimHistoryAsync(client, call.Time, cancellationToken),
                cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    /// <remarks>One <c>UpdateItem</c>. The client may repeat it after a lost answer: the lease is known as its own by a value that nobody else has. [27]</remarks>
    public async ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        StoreArguments.ValidateLeaseDuration(duration);
        cancellationToken.ThrowIfCancellationRequested();
        if (!StoreArguments.CanBeStored(workspace, userId))
        {
            return null;
        }

        var now = _timeProvider.GetUtcNow();
        var request = UpdateOfLease(
            workspace,
            userId,
            "SET lease_end = :end, lease_owner = :owner ADD lease_fence :one",
            "attribute_exists(pk) AND (attribute_not_exists(lease_end) OR lease_end <= :now OR lease_owner = :owner)",
            new()
            {
                [":end"] = DynamoDBKeys.Number((now + duration).UtcTicks),
                [":now"] = DynamoDBKeys.Number(now.UtcTicks),
                [":owner"] = new() { S = DynamoDBKeys.Unique() },
                [":one"] = DynamoDBKeys.Number(1),
            });
        return await UpdateLeaseAsync(nameof(TryAcquireLeaseAsync), request, cancellationToken).ConfigureAwait(false) is { } token
            ? new RotationLease { Workspace = workspace, UserId = userId, FencingToken = token, ExpiresAt = now + duration }
            : null;
    }

    /// <inheritdoc />
    public ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default)
    {
        var save = Save(StoreArguments.Validate(lease, bot), lease);
        save.Add(bot);
        return RunAsync(nameof(TrySaveBotAsync), save, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default)
    {
        var save = Save(StoreArguments.Validate(lease, installation), lease);
        save.Add(installation);
        return RunAsync(nameof(TrySaveInstallationAsync), save, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        cancellationToken.ThrowIfCancellationRequested();
        if (StoreArguments.CanBeStored(lease.Workspace, lease.UserId))
        {
            // The record after a delete counts from the start: the end tells its lease from one of before.
            var request = UpdateOfLease(
                lease.Workspace,
                lease.UserId,
                "REMOVE lease_end, lease_owner",
                "lease_fence = :fence AND lease_end = :end",
                new() { [":fence"] = DynamoDBKeys.Number(lease.FencingToken), [":end"] = DynamoDBKeys.Number(lease.ExpiresAt.UtcTicks) });
            await UpdateLeaseAsync(nameof(ReleaseLeaseAsync), request, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Bot? ReadBot(Dictionary<string, AttributeValue>? item) => DynamoDBKeys.ReadDocument(item) is { } json ? StoreJson.ReadBot(json) : null;

    private static Installation? ReadInstallation(Dictionary<string, AttributeValue>? item) => DynamoDBKeys.ReadDocument(item) is { } json ? StoreJson.ReadInstallation(json) : null;

    private static Installation? ReadInstallation(StoredRecord record) => ReadInstallation(record.Item)?.WithBot(record.CurrentBot?.Value);

    private static T ReadListed<T>(string operation, StoredRecord record, Func<StoredRecord, T> read)
    {
        try
        {
            return read(record);
        }
        catch (JsonException exception)
        {
            throw DynamoDBErrors.Wrap(operation, exception, DynamoDBKeys.FindWorkspace(record.Item), DynamoDBKeys.FindUserId(record.Item));
        }
    }

    private DynamoDBSave Save(WorkspaceId workspace, RotationLease? lease = null) => new(_table, _histories, _keys.Workspace(workspace), _keys.HiddenClientId, _historyLength, lease?.FencingToken);

    private DynamoDBDeletion Deletion(WorkspaceId workspace) => new(_table, _histories, _keys.Workspace(workspace));

    private UpdateItemRequest UpdateOfLease(WorkspaceId workspace, string? userId, string expression, string condition, Dictionary<string, AttributeValue> values) => new()
    {
        TableName = _table.Name,
        Key = DynamoDBKeys.Item(_keys.Workspace(workspace), userId is null ? DynamoDBKeys.Bot : DynamoDBKeys.User(userId)),
        UpdateExpression = expression,
        ConditionExpression = condition,
        ExpressionAttributeValues = values,
        ReturnValues = ReturnValue.UPDATED_NEW,
    };

    /// <summary>Changes a lease where its condition is met.</summary>
    /// <returns>The fencing token where it was given; else null.</returns>
    private ValueTask<long?> UpdateLeaseAsync(string operation, UpdateItemRequest request, CancellationToken cancellationToken) =>
        _table.CallAsync<UpdateItemRequest, long?>(
            operation,
            request,
            static async (client, request, cancellationToken) =>
            {
                try
                {
                    var updated = await DynamoDBTable.WriteAsync(token => client.UpdateItemAsync(request, token), cancellationToken).ConfigureAwait(false);
                    return updated.Attributes?.TryGetValue("lease_fence", out var token) is true ? long.Parse(token.N, CultureInfo.InvariantCulture) : null;
                }
                catch (ConditionalCheckFailedException)
                {
                    return null;
                }
            },
            cancellationToken);

    private ValueTask<bool> RunAsync(string operation, DynamoDBSave save, CancellationToken cancellationToken) =>
        _table.CallAsync(operation, save, static (client, save, cancellationToken) => save.TryAsync(client, cancellationToken), cancellationToken);

    private async ValueTask DeleteAsync(
        string operation,
        WorkspaceId workspace,
        string? userId,
        Func<DynamoDBDeletion, IAmazonDynamoDB, string?, CancellationToken, Task<bool>> delete,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (StoreArguments.CanBeStored(workspace, userId))
        {
            await _table.CallAsync(
                operation,
                (Delete: delete, Deletion: Deletion(workspace), User: userId is null ? null : DynamoDBKeys.User(userId)),
                static (client, call, cancellationToken) => call.Delete(call.Deletion, client, call.User, cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Dictionary<string, AttributeValue>?> GetAsync(IAmazonDynamoDB client, Dictionary<string, AttributeValue> key, CancellationToken cancellationToken)
    {
        var request = new GetItemRequest { TableName = _table.Name, Key = key, ConsistentRead = _table.ConsistentReads };
        return (await client.GetItemAsync(request, cancellationToken).ConfigureAwait(false)).Item;
    }

    /// <summary>Two items as one moment saw them. Only a transaction promises that: a query or a batch may show one before a save and the other after it. [7]</summary>
    private async Task<(Dictionary<string, AttributeValue>? First, Dictionary<string, AttributeValue>? Second)> GetTogetherAsync(
        IAmazonDynamoDB client,
        Dictionary<string, AttributeValue> first,
        Dictionary<string, AttributeValue> second,
        CancellationToken cancellationToken)
    {
        if (!_table.ConsistentReads)
        {
            var items = await Task.WhenAll(GetAsync(client, first, cancellationToken), GetAsync(client, second, cancellationToken)).ConfigureAwait(false);
            return (items[0], items[1]);
        }

        TransactGetItem[] gets = [new() { Get = new() { TableName = _table.Name, Key = first } }, new() { Get = new() { TableName = _table.Name, Key = second } }];
        var answer = await client.TransactGetItemsAsync(new TransactGetItemsRequest { TransactItems = [.. gets] }, cancellationToken).ConfigureAwait(false);
        return (answer.Responses[0].Item, answer.Responses[1].Item);
    }

    /// <summary>The current items and, where history is on, the old ones, newest first and each once.</summary>
    /// <param name="client">The client.</param>
    /// <param name="partition">The workspace.</param>
    /// <param name="current">The sort key of the current item; or what those of all users start with.</param>
    /// <param name="oldPrefix">What the sort keys of the old ones start with.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    private async Task<IEnumerable<Dictionary<string, AttributeValue>>> ReadHistoryAsync(
        IAmazonDynamoDB client,
        string partition,
        string current,
        string oldPrefix,
        CancellationToken cancellationToken)
    {
        var records = new SortedDictionary<string, Dictionary<string, AttributeValue>>(StringComparer.Ordinal);
        if (_historyLength > 0)
        {
            await foreach (var item in DynamoDBTable.QueryAsync(client, _table.Query(partition, oldPrefix), cancellationToken).ConfigureAwait(false))
            {
                var entry = item[DynamoDBKeys.Sort].S[oldPrefix.Length..];
                if (current is DynamoDBKeys.Bot or DynamoDBKeys.UserPrefix || DynamoDBKeys.IsOf(entry, current))
                {
                    records[entry] = item;
                }
            }
        }

        await foreach (var item in DynamoDBTable.QueryAsync(client, _table.Query(partition, current), cancellationToken).ConfigureAwait(false))
        {
            var (sort, time) = (item[DynamoDBKeys.Sort].S, item[DynamoDBKeys.InstalledAt].S);
            if (current == DynamoDBKeys.UserPrefix || sort == current)
            {
                records[sort == DynamoDBKeys.Bot ? time : DynamoDBKeys.HistoryEntry(time, sort)] = item;
            }
        }

        return records.Values.Reverse();
    }

    /// <summary>What is kept of a workspace, newest first.</summary>
    private async IAsyncEnumerable<StoredRecord> ListKeptAsync(
        string operation,
        WorkspaceId workspace,
        string? userId,
        string current,
        string oldPrefix,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!StoreArguments.CanBeStored(workspace, userId))
        {
            yield break;
        }

        var (bot, items) = await _table.CallAsync(
            operation,
            (Store: this, Partition: _keys.Workspace(workspace), Current: current, OldPrefix: oldPrefix),
            static async (client, call, cancellationToken) => (
                call.Current == DynamoDBKeys.Bot ? null : await call.Store.GetAsync(client, DynamoDBKeys.Item(call.Partition, DynamoDBKeys.Bot), cancellationToken).ConfigureAwait(false),
                await call.Store.ReadHistoryAsync(client, call.Partition, call.Current, call.OldPrefix, cancellationToken).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);
        var currentBot = new Lazy<Bot?>(() => ReadBot(bot));
        foreach (var item in items)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new StoredRecord(item, currentBot);
        }
    }

    /// <summary>The current installations, each with the bot of its workspace.</summary>
    private async IAsyncEnumerable<StoredRecord> ScanUsersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (partition, bot) = ("", default(Lazy<Bot?>));
        await foreach (var page in ScanPagesAsync(nameof(ListInstallationsAsync), _keys.WorkspacePrefix, BotsAndUsers, attributes: null, cancellationToken).ConfigureAwait(false))
        {
            // Most often a workspace's bot comes before its users, in the same page. That is no promise: what the page does not have is read by its key. [3]
            var bots = page.Where(IsBot).ToDictionary(PartitionOf, StringComparer.Ordinal);
            foreach (var item in page.Where(item => !IsBot(item)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (PartitionOf(item) != partition)
                {
                    partition = PartitionOf(item);
                    var found = bots.TryGetValue(partition, out var scanned) ? scanned : await _table.CallAsync(
                        nameof(ListInstallationsAsync),
                        (Store: this, Key: DynamoDBKeys.Item(partition, DynamoDBKeys.Bot)),
                        static (client, call, cancellationToken) => call.Store.GetAsync(client, call.Key, cancellationToken),
                        cancellationToken).ConfigureAwait(false);
                    bot = new Lazy<Bot?>(() => ReadBot(found));
                }

                yield return new StoredRecord(item, bot);
            }
        }

        static string PartitionOf(Dictionary<string, AttributeValue> item) => item[DynamoDBKeys.Partition].S;

        static bool IsBot(Dictionary<string, AttributeValue> item) => item[DynamoDBKeys.Sort].S == DynamoDBKeys.Bot;
    }

    /// <summary>The current records of workspaces, as <see cref="ScanPagesAsync"/> has them.</summary>
    private async IAsyncEnumerable<Dictionary<string, AttributeValue>> ScanAsync(
        string operation,
        string partitions,
        string filter,
        string? attributes,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in ScanPagesAsync(operation, partitions, filter, attributes, cancellationToken).ConfigureAwait(false))
        {
            foreach (var item in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return item;
            }
        }
    }

    /// <summary>The current records of workspaces, page by page.</summary>
    /// <param name="operation">The operation, for errors.</param>
    /// <param name="partitions">What the keys of the workspaces start with.</param>
    /// <param name="filter">Which records.</param>
    /// <param name="attributes">What is read of them; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    private async IAsyncEnumerable<List<Dictionary<string, AttributeValue>>> ScanPagesAsync(
        string operation,
        string partitions,
        string filter,
        string? attributes,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ScanRequest
        {
            TableName = _table.Name,
            FilterExpression = $"begins_with(pk, :workspaces) AND {filter}",
            ExpressionAttributeValues = new() { [":workspaces"] = new() { S = partitions }, [":bot"] = new() { S = DynamoDBKeys.Bot } },
            ProjectionExpression = attributes,
            ConsistentRead = _table.ConsistentReads,
        };
        if (filter == BotsAndUsers)
        {
            request.ExpressionAttributeValues[":user"] = new() { S = DynamoDBKeys.UserPrefix };
        }

        do
        {
            yield return await _table.CallAsync(
                operation,
                request,
                static async (client, request, cancellationToken) =>
                {
                    var page = await client.ScanAsync(request, cancellationToken).ConfigureAwait(false);
                    request.ExclusiveStartKey = page.LastEvaluatedKey;
                    return page.Items ?? [];
                },
                cancellationToken).ConfigureAwait(false);
        }
        while (request.ExclusiveStartKey is { Count: > 0 });
    }

    /// <summary>An item that is listed.</summary>
    /// <param name="Item">The item.</param>
    /// <param name="CurrentBot">The bot that an installation is shown with.</param>
    private sealed record StoredRecord(Dictionary<string, AttributeValue> Item, Lazy<Bot?>? CurrentBot);
}
