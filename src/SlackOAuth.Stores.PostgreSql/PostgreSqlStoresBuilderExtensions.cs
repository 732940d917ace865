using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;
using SlackOAuth.Stores;
using SlackOAuth.Stores.PostgreSql;

// Several overloads with optional parameters: the type of the required one tells these two apart, now and when one of them grows.
#pragma warning disable RS0026

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses the PostgreSQL stores.</summary>
public static class PostgreSqlStoresBuilderExtensions
{
    private const string SystemName = "postgresql";

    /// <summary>Keeps what <paramref name="contracts"/> names in PostgreSQL. Safe to repeat; the options are checked when the host starts. [26]</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options; null where they are configured elsewhere.</param>
    /// <param name="contracts">What the server is used for.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder UsePostgreSql(
        this SlackOAuthStoresBuilder builder,
        Action<PostgreSqlStoreOptions>? configure = null,
        StoreContracts contracts = StoreContracts.All)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = builder.Services.AddOptions<PostgreSqlStoreOptions>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgreSqlStoreOptions>, PostgreSqlStoreOptionsValidator>());

        // One for both stores, and disposed with the container.
        builder.Services.TryAddSingleton(services => PostgreSqlDatabase.Open(services.GetRequiredService<IOptions<PostgreSqlStoreOptions>>().Value));
        if (contracts.HasFlag(StoreContracts.Installations))
        {
            builder.UseInstallationStore(
                SystemName,
                services => new PostgreSqlInstallationStore(CommonOptions(services), services.GetRequiredService<PostgreSqlDatabase>(), services.GetRequiredService<TimeProvider>()));
        }

        if (contracts.HasFlag(StoreContracts.States))
        {
            builder.UseStateStore(
                SystemName,
                services => new PostgreSqlOAuthStateStore(CommonOptions(services), services.GetRequiredService<PostgreSqlDatabase>(), services.GetRequiredService<TimeProvider>()));
        }

        return builder;
    }

    /// <summary>Keeps what <paramref name="contracts"/> names in PostgreSQL, over a data source of the app's own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="dataSource">The data source, which is never disposed here.</param>
    /// <param name="contracts">What the server is used for.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder UsePostgreSql(this SlackOAuthStoresBuilder builder, NpgsqlDataSource dataSource, StoreContracts contracts = StoreContracts.All)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return builder.UsePostgreSql(options => options.DataSource = dataSource, contracts);
    }

    private static SlackOAuthStoresOptions CommonOptions(IServiceProvider services) => services.GetRequiredService<IOptions<SlackOAuthStoresOptions>>().Value;

    private sealed class PostgreSqlStoreOptionsValidator : IValidateOptions<PostgreSqlStoreOptions>
    {
        public ValidateOptionsResult Validate(string? name, PostgreSqlStoreOptions options) =>
            options.FindFaults().ToArray() is { Length: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
