using Microsoft.Extensions.Options;
using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.Sqlite;

/// <summary>Keeps installations in a SQLite file, for an app on one machine.</summary>
/// <remarks>Safe for concurrent use by threads and by processes of that machine. Dispose it to close the file.</remarks>
public sealed class SqliteInstallationStore : RelationalInstallationStore
{
    /// <summary>Creates a store. It touches the disk on its first use.</summary>
    /// <param name="options">The client id and the history.</param>
    /// <param name="sqliteOptions">Where the file is.</param>
    /// <param name="timeProvider">The clock that judges when a lease is over; null for the system's.</param>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public SqliteInstallationStore(SlackOAuthStoresOptions options, SqliteStoreOptions sqliteOptions, TimeProvider? timeProvider = null)
        : base(options, SqliteDatabase.Open(sqliteOptions), ownsDatabase: true, timeProvider)
    {
    }

    internal SqliteInstallationStore(SlackOAuthStoresOptions options, SqliteDatabase database, TimeProvider timeProvider)
        : base(options, database, ownsDatabase: false, timeProvider)
    {
    }
}
