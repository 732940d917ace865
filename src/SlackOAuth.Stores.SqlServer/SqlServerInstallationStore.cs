using Microsoft.Extensions.Options;
using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.SqlServer;

/// <summary>Keeps installations in SQL Server or Azure SQL.</summary>
/// <remarks>Safe for concurrent use by threads and processes.</remarks>
public sealed class SqlServerInstallationStore : RelationalInstallationStore
{
    /// <summary>Creates a store. It connects on its first use.</summary>
    /// <param name="options">The client id and the history.</param>
    /// <param name="sqlServerOptions">Where the tables are.</param>
    /// <param name="timeProvider">The clock that judges when a lease is over; null for the system's.</param>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public SqlServerInstallationStore(SlackOAuthStoresOptions options, SqlServerStoreOptions sqlServerOptions, TimeProvider? timeProvider = null)
        : base(options, SqlServerDatabase.Open(sqlServerOptions), ownsDatabase: true, timeProvider)
    {
    }

    internal SqlServerInstallationStore(SlackOAuthStoresOptions options, SqlServerDatabase database, TimeProvider timeProvider)
        : base(options, database, ownsDatabase: false, timeProvider)
    {
    }
}
