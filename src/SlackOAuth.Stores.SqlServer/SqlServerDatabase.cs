using System.Data;
using System.Data.Common;
using System.Text;
using Microsoft.Data.SqlClient;
using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.SqlServer;

/// <summary>The server: pooled connections, types, and what its errors mean.</summary>
internal sealed class SqlServerDatabase : RelationalDatabase
{
    internal const string Name = "SqlServer";

    private const int Deadlock = 1205;
    private const int SnapshotConflict = 3960;
    private const int DuplicateKey = 2627;
    private const int DuplicateIndexKey = 2601;
    private const int ObjectExists = 2714;
    private const int IndexExists = 1913;
    private const int ColumnExists = 2705;
    private const int TypeExists = 219;
    private const int InvalidObject = 208;

    /// <summary>What Babelfish gives where it has no number of SQL Server's for an error of PostgreSQL.</summary>
    private const int Unmapped = 33557097;

    private const int Timeout = -2;
    private const int LockTimeout = 1222;
    private const int LoginFailed = 18456;
    private const int CannotOpenDatabase = 4060;
    private const int ReadOnlyDatabase = 3906;
    private const int LogFull = 9002;
    private const int DiskFull = 1105;

    /// <summary>From here on an error ends the connection.</summary>
    private const byte FatalClass = 20;

    private readonly string? _connectionString;
    private readonly DbDataSource? _dataSource;
    private readonly SqlRetryLogicBaseProvider? _retry;

    private SqlServerDatabase(SqlServerStoreOptions options)
        : base(Name, SqlServerStatements.For(options.Schema, options.TablePrefix), options.PrepareOnFirstUse)
    {
        _dataSource = options.DataSource;
        _retry = options.RetryLogicProvider;

        // A transaction around the caller must not undo what the store acknowledged, and a server that is back must not be called away for up to a minute.
        _connectionString = _dataSource is null
            ? new SqlConnectionStringBuilder(options.ConnectionString) { Enlist = false, PoolBlockingPeriod = PoolBlockingPeriod.NeverBlock }.ConnectionString
            : null;
    }

    /// <summary>Checks the options and describes the server, which is connected to on its first use.</summary>
    internal static SqlServerDatabase Open(SqlServerStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new SqlServerDatabase(options);
    }

    /// <summary>The pool is the driver's and the process's: to clear it would fail the calls of other stores that wait for a connection. What is idle in it the driver closes after some minutes.</summary>
    public override void Dispose()
    {
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override async ValueTask<DbConnection> OpenAsync(string statement, bool writes, CancellationToken cancellationToken = default)
    {
        SqlConnection? connection = null;
        try
        {
            if (_dataSource is not null)
            {
                return await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            }

            connection = new SqlConnection(_connectionString);
            if (_retry is not null)
            {
                connection.RetryLogicProvider = _retry;
            }

            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch (Exception exception)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }

            // What the driver throws where its pool is used up.
            if (_dataSource is null && exception is InvalidOperationException and not ObjectDisposedException)
            {
                throw new TimeoutException("No connection of the pool came free in time.", exception);
            }

            throw;
        }
    }

    /// <summary>The driver may send any statement again: a consume has its claim. [17]</summary>
    protected override void Configure(DbCommand command)
    {
        if (_retry is not null)
        {
            ((SqlCommand)command).RetryLogicProvider = _retry;
        }
    }

    protected override void AddParameter(DbCommand command, in RelationalParameter parameter)
    {
        var (type, size) = parameter.Kind switch
        {
            // Of the columns' own type, so that the column need not be converted.
            RelationalParameterKind.Key => (SqlDbType.Binary, (parameter.Value as byte[])?.Length ?? 1),
            RelationalParameterKind.Id => (SqlDbType.NVarChar, StoreArguments.MaxIdLength),
            RelationalParameterKind.Instant => (SqlDbType.DateTime2, 0),
            RelationalParameterKind.Count => (SqlDbType.Int, 0),
            RelationalParameterKind.Ticks => (SqlDbType.BigInt, 0),
            _ => (SqlDbType.NVarChar, -1),
        };
        var added = new SqlParameter(parameter.Name, type, size)
        {
            Value = parameter.Value switch
            {
                null => DBNull.Value,
                DateTimeOffset instant => instant.UtcDateTime,
                byte[] document when parameter.Kind == RelationalParameterKind.Document => Encoding.UTF8.GetString(document),
                var value => value,
            },
        };
        if (type == SqlDbType.DateTime2)
        {
            added.Scale = 6;
        }

        ((SqlCommand)command).Parameters.Add(added);
    }

    protected override byte[] ReadDocument(DbDataReader reader, int ordinal) => Encoding.UTF8.GetBytes(reader.GetString(ordinal));

    protected override bool IsMissingTable(Exception exception) => Cause(exception) is SqlException failure && IsMissingTable(failure.Number, failure.Message);

    protected override bool IsUndoneConflict(Exception exception) => Cause(exception) is SqlException failure && IsUndoneConflict(failure.Number, failure.Message);

    internal static bool IsMissingTable(int number, string message) => number == InvalidObject || (number == Unmapped && Says(message, "relation") && Says(message, "does not exist"));

    /// <summary>With XACT_ABORT ON, each of them has undone the batch's transaction. What exists already is another session's, which has run the script beside this one: PostgreSQL makes a type of
    /// each table's name, and may meet that first, or the row of its catalog that the other has changed.</summary>
    internal static bool IsUndoneConflict(int number, string message) =>
        number is Deadlock or SnapshotConflict or DuplicateKey or DuplicateIndexKey or ObjectExists or IndexExists or ColumnExists or TypeExists
        || (number == Unmapped && (Says(message, "already exists") || Says(message, "tuple concurrently updated") || Says(message, "could not serialize access")));

    /// <summary>The driver clears its pool itself where it knows that a connection was lost.</summary>
    protected override bool TryForgetConnections(Exception exception) => IsClosed(exception) || IsUnreadable(exception) || Cause(exception) is SqlException { Class: >= FatalClass };

    protected override void Abandon(DbConnection connection, Exception exception)
    {
        if (IsUnreadable(exception) && connection is SqlConnection unreadable)
        {
            SqlConnection.ClearPool(unreadable);
        }
    }

    protected override RelationalFailure? Describe(Exception exception) => Cause(exception) switch
    {
        SqlException failure => Describe(failure.Number, failure.Class, failure.Message),
        TimeoutException => new("no connection of the pool came free in time", IsTransient: true, "Raise 'Max Pool Size' of the connection string, or look for what holds connections."),
        IOException => new("the connection was lost", IsTransient: true),
        InvalidOperationException and not ObjectDisposedException => new("the connection was lost", IsTransient: true),
        ArgumentException => new("the driver could not read the answer to its end", IsTransient: true),
        _ => null,
    };

    /// <summary>An engine of PostgreSQL's behind the protocol has a number of SQL Server's for some of its errors alone; the others are told by their words.</summary>
    internal static RelationalFailure Describe(int number, byte errorClass, string message)
    {
        if (IsUndoneConflict(number, message) || number is Timeout or LockTimeout || (number == Unmapped && Says(message, "canceling statement due to")))
        {
            return new("the server did not answer in time, or other calls were in the way", IsTransient: true, "Check its load, and 'Command Timeout' of the connection string.");
        }

        if (number == Unmapped && (Says(message, "the database system is") || Says(message, "terminating connection")))
        {
            return new("the server is starting or stopping", IsTransient: true);
        }

        if (number == Unmapped && (Says(message, "too many clients") || Says(message, "remaining connection slots")))
        {
            return new("the server has no connection left", IsTransient: true, "Lower 'Max Pool Size' of the connection strings, or have the server allow more connections.");
        }

        return number switch
        {
            LoginFailed => new("the server refused the login", IsTransient: false, "Check the login and 'Authentication' of the connection string."),
            CannotOpenDatabase => new(
                "the database cannot be opened by this login",
                IsTransient: true,
                "After a failover it can be in a moment; else check the database's name and the login's user in it."),
            229 or 230 or 262 or 300 or 916 or 1088 or 2760 => DescribeMissingRight(),
            Unmapped when Says(message, "permission denied") => DescribeMissingRight(),
            ReadOnlyDatabase => new("the database is read-only, as a secondary is", IsTransient: true, "Have the connection string name the primary, or the listener with 'ApplicationIntent=ReadWrite'."),
            LogFull or DiskFull => new("the database is full", IsTransient: true, "Give it room; the store is as it was before the call."),
            _ when errorClass >= FatalClass => new(
                "the server could not be reached, or the connection was lost",
                IsTransient: true,
                "Check that it runs, and the server's name and 'Encrypt' of the connection string."),
            _ => new($"the server reported an error (number {number})", IsTransientNumber(number), "The inner exception says which."),
        };

        static RelationalFailure DescribeMissingRight() => new(
            "the user may not do this, or the schema is missing",
            IsTransient: false,
            "Grant it SELECT, INSERT, UPDATE and DELETE on the tables of the store; to create them, also CREATE TABLE, and ALTER on the schema.");
    }

    /// <summary>The driver's retries, set here or by its own configuration, run a command again on the connection that a lost answer has closed, and what then reaches the caller is that it is closed.</summary>
    private static bool IsClosed(Exception exception) => Cause(exception) is InvalidOperationException and not ObjectDisposedException;

    /// <summary>
    /// The driver may lose its place in an answer of many packets that are smaller than it asked for, as Babelfish sends them, and then refuses an argument of its own. Those of a call were checked
    /// before. What is left of that answer must not be taken for another's.
    /// </summary>
    private static bool IsUnreadable(Exception exception) => Cause(exception) is ArgumentException;

    private static bool Says(string message, string words) => message.Contains(words, StringComparison.Ordinal);

    /// <summary>Where the driver's retries are used up, it throws all that it met, the last one last.</summary>
    private static Exception Cause(Exception exception) => exception is AggregateException { InnerExceptions: [.., var last] } ? last : exception;

    /// <summary>What Azure SQL and availability groups report while they move, start or throttle.</summary>
    private static bool IsTransientNumber(int number) =>
        number is 615 or 926 or 976 or 978 or 979 or 983 or 1204 or 4221 or 10922 or 10928 or 10929 or 10936 or 17830 or 18401
            or 40143 or 40197 or 40501 or 40540 or 40613 or 41301 or 41302 or 41305 or 41325 or 41839 or 42108 or 42109 or 49918 or 49919 or 49920;
}
