using System.Text;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;

namespace SlackOAuth.Stores.MongoDB;

/// <summary>Keeps states in MongoDB, standalone, replicated or sharded.</summary>
/// <remarks>
/// <para>Safe for concurrent use. Issuing is one insert and consuming one <c>findOneAndDelete</c>, each of the document of that state. [17, 24]</para>
/// <para>MongoDB removes what is a minute older than its lifetime, by an index; whether a state is valid is for the <see cref="TimeProvider"/> to say. [18]</para>
/// </remarks>
public sealed class MongoDBOAuthStateStore : IOAuthStateStore, IExpiredStatePurging, IStorePreparation
{
    /// <summary>As many as the SQL stores remove by a statement.</summary>
    private const int PurgedPerDelete = 500;

    private readonly MongoDBCollection _states;
    private readonly TimeProvider _timeProvider;
    private readonly string _clientId;
    private readonly TimeSpan _lifetime;

    /// <summary>Creates a store over a client, which it never disposes.</summary>
    /// <param name="options">The client id and the lifetime of a state.</param>
    /// <param name="client">The client.</param>
    /// <param name="mongoDBOptions">The database and the collections; null for the defaults. Its connection string is not used.</param>
    /// <param name="timeProvider">The clock that judges expiry; null for the system's.</param>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public MongoDBOAuthStateStore(SlackOAuthStoresOptions options, IMongoClient client, MongoDBStoreOptions? mongoDBOptions = null, TimeProvider? timeProvider = null)
        : this(options, new MongoDBConnection(client, mongoDBOptions ?? new MongoDBStoreOptions()), timeProvider ?? TimeProvider.System)
    {
    }

    internal MongoDBOAuthStateStore(SlackOAuthStoresOptions options, MongoDBConnection connection, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _states = connection.Open(MongoDBSchema.States);
        _timeProvider = timeProvider;
        _clientId = options.ClientId;
        _lifetime = options.StateLifetime;
    }

    /// <inheritdoc />
    public string PreparationScript => _states.PreparationScript;

    /// <inheritdoc />
    public ValueTask PrepareAsync(CancellationToken cancellationToken = default) => _states.PrepareAsync(nameof(PrepareAsync), cancellationToken);

    /// <inheritdoc />
    public async ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default)
    {
        data ??= new OAuthStateData();
        var state = OAuthState.Create();
        var expiresAt = _timeProvider.GetUtcNow() + _lifetime;
        var key = OAuthState.ComputeKey(state, _clientId, data.Purpose)!;
        var document = new BsonDocument
        {
            { MongoDBSchema.Id, key },
            { MongoDBFields.ClientId, _clientId },
            { MongoDBSchema.ExpiresAt, new BsonDateTime(expiresAt.ToUnixTimeMilliseconds()) },
            { MongoDBFields.ExpiresTicks, MongoDBRecords.Ticks(expiresAt) },
            { MongoDBFields.Data, Encoding.UTF8.GetString(StoreJson.Serialize(new StoredOAuthState(data, expiresAt))) },
        };
        await _states.WriteAsync(
            nameof(IssueAsync),
            key,
            document,
            static async (states, document, cancellationToken) =>
            {
                try
                {
                    await states.InsertOneAsync(document, options: null, cancellationToken).ConfigureAwait(false);
                }
                catch (MongoWriteException exception) when (exception.WriteError?.Category == ServerErrorCategory.DuplicateKey)
                {
                    // It can only be this one, sent again after its answer was lost.
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return state;
    }

    /// <inheritdoc />
    /// <remarks>
    /// [17] Where an answer is lost, the driver asks a replica set again and gets the data. A standalone server cannot be asked again: the caller gets the exception, never null, and the server
    /// has used the state or has not; the flow is begun again.
    /// </remarks>
    public async ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (OAuthState.ComputeKey(state, _clientId, purpose) is not { } key)
        {
            return null;
        }

        var stored = await _states.WriteOnceAsync(
            nameof(ConsumeAsync),
            key,
            key,
            static async (states, key, cancellationToken) =>
                await states.FindOneAndDeleteAsync(new BsonDocument(MongoDBSchema.Id, key), options: null, cancellationToken).ConfigureAwait(false) is { } document ? MongoDBRecords.ReadState(document) : null,
            cancellationToken).ConfigureAwait(false);
        return stored is not null && _timeProvider.GetUtcNow() < stored.ExpiresAt ? stored.Data : null;
    }

    /// <inheritdoc />
    /// <remarks>
    /// MongoDB removes expired states by itself, within two minutes or so: this is for those who do not want to wait. It reads the index of that removal, and deletes by ids, not more than
    /// some hundreds at a time, so that no delete keeps the server long and a cancelled purge ends with the one that is under way.
    /// </remarks>
    public async ValueTask<int> PurgeExpiredAsync(CancellationToken cancellationToken = default)
    {
        var now = _timeProvider.GetUtcNow();
        var expired = new BsonDocument
        {
            { MongoDBSchema.ExpiresAt, new BsonDocument("$lte", new BsonDateTime(now.ToUnixTimeMilliseconds())) },
            { MongoDBFields.ExpiresTicks, new BsonDocument("$lte", MongoDBRecords.Ticks(now)) },
            { MongoDBFields.ClientId, _clientId },
        };
        var removed = 0;
        for (var isLast = false; !isLast;)
        {
            var (found, deleted) = await _states.ReadAsync(nameof(PurgeExpiredAsync), key: null, expired, PurgeSomeAsync, cancellationToken).ConfigureAwait(false);
            removed += deleted;
            isLast = found < PurgedPerDelete;
        }

        return removed;
    }

    /// <summary>A state never changes until it goes, so that what was found expired is so when it is deleted.</summary>
    private static async Task<(int Found, int Deleted)> PurgeSomeAsync(IMongoCollection<BsonDocument> states, BsonDocument expired, CancellationToken cancellationToken)
    {
        var some = new FindOptions<BsonDocument> { Projection = new BsonDocument(MongoDBSchema.Id, 1), Limit = PurgedPerDelete, BatchSize = PurgedPerDelete };
        using var cursor = await states.FindAsync(expired, some, cancellationToken).ConfigureAwait(false);
        var ids = new BsonArray((await cursor.ToListAsync(cancellationToken).ConfigureAwait(false)).Select(state => state[MongoDBSchema.Id]));
        return ids.Count == 0
            ? default
            : (ids.Count, (int)(await states.DeleteManyAsync(new BsonDocument(MongoDBSchema.Id, new BsonDocument("$in", ids)), cancellationToken).ConfigureAwait(false)).DeletedCount);
    }
}
