using System.Data.Common;
using System.Net.Sockets;
using Npgsql;
using NpgsqlTypes;
using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.PostgreSql;

/// <summary>The server: pooled connections, types, and what its errors mean.</summary>
internal sealed class PostgreSqlDatabase : RelationalDatabase
{
    internal const string Name = "PostgreSql";

    private readonly NpgsqlDataSource _dataSource;
    private readonly bool _ownsDataSource;

    private PostgreSqlDatabase(PostgreSqlStoreOptions options)
        : base(Name, PostgreSqlStatements.For(options.Schema, options.TablePrefix), options.PrepareOnFirstUse)
    {
        _ownsDataSource = options.DataSource is null;
        _dataSource = options.DataSource ?? Create(options.ConnectionString!);
    }

    /// <summary>Checks the options and describes the server, which is connected to on its first use.</summary>
    internal static PostgreSqlDatabase Open(PostgreSqlStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new PostgreSqlDatabase(options);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        if (_ownsDataSource)
        {
            _dataSource.Dispose();
        }
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync() => _ownsDataSource ? _dataSource.DisposeAsync() : ValueTask.CompletedTask;

    protected override async ValueTask<DbConnection> OpenAsync(string statement, bool writes, CancellationToken cancellationToken = default) =>
        await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

    protected override void AddParameter(DbCommand command, in RelationalParameter parameter) =>
        ((NpgsqlCommand)command).Parameters.Add(new NpgsqlParameter
        {
            ParameterName = parameter.Name,
            NpgsqlDbType = parameter.Kind switch
            {
                RelationalParameterKind.Key => NpgsqlDbType.Bytea,
                RelationalParameterKind.Instant => NpgsqlDbType.TimestampTz,
                RelationalParameterKind.Document => NpgsqlDbType.Json,
                RelationalParameterKind.Count => NpgsqlDbType.Integer,
                RelationalParameterKind.Ticks => NpgsqlDbType.Bigint,
                _ => NpgsqlDbType.Text,
            },
            Value = parameter.Value ?? DBNull.Value,
        });

    protected override byte[] ReadDocument(DbDataReader reader, int ordinal) => reader.GetFieldValue<byte[]>(ordinal);

    protected override bool IsMissingTable(Exception exception) => exception is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable };

    protected override bool IsUndoneConflict(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };

    /// <summary>The pool may hold more connections that a restart of the server has ended; the driver finds out by using them.</summary>
    protected override bool TryForgetConnections(Exception exception)
    {
        if (exception is not (PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } or NpgsqlException { InnerException: IOException or SocketException }))
        {
            return false;
        }

        _dataSource.Clear();
        return true;
    }

    protected override RelationalFailure? Describe(Exception exception) => exception switch
    {
        PostgresException failure => failure.SqlState switch
        {
            PostgresErrorCodes.InsufficientPrivilege => new(
                "the role may not do this",
                IsTransient: false,
                "Grant it SELECT, INSERT, UPDATE and DELETE on the tables of the store; to create them, also CREATE on the schema."),
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => new(
                "the server refused the role or its password",
                IsTransient: false,
                "Check the role, the password and pg_hba.conf."),
            PostgresErrorCodes.InvalidCatalogName => new("the database is missing", IsTransient: false, "Create it, or name another in the connection string."),
            PostgresErrorCodes.InvalidSchemaName => new(
                "the schema is missing",
                IsTransient: false,
                $"Create it, or set {nameof(PostgreSqlStoreOptions)}.{nameof(PostgreSqlStoreOptions.Schema)} to another."),
            PostgresErrorCodes.ReadOnlySqlTransaction => new(
                "the server is read-only, as a standby is",
                IsTransient: true,
                "Have the connection string name the primary: several hosts with 'Target Session Attributes=primary'."),
            PostgresErrorCodes.QueryCanceled => new("the server cancelled the statement, as it does after its statement_timeout", IsTransient: true),
            _ => new($"the server reported an error (SQLSTATE {failure.SqlState})", failure.IsTransient, "The inner exception says which."),
        },
        NpgsqlException { InnerException: TimeoutException } => new(
            "the server did not answer in time",
            IsTransient: true,
            "Check its load, 'Timeout', 'Command Timeout' and 'Maximum Pool Size' of the connection string."),
        NpgsqlException or SocketException or IOException => new(
            "the server could not be reached, or the connection was lost",
            IsTransient: true,
            "Check that it runs, and the host and port of the connection string."),
        TimeoutException => new("the server did not answer in time", IsTransient: true, "Check its load, and 'Timeout' and 'Command Timeout' of the connection string."),
        _ => null,
    };

    private static NpgsqlDataSource Create(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);

        // No statement of the stores changes the session: nothing has to be undone between two calls.
        builder.ConnectionStringBuilder.NoResetOnClose = true;

        // A transaction around the caller must not undo what the store acknowledged.
        builder.ConnectionStringBuilder.Enlist = false;
        return builder.Build();
    }
}
