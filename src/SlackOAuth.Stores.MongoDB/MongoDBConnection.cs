using MongoDB.Bson;
using MongoDB.Driver;

namespace SlackOAuth.Stores.MongoDB;

/// <summary>The database of the stores, by a client that the app gave, which is never disposed, or one of their own.</summary>
internal sealed class MongoDBConnection : IDisposable
{
    private readonly MongoClient? _owned;
    private readonly MongoDBStoreOptions _options;
    private readonly SemaphoreSlim _places;

    internal MongoDBConnection(IMongoClient client, MongoDBStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(client);
        options.Validate();
        _options = options;
        Database = client.GetDatabase(options.DatabaseName ?? MongoDBStoreOptions.DefaultDatabaseName);
        _places = Places(client);
    }

    internal MongoDBConnection(MongoDBStoreOptions options)
    {
        options.Validate();
        _options = options;
        var url = MongoUrl.Create(options.ConnectionString);
        _owned = new MongoClient(url);
        Database = _owned.GetDatabase(options.DatabaseName ?? url.DatabaseName ?? MongoDBStoreOptions.DefaultDatabaseName);
        _places = Places(_owned);
    }

    internal IMongoDatabase Database { get; }

    /// <summary>The collection of a store.</summary>
    /// <remarks>
    /// Read from the primary, whatever the client prefers: a write that was acknowledged is seen at once. [11] Acknowledged by a majority, unless the connection says otherwise: what
    /// a failover undoes was never acknowledged.
    /// </remarks>
    internal MongoDBCollection Open(MongoDBSchema schema)
    {
        var settings = new MongoCollectionSettings { ReadPreference = ReadPreference.Primary };
        if (Database.Settings.WriteConcern is var wanted && (wanted.W is null || !wanted.IsAcknowledged))
        {
            // What else it says, journal or wtimeoutMS, stays.
            settings.WriteConcern = wanted.With(w: WriteConcern.WMajority.W);
        }

        return new MongoDBCollection(Database.GetCollection<BsonDocument>(_options.CollectionPrefix + schema.Name, settings), schema, _options.PrepareOnFirstUse, _places);
    }

    public void Dispose()
    {
        _owned?.Dispose();
        _places.Dispose();
    }

    /// <summary>As many as the driver has connections; zero of them means no limit.</summary>
    private static SemaphoreSlim Places(IMongoClient client) => new(client.Settings.MaxConnectionPoolSize is > 0 and var connections ? connections : int.MaxValue);
}
