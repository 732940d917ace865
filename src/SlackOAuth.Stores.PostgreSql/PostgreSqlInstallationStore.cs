using Microsoft.Extensions.Options;
using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.PostgreSql;

/// <summary>Keeps installations in PostgreSQL.</summary>
/// <remarks>Safe for concurrent use by threads and processes. Dispose it to close its connections.</remarks>
public sealed class PostgreSqlInstallationStore : RelationalInstallationStore
{
    /// <summary>Creates a store. It connects on its first use.</summary>
    /// <param name="options">The client id and the history.</param>
    /// <param name="postgreSqlOptions">Where the tables are.</param>
    /// <param name="timeProvider">The clock that judges when a lease is over; null for the system's.</param>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public PostgreSqlInstallationStore(SlackOAuthStoresOptions options, PostgreSqlStoreOptions postgreSqlOptions, TimeProvider? timeProvider = null)
        : base(options, PostgreSqlDatabase.Open(postgreSqlOptions), ownsDatabase: true, timeProvider)
    {
    }

    internal PostgreSqlInstallationStore(SlackOAuthStoresOptions options, PostgreSqlDatabase database, TimeProvider timeProvider)
        : base(options, database, ownsDatabase: false, timeProvider)
    {
    }
}
