using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;
using SlackOAuth.Stores.Sqlite;

// Several overloads with optional parameters: the type of the required one tells these two apart, now and when one of them grows.
#pragma warning disable RS0026

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses the SQLite stores.</summary>
public static class SqliteStoresBuilderExtensions
{
    private const string SystemName = "sqlite";

    /// <summary>Keeps what <paramref name="contracts"/> names in a SQLite file. Safe to repeat; the options are checked when the host starts. [26]</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options; null where they are configured elsewhere.</param>
    /// <param name="contracts">What the file is used for.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder UseSqlite(
        this SlackOAuthStoresBuilder builder,
        Action<SqliteStoreOptions>? configure = null,
        StoreContracts contracts = StoreContracts.All)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = builder.Services.AddOptions<SqliteStoreOptions>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SqliteStoreOptions>, SqliteStoreOptionsValidator>());

        // One for both stores, and disposed with the container.
        builder.Services.TryAddSingleton(services => SqliteDatabase.Open(services.GetRequiredService<IOptions<SqliteStoreOptions>>().Value));
        if (contracts.HasFlag(StoreContracts.Installations))
        {
            builder.UseInstallationStore(
                SystemName,
                services => new SqliteInstallationStore(CommonOptions(services), services.GetRequiredService<SqliteDatabase>(), services.GetRequiredService<TimeProvider>()));
        }

        if (contracts.HasFlag(StoreContracts.States))
        {
            builder.UseStateStore(
                SystemName,
                services => new SqliteOAuthStateStore(CommonOptions(services), services.GetRequiredService<SqliteDatabase>(), services.GetRequiredService<TimeProvider>()));
        }

        return builder;
    }

    /// <summary>Keeps what <paramref name="contracts"/> names in the SQLite file <paramref name="path"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The file; see <see cref="SqliteStoreOptions.Path"/>.</param>
    /// <param name="contracts">What the file is used for.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder UseSqlite(this SlackOAuthStoresBuilder builder, string path, StoreContracts contracts = StoreContracts.All) =>
        builder.UseSqlite(options => options.Path = path, contracts);

    private static SlackOAuthStoresOptions CommonOptions(IServiceProvider services) => services.GetRequiredService<IOptions<SlackOAuthStoresOptions>>().Value;

    private sealed class SqliteStoreOptionsValidator : IValidateOptions<SqliteStoreOptions>
    {
        public ValidateOptionsResult Validate(string? name, SqliteStoreOptions options) =>
            options.FindFaults().ToArray() is { Length: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
