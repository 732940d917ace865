using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;
using SlackOAuth.Stores.Redis;
using StackExchange.Redis;

// Several overloads with optional parameters: the required one tells these two apart, now and when one of them grows.
#pragma warning disable RS0026

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses the Redis stores.</summary>
public static class RedisStoresBuilderExtensions
{
    private const string SystemName = "redis";

    /// <summary>Keeps what <paramref name="contracts"/> names in Redis, over one connection that is made at the first call and closed with the container.</summary>
    /// <remarks>Safe to repeat; the options are checked when the host starts. [26] While Redis cannot be reached, calls fail and the connection is tried again in the background.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="contracts">What Redis is used for.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder UseRedis(this SlackOAuthStoresBuilder builder, Action<RedisStoreOptions> configure, StoreContracts contracts = StoreContracts.All)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        AddOptions(builder).Configure(configure).Validate(
            options => !string.IsNullOrWhiteSpace(options.ConnectionString),
            $"{nameof(RedisStoreOptions)}.{nameof(RedisStoreOptions.ConnectionString)} is missing. Set it to the form 'host:6379,password=…,ssl=true', or give UseRedis a connection.");
        builder.Services.TryAddSingleton(services => new RedisConnection(OwnOptions(services)));
        return Use(builder, services => services.GetRequiredService<RedisConnection>(), contracts);
    }

    /// <summary>Keeps what <paramref name="contracts"/> names in Redis, over a connection that the app has. It is never disposed here.</summary>
    /// <remarks>The key prefix comes from <see cref="RedisStoreOptions"/>: <c>services.Configure&lt;RedisStoreOptions&gt;(o => o.KeyPrefix = "…")</c>.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="contracts">What Redis is used for.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder UseRedis(this SlackOAuthStoresBuilder builder, IConnectionMultiplexer connection, StoreContracts contracts = StoreContracts.All)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(connection);
        AddOptions(builder);
        return Use(builder, _ => new RedisConnection(connection), contracts);
    }

    private static OptionsBuilder<RedisStoreOptions> AddOptions(SlackOAuthStoresBuilder builder)
    {
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisStoreOptions>, RedisStoreOptionsValidator>());
        return builder.Services.AddOptions<RedisStoreOptions>().ValidateOnStart();
    }

    private static SlackOAuthStoresBuilder Use(SlackOAuthStoresBuilder builder, Func<IServiceProvider, RedisConnection> connection, StoreContracts contracts)
    {
        if (contracts.HasFlag(StoreContracts.Installations))
        {
            builder.UseInstallationStore(
                SystemName,
                services => new RedisInstallationStore(CommonOptions(services), connection(services), OwnOptions(services), services.GetRequiredService<TimeProvider>()));
        }

        if (contracts.HasFlag(StoreContracts.States))
        {
            builder.UseStateStore(
                SystemName,
                services => new RedisOAuthStateStore(CommonOptions(services), connection(services), OwnOptions(services), services.GetRequiredService<TimeProvider>()));
        }

        return builder;
    }

    private static SlackOAuthStoresOptions CommonOptions(IServiceProvider services) => services.GetRequiredService<IOptions<SlackOAuthStoresOptions>>().Value;

    private static RedisStoreOptions OwnOptions(IServiceProvider services) => services.GetRequiredService<IOptions<RedisStoreOptions>>().Value;

    private sealed class RedisStoreOptionsValidator : IValidateOptions<RedisStoreOptions>
    {
        public ValidateOptionsResult Validate(string? name, RedisStoreOptions options) =>
            options.FindFaults().ToArray() is { Length: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
