using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MongoDB.Driver;
using SlackOAuth.Stores;
using SlackOAuth.Stores.MongoDB;

// Several overloads with optional parameters: the required one tells these two apart, now and when one of them grows.
#pragma warning disable RS0026

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses the MongoDB stores.</summary>
public static class MongoDBStoresBuilderExtensions
{
    private const string SystemName = "mongodb";

    /// <summary>Keeps what <paramref name="contracts"/> names in MongoDB, by one client, which connects at the first call and is closed with the container.</summary>
    /// <remarks>Safe to repeat; the options are checked when the host starts. [26] While MongoDB cannot be reached, calls wait for it, for as long as the connection string says, and then fail.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="contracts">What MongoDB is used for.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder UseMongoDB(this SlackOAuthStoresBuilder builder, Action<MongoDBStoreOptions> configure, StoreContracts contracts = StoreContracts.All)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        AddOptions(builder).Configure(configure).Validate(
            options => !string.IsNullOrWhiteSpace(options.ConnectionString),
            $"{nameof(MongoDBStoreOptions)}.{nameof(MongoDBStoreOptions.ConnectionString)} is missing. Set it to the form 'mongodb://user:password@host:27017/database', or give UseMongoDB a client.");
        builder.Services.TryAddSingleton(services => new MongoDBConnection(OwnOptions(services)));
        return Use(builder, services => services.GetRequiredService<MongoDBConnection>(), contracts);
    }

    /// <summary>Keeps what <paramref name="contracts"/> names in MongoDB, by a client that the app has. It is never disposed here.</summary>
    /// <remarks>The database and the collections come from <see cref="MongoDBStoreOptions"/>: <c>services.Configure&lt;MongoDBStoreOptions&gt;(o => o.DatabaseName = "…")</c>.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="client">The client.</param>
    /// <param name="contracts">What MongoDB is used for.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder UseMongoDB(this SlackOAuthStoresBuilder builder, IMongoClient client, StoreContracts contracts = StoreContracts.All)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(client);
        AddOptions(builder);
        return Use(builder, services => new MongoDBConnection(client, OwnOptions(services)), contracts);
    }

    private static OptionsBuilder<MongoDBStoreOptions> AddOptions(SlackOAuthStoresBuilder builder)
    {
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MongoDBStoreOptions>, MongoDBStoreOptionsValidator>());
        return builder.Services.AddOptions<MongoDBStoreOptions>().ValidateOnStart();
    }

    private static SlackOAuthStoresBuilder Use(SlackOAuthStoresBuilder builder, Func<IServiceProvider, MongoDBConnection> connection, StoreContracts contracts)
    {
        if (contracts.HasFlag(StoreContracts.Installations))
        {
            builder.UseInstallationStore(SystemName, services => new MongoDBInstallationStore(CommonOptions(services), connection(services), services.GetRequiredService<TimeProvider>()));
        }

        if (contracts.HasFlag(StoreContracts.States))
        {
            builder.UseStateStore(
                SystemName,
                services => new MongoDBOAuthStateStore(CommonOptions(services), connection(services), services.GetRequiredService<TimeProvider>()));
        }

        return builder;
    }

    private static SlackOAuthStoresOptions CommonOptions(IServiceProvider services) => services.GetRequiredService<IOptions<SlackOAuthStoresOptions>>().Value;

    private static MongoDBStoreOptions OwnOptions(IServiceProvider services) => services.GetRequiredService<IOptions<MongoDBStoreOptions>>().Value;

    private sealed class MongoDBStoreOptionsValidator : IValidateOptions<MongoDBStoreOptions>
    {
        public ValidateOptionsResult Validate(string? name, MongoDBStoreOptions options) =>
            options.FindFaults().ToArray() is { Length: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
