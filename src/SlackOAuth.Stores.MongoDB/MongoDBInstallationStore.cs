using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;

namespace SlackOAuth.Stores.MongoDB;

/// <summary>Keeps installations in MongoDB, standalone, replicated or sharded.</summary>
/// <remarks>
/// <para>Safe for concurrent use. All of a workspace is one document: a save is one update of it, which the server works out from what is there, and a lookup reads the part it asks for.
/// So a save is seen whole or not at all, without a transaction, which a standalone server does not have. [7, 12, 24]</para>
/// <para>The price is the 16 MB that a document may have: see the README.</para>
/// </remarks>
public sealed class MongoDBInstallationStore : IInstallationStore, IInstallationListing, IAppListing, IInstallationHistory, IHistoryTrimming, IStorePreparation, IRotationLeasing
{
    private const int PageSize = 100;

    private readonly MongoDBCollection _workspaces;
    private readonly TimeProvider _timeProvider;
    private readonly string _clientId;
    private readonly int _historyLength;

    /// <summary>Creates a store over a client, which it never disposes.</summary>
    /// <param name="options">The client id and the history's length.</param>
    /// <param name="client">The client.</param>
    /// <param name="mongoDBOptions">The database and the collections; null for the defaults. Its connection string is not used.</param>
    /// <param name="timeProvider">The clock that judges when a lease ends; null for the system's.</param>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public MongoDBInstallationStore(SlackOAuthStoresOptions options, IMongoClient client, MongoDBStoreOptions? mongoDBOptions = null, TimeProvider? timeProvider = null)
        : this(options, new MongoDBConnection(client, mongoDBOptions ?? new MongoDBStoreOptions()), timeProvider ?? TimeProvider.System)
    {
    }

    internal MongoDBInstallationStore(SlackOAuthStoresOptions options, MongoDBConnection connection, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _workspaces = connection.Open(MongoDBSchema.Installations);
        _timeProvider = timeProvider;
        _clientId = options.ClientId;
        _historyLength = options.HistoryEnabled ? options.HistoryLength : 0;
    }

    /// <inheritdoc />
    public string PreparationScript => _workspaces.PreparationScript;

    /// <inheritdoc />
    public ValueTask PrepareAsync(CancellationToken cancellationToken = default) => _workspaces.PrepareAsync(nameof(PrepareAsync), cancellationToken);

    /// <inheritdoc />
    public async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(installation);
        var bot = installation.ToBot() is { } brought ? MongoDBRecords.Write(brought) : null;
        await UpdateAsync(
            nameof(SaveAsync),
            Key(workspace),
            MongoDBUpdates.Save(Identity(workspace), bot, MongoDBRecords.Write(installation), _historyLength),
            isUpsert: true,
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(bot);
        await UpdateAsync(
            nameof(SaveBotAsync),
            Key(workspace),
            MongoDBUpdates.Save(Identity(workspace), MongoDBRecords.Write(bot), installation: null, _historyLength),
            isUpsert: true,
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        FindAsync(nameof(FindBotAsync), workspace, userId: null, BotAlone, MongoDBRecords.ReadBot, cancellationToken);

    /// <inheritdoc />
    public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        FindAsync(
            nameof(FindInstallationAsync),
            workspace,
            userId,
            userId is null ? BotAndLatest : BotAndUser(userId),
            MongoDBRecords.ReadInstallation,
            cancellationToken);

    /// <inheritdoc />
    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        DeleteAsync(nameof(DeleteBotAsync), workspace, userId: null, Remove(MongoDBFields.Bot, MongoDBFields.BotHistory), cancellationToken);

    /// <inheritdoc />
    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        DeleteAsync(
            nameof(DeleteInstallationAsync),
            workspace,
            userId,
            userId is null
                ? Remove(MongoDBFields.Installations, MongoDBFields.InstallationHistory)
                : new BsonDocument("$pull", new BsonDocument { { MongoDBFields.Installations, OfUser(userId) }, { MongoDBFields.InstallationHistory, OfUser(userId) } }),
            cancellationToken);

    /// <inheritdoc />
    public async ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        if (IsStorable(workspace, null, cancellationToken))
        {
            var key = Key(workspace);
            await _workspaces.WriteAsync(
                nameof(DeleteAllAsync),
                Id(key),
                key,
                static (workspaces, key, cancellationToken) => workspaces.DeleteOneAsync(key, cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public IAsyncEnumerable<Bot> ListBotsAsync(CancellationToken cancellationToken = default) => RecordListing.Read(
        ListRecordsAsync(nameof(ListBotsAsync), Everyones(MongoDBFields.Bot), MongoDBFields.Bot, cancellationToken),
        static record => ReadBot(nameof(ListBotsAsync), record));

    /// <inheritdoc />
    public IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default) => RecordListing.Read(
        ListRecordsAsync(nameof(ListInstallationsAsync), Everyones(MongoDBFields.Bot, MongoDBFields.Installations), MongoDBFields.Installations, cancellationToken),
        static record => ReadInstallation(nameof(ListInstallationsAsync), record));

    /// <inheritdoc />
    /// <remarks>One <c>find</c> for each app, whatever it holds: from the first workspace of one, the index leads to the first of the next.</remarks>
    public async IAsyncEnumerable<string> ListClientIdsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var after = ""; await FindFirstAsync(after, cancellationToken).ConfigureAwait(false) is { } workspace; after = MongoDBSchema.LastOfClient(workspace[MongoDBSchema.Id].AsString))
        {
            yield return Read(nameof(ListClientIdsAsync), workspace, MongoDBRecords.ReadClientId);
        }
    }

    /// <inheritdoc />
    public IAsyncEnumerable<Bot> ListBotHistoryAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => RecordListing.Read(
        ListKeptAsync(nameof(ListBotHistoryAsync), workspace, userId: null, MongoDBFields.Bot, MongoDBFields.BotHistory, cancellationToken),
        static record => ReadBot(nameof(ListBotHistoryAsync), record));

    /// <inheritdoc />
    public IAsyncEnumerable<Installation> ListInstallationHistoryAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) => RecordListing.Read(
        ListKeptAsync(nameof(ListInstallationHistoryAsync), workspace, userId, MongoDBFields.Installations, MongoDBFields.InstallationHistory, cancellationToken),
        static record => ReadInstallation(nameof(ListInstallationHistoryAsync), record));

    /// <inheritdoc />
    /// <remarks>One <c>findAndModify</c>: the document as it was before says how many records went.</remarks>
    public async ValueTask<int> TrimHistoryAsync(WorkspaceId workspace, DateTimeOffset olderThan, CancellationToken cancellationToken = default)
    {
        if (!IsStorable(workspace, null, cancellationToken))
        {
            return 0;
        }

        var key = Key(workspace);
        var time = MongoDBRecords.Microseconds(StoreArguments.WholeMicroseconds(olderThan));
        var old = new BsonDocument(MongoDBFields.InstalledAt, new BsonDocument("$lt", time));
        var before = await _workspaces.WriteAsync(
            nameof(TrimHistoryAsync),
            Id(key),
            (Key: key,
                Update: new BsonDocument("$pull", new BsonDocument { { MongoDBFields.BotHistory, old }, { MongoDBFields.InstallationHistory, old } }),
                Options: new FindOneAndUpdateOptions<BsonDocument> { Projection = HistoryTimes, ReturnDocument = ReturnDocument.Before }),
            static (workspaces, call, cancellationToken) => workspaces.FindOneAndUpdateAsync(call.Key, call.Update, call.Options, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return before is null ? 0 : MongoDBRecords.CountHistory(before, time);
    }

    /// <inheritdoc />
    public async ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        StoreArguments.ValidateLeaseDuration(duration);
        if (!IsStorable(workspace, userId, cancellationToken))
        {
            return null;
        }

        var now = _timeProvider.GetUtcNow();
        var filter = Credential(workspace, userId, (MongoDBFields.Until, NotAbove(MongoDBRecords.Ticks(now))));
        var fence = await _workspaces.WriteOnceAsync(
            nameof(TryAcquireLeaseAsync),
            Id(filter),
            (Filter: filter,
                Update: new BsonDocument
                {
                    { "$inc", new BsonDocument(LeasePath(userId, MongoDBFields.Fence), 1L) },
                    { "$set", new BsonDocument(LeasePath(userId, MongoDBFields.Until), MongoDBRecords.Ticks(now + duration)) },
                },
                Options: new FindOneAndUpdateOptions<BsonDocument> { Projection = userId is null ? BotAlone : BotAndUser(userId), ReturnDocument = ReturnDocument.After },
                IsOfBot: userId is null),
            static async (workspaces, call, cancellationToken) =>
                await workspaces.FindOneAndUpdateAsync(call.Filter, call.Update, call.Options, cancellationToken).ConfigureAwait(false) is { } leased ? MongoDBRecords.ReadFence(leased, call.IsOfBot) : (long?)null,
            cancellationToken).ConfigureAwait(false);
        return fence is { } issued ? new RotationLease { Workspace = workspace, UserId = userId, FencingToken = issued, ExpiresAt = now + duration } : null;
    }

    /// <inheritdoc />
    public ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(lease, bot);
        return UpdateAsync(
            nameof(TrySaveBotAsync),
            Saveable(lease, bot.InstalledAt),
            MongoDBUpdates.Save(Identity(workspace), MongoDBRecords.Write(bot), installation: null, _historyLength, lease.FencingToken),
            isUpsert: false,
            cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(lease, installation);
        return UpdateAsync(
            nameof(TrySaveInstallationAsync),
            Saveable(lease, installation.InstalledAt),
            MongoDBUpdates.Save(Identity(workspace), bot: null, MongoDBRecords.Write(installation), _historyLength, lease.FencingToken),
            isUpsert: false,
            cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        if (IsStorable(lease.Workspace, lease.UserId, cancellationToken))
        {
            await UpdateAsync(
                nameof(ReleaseLeaseAsync),
                Credential(lease.Workspace, lease.UserId, (MongoDBFields.Fence, lease.FencingToken), (MongoDBFields.Until, MongoDBRecords.Ticks(lease.ExpiresAt))),
                Remove(LeasePath(lease.UserId, MongoDBFields.Until)),
                isUpsert: false,
                cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsStorable(WorkspaceId workspace, string? userId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        cancellationToken.ThrowIfCancellationRequested();
        return StoreArguments.CanBeStored(workspace, userId);
    }

    private static T Read<T>(string operation, BsonDocument workspace, Func<BsonDocument, T> read)
    {
        try
        {
            return read(workspace);
        }
        catch (Exception exception) when (MongoDBErrors.IsEngineFailure(exception))
        {
            throw MongoDBErrors.Wrap(operation, exception);
        }
    }

    private static Bot? ReadBot(string operation, StoredRecord record) => Read(operation, record, static record => MongoDBRecords.ReadBotRecord(record.Value));

    private static Installation ReadInstallation(string operation, StoredRecord record) =>
        Read(operation, record, static record => MongoDBRecords.ReadInstallationRecord(record.Value).WithBot(record.CurrentBot.Value));

    private static T Read<T>(string operation, StoredRecord record, Func<StoredRecord, T> read)
    {
        try
        {
            return read(record);
        }
        catch (Exception exception) when (MongoDBErrors.IsEngineFailure(exception))
        {
            throw MongoDBErrors.Wrap(operation, exception, record.Workspace, MongoDBRecords.FindUserId(record.Value));
        }
    }

    private async ValueTask<T?> FindAsync<T>(string operation, WorkspaceId workspace, string? userId, BsonDocument fields, Func<BsonDocument, T?> read, CancellationToken cancellationToken)
        where T : class =>
        IsStorable(workspace, userId, cancellationToken) && await FindAsync(operation, workspace, fields, cancellationToken).ConfigureAwait(false) is { } found ? Read(operation, found, read) : null;

    private ValueTask<BsonDocument?> FindAsync(string operation, WorkspaceId workspace, BsonDocument fields, CancellationToken cancellationToken)
    {
        var key = Key(workspace);
        return _workspaces.ReadAsync(
            operation,
            Id(key),
            (Key: key, Options: new FindOptions<BsonDocument> { Projection = fields, Limit = -1 }),
            static async (workspaces, call, cancellationToken) =>
            {
                using var cursor = await workspaces.FindAsync(call.Key, call.Options, cancellationToken).ConfigureAwait(false);
                return await cursor.FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
            },
            cancellationToken)!;
    }

    private ValueTask<bool> UpdateAsync(string operation, BsonDocument filter, UpdateDefinition<BsonDocument> update, bool isUpsert, CancellationToken cancellationToken) =>
        _workspaces.WriteAsync(
            operation,
            Id(filter),
            (Filter: filter, Update: update, Options: new UpdateOptions { IsUpsert = isUpsert }),
            static async (workspaces, call, cancellationToken) =>
                (await workspaces.UpdateOneAsync(call.Filter, call.Update, call.Options, cancellationToken).ConfigureAwait(false)).MatchedCount > 0,
            cancellationToken);

    private async ValueTask DeleteAsync(string operation, WorkspaceId workspace, string? userId, UpdateDefinition<BsonDocument> update, CancellationToken cancellationToken)
    {
        if (IsStorable(workspace, userId, cancellationToken))
        {
            await UpdateAsync(operation, Key(workspace), update, isUpsert: false, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The first workspace after a key that holds anything. One whose bot and installations were deleted apart has left a document.</summary>
    private ValueTask<BsonDocument?> FindFirstAsync(string after, CancellationToken cancellationToken) =>
        _workspaces.ReadAsync(
            nameof(ListClientIdsAsync),
            key: null,
            (Filter: new BsonDocument
            {
                { MongoDBSchema.Id, new BsonDocument("$gt", after) },
                { "$or", new BsonArray { IsThere(MongoDBFields.Bot), IsThere(MongoDBFields.Installations + ".0") } },
            },
                Options: new FindOptions<BsonDocument> { Projection = Fields(MongoDBFields.ClientId), Sort = new BsonDocument(MongoDBSchema.Id, 1), Limit = -1 }),
            static async (workspaces, call, cancellationToken) =>
            {
                using var cursor = await workspaces.FindAsync(call.Filter, call.Options, cancellationToken).ConfigureAwait(false);
                return await cursor.FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
            },
            cancellationToken)!;

    /// <summary>The app's workspaces in the order of their keys, a page at a time: no cursor waits in the server for a caller that takes its time.</summary>
    private async IAsyncEnumerable<BsonDocument> ListAsync(string operation, BsonDocument fields, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (after, last) = MongoDBSchema.WorkspacesOf(_clientId);
        for (var isLast = false; !isLast;)
        {
            var page = await _workspaces.ReadAsync(
                operation,
                key: null,
                (Filter: new BsonDocument(MongoDBSchema.Id, new BsonDocument { { "$gt", after }, { "$lt", last } }),
                    Options: new FindOptions<BsonDocument> { Projection = fields, Sort = new BsonDocument(MongoDBSchema.Id, 1), Limit = PageSize }),
                static async (workspaces, call, cancellationToken) =>
                {
                    using var cursor = await workspaces.FindAsync(call.Filter, call.Options, cancellationToken).ConfigureAwait(false);
                    return await cursor.ToListAsync(cancellationToken).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            foreach (var workspace in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return workspace;
            }

            isLast = page.Count < PageSize;
            after = isLast ? after : page[^1][MongoDBSchema.Id].AsString;
        }
    }

    /// <summary>The bots, or the installations, of the app's workspaces.</summary>
    private async IAsyncEnumerable<StoredRecord> ListRecordsAsync(string operation, BsonDocument fields, string records, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var found in ListAsync(operation, fields, cancellationToken).ConfigureAwait(false))
        {
            var (workspace, bot) = (MongoDBRecords.FindWorkspace(found), new Lazy<Bot?>(() => MongoDBRecords.ReadBot(found)));
            foreach (var record in MongoDBRecords.Records(found, records))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new StoredRecord(workspace, record, bot);
            }
        }
    }

    /// <summary>What is kept of a workspace, newest first.</summary>
    private async IAsyncEnumerable<StoredRecord> ListKeptAsync(
        string operation,
        WorkspaceId workspace,
        string? userId,
        string current,
        string history,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!IsStorable(workspace, userId, cancellationToken) || await FindAsync(operation, workspace, Fields(MongoDBFields.Bot, current, history), cancellationToken).ConfigureAwait(false) is not { } found)
        {
            yield break;
        }

        var bot = new Lazy<Bot?>(() => MongoDBRecords.ReadBot(found));
        var kept = MongoDBRecords.Records(found, current).Concat(_historyLength > 0 ? MongoDBRecords.Records(found, history) : [])
            .Where(record => userId is null || MongoDBRecords.FindUserId(record) == userId)
            .OrderByDescending(MongoDBRecords.FindInstalledAt);
        foreach (var record in kept)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new StoredRecord(workspace, record, bot);
        }
    }

    private BsonDocument Key(WorkspaceId workspace) => new(MongoDBSchema.Id, MongoDBSchema.Workspace(_clientId, workspace));

    private static string Id(BsonDocument filter) => filter[MongoDBSchema.Id].AsString;

    private BsonDocument Identity(WorkspaceId workspace)
    {
        var ids = new BsonDocument(MongoDBFields.ClientId, _clientId);
        ids.Add(MongoDBFields.EnterpriseId, workspace.EnterpriseId, workspace.EnterpriseId is not null);
        ids.Add(MongoDBFields.TeamId, workspace.TeamId, workspace.TeamId is not null);
        return ids;
    }

    /// <summary>The workspace's document, if the credential is in it and a field of its lease meets a condition. [27]</summary>
    private BsonDocument Credential(WorkspaceId workspace, string? userId, params ReadOnlySpan<(string Field, BsonValue Condition)> conditions)
    {
        var filter = Key(workspace);
        var record = userId is null ? filter.AddRange(IsThere(MongoDBFields.Bot)) : OfUser(userId);
        foreach (var (field, condition) in conditions)
        {
            record.Add((userId is null ? MongoDBFields.Bot + "." : "") + (field == MongoDBFields.InstalledAt ? field : $"{MongoDBFields.Lease}.{field}"), condition);
        }

        return userId is null ? filter : filter.Add(MongoDBFields.Installations, new BsonDocument("$elemMatch", record));
    }

    /// <summary>[29, 30] What the lease may replace: what is there, is not newer, and was not saved under a later lease.</summary>
    private BsonDocument Saveable(RotationLease lease, DateTimeOffset installedAt) => Credential(
        lease.Workspace,
        lease.UserId,
        (MongoDBFields.InstalledAt, NotAbove(MongoDBRecords.Microseconds(installedAt))),
        (MongoDBFields.SavedFence, NotAbove(lease.FencingToken)));

    /// <summary>What is missing is not above either.</summary>
    private static BsonDocument NotAbove(long number) => new("$not", new BsonDocument("$gt", number));

    /// <summary>Where an update finds a field of a lease; the user's installation is the one that the filter found.</summary>
    private static string LeasePath(string? userId, string field) => $"{(userId is null ? MongoDBFields.Bot : MongoDBFields.Installations + ".$")}.{MongoDBFields.Lease}.{field}";

    private static BsonDocument BotAlone { get; } = Fields(MongoDBFields.Bot);


    private static BsonDocument HistoryTimes { get; } =
        Fields($"{MongoDBFields.BotHistory}.{MongoDBFields.InstalledAt}", $"{MongoDBFields.InstallationHistory}.{MongoDBFields.InstalledAt}");

    /// <summary>The list is sorted, newest first.</summary>
    private static BsonDocument BotAndLatest { get; } = Fields(MongoDBFields.Bot).Add(MongoDBFields.Installations, new BsonDocument("$slice", 1));

    private static BsonDocument BotAndUser(string userId) => Fields(MongoDBFields.Bot).Add(MongoDBFields.Installations, new BsonDocument("$elemMatch", OfUser(userId)));

    private static BsonDocument Fields(params ReadOnlySpan<string> names)
    {
        var fields = new BsonDocument();
        foreach (var name in names)
        {
            fields[name] = 1;
        }

        return fields;
    }

    private static BsonDocument Everyones(params ReadOnlySpan<string> names) => Fields([MongoDBFields.EnterpriseId, MongoDBFields.TeamId, .. names]);

    private static BsonDocument IsThere(string field) => new(field, new BsonDocument("$exists", true));

    /// <summary>By $eq, so that an id is compared as the text it is.</summary>
    private static BsonDocument OfUser(string userId) => new(MongoDBFields.UserId, new BsonDocument("$eq", userId));

    private static UpdateDefinition<BsonDocument> Remove(params ReadOnlySpan<string> names) => new BsonDocument("$unset", Fields(names));

    /// <summary>A record as it stands in the document of its workspace.</summary>
    /// <param name="Workspace">Whose it is; null where the document does not say.</param>
    /// <param name="Value">The record.</param>
    /// <param name="CurrentBot">The bot that an installation is shown with.</param>
    private sealed record StoredRecord(WorkspaceId? Workspace, BsonValue Value, Lazy<Bot?> CurrentBot);
}
