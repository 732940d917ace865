using Microsoft.Extensions.Options;
using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.SqlServer;

/// <summary>Keeps states in SQL Server or Azure SQL.</summary>
/// <remarks>Safe for concurrent use by threads and processes.</remarks>
public sealed class SqlServerOAuthStateStore : RelationalOAuthStateStore
{
    /// <summary>Creates a store. It connects on its first use.</summary>
    /// <param name="options">The client id and the lifetime of a state.</param>
    /// <param name="sqlServerOptions">Where the tables are.</param>
    /// <param name="timeProvider">The clock that judges expiry; null for the system's.</param>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public SqlServerOAuthStateStore(SlackOAuthStoresOptions options, SqlServerStoreOptions sqlServerOptions, TimeProvider? timeProvider = null)
        : base(options, SqlServerDatabase.Open(sqlServerOptions), ownsDatabase: true, timeProvider)
    {
    }

    internal SqlServerOAuthStateStore(SlackOAuthStoresOptions options, SqlServerDatabase database, TimeProvider timeProvider)
        : base(options, database, ownsDatabase: false, timeProvider)
    {
    }
}
