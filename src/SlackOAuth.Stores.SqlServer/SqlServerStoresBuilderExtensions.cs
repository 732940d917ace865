using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;
using SlackOAuth.Stores.SqlServer;

// Several overloads with optional parameters: the type of the required one tells these two apart, now and when one of them grows.
#pragma warning disable RS0026

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses the SQL Server stores.</summary>
public static class SqlServerStoresBuilderExtensions
{
    private const string SystemName = "microsoft.sql_server";

    /// <summary>Keeps what <paramref name="contracts"/> names in SQL Server. Safe to repeat; the options are checked when the host starts. [26]</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options; null where they are configured elsewhere.</param>
    /// <param name="contracts">What the server is used for.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder UseSqlServer(
        this SlackOAuthStoresBuilder builder,
        Action<SqlServerStoreOptions>? configure = null,
        StoreContracts contracts = StoreContracts.All)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = builder.Services.AddOptions<SqlServerStoreOptions>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SqlServerStoreOptions>, SqlServerStoreOptionsValidator>());

        // One for both stores, and disposed with the container.
        builder.Services.TryAddSingleton(services => SqlServerDatabase.Open(services.GetRequiredService<IOptions<SqlServerStoreOptions>>().Value));
        if (contracts.HasFlag(StoreContracts.Installations))
        {
            builder.UseInstallationStore(
                SystemName,
                services => new SqlServerInstallationStore(CommonOptions(services), services.GetRequiredService<SqlServerDatabase>(), services.GetRequiredService<TimeProvider>()));
        }

        if (contracts.HasFlag(StoreContracts.States))
        {
            builder.UseStateStore(
                SystemName,
                services => new SqlServerOAuthStateStore(CommonOptions(services), services.GetRequiredService<SqlServerDatabase>(), services.GetRequiredService<TimeProvider>()));
        }

        return builder;
    }

    /// <summary>Keeps what <paramref name="contracts"/> names in SQL Server, over a source of connections of the app's own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="dataSource">The source of <see cref="SqlConnection"/>s, which is never disposed here.</param>
    /// <param name="contracts">What the server is used for.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder UseSqlServer(this SlackOAuthStoresBuilder builder, DbDataSource dataSource, StoreContracts contracts = StoreContracts.All)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return builder.UseSqlServer(options => options.DataSource = dataSource, contracts);
    }

    private static SlackOAuthStoresOptions CommonOptions(IServiceProvider services) => services.GetRequiredService<IOptions<SlackOAuthStoresOptions>>().Value;

    private sealed class SqlServerStoreOptionsValidator : IValidateOptions<SqlServerStoreOptions>
    {
        public ValidateOptionsResult Validate(string? name, SqlServerStoreOptions options) =>
            options.FindFaults().ToArray() is { Length: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
