using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SlackOAuth.Stores.Relational;
using SQLitePCL;

namespace SlackOAuth.Stores.Sqlite;

/// <summary>The file: connections that stay open, one write at a time, and what SQLite's errors mean.</summary>
/// <remarks>The driver is synchronous, and a call is some microseconds of work in the process. What may take long, the wait for another writer, is asynchronous here and can be cancelled.</remarks>
internal sealed class SqliteDatabase : RelationalDatabase
{
    internal const string Name = "Sqlite";

    private const string Begin = "BEGIN IMMEDIATE";
    private const string Commit = "COMMIT";

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentStack<SqliteStoreConnection> _idle = new();
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly string _path;
    private readonly string _connectionString;
    private readonly string _settings;
    private readonly TimeSpan _busyTimeout;
    private volatile bool _isDisposed;

    private SqliteDatabase(SqliteStoreOptions options, string? fileSystem)
        : base(Name, SqliteStatements.For(options.TablePrefix), options.PrepareOnFirstUse)
    {
        _path = Path.GetFullPath(options.Path);
        _busyTimeout = options.BusyTimeout;
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = _path,
            Mode = SqliteOpenMode.ReadWrite,
            Vfs = fileSystem,
            DefaultTimeout = (int)Math.Ceiling(_busyTimeout.TotalSeconds),

            // The driver's pool would forget the prepared statements.
            Pooling = false,
        }.ToString();

        // In WAL mode a commit outlives a crash of the process without a flush. What is deleted is overwritten, too.
        _settings = $"PRAGMA journal_mode = WAL; PRAGMA synchronous = {(options.FlushEveryWrite ? "FULL" : "NORMAL")}; PRAGMA secure_delete = ON;";
    }

    /// <summary>Checks the options and describes the file, which is opened on its first use.</summary>
    /// <param name="options">The options.</param>
    /// <param name="fileSystem">What SQLite reaches the file by, for tests of one that cannot do all; null for its own choice.</param>
    internal static SqliteDatabase Open(SqliteStoreOptions options, string? fileSystem = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new SqliteDatabase(options, fileSystem);
    }

    /// <summary>Closes the connections; one that is in use, when its call ends.</summary>
    public override void Dispose()
    {
        _isDisposed = true;
        DiscardIdle();
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask<DbConnection> OpenAsync(string statement, bool writes, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (writes)
        {
            await _writer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        SqliteStoreConnection? connection = null;
        try
        {
            if (!_idle.TryPop(out connection))
            {
                EnsureFile(create: ReferenceEquals(statement, Statements.Prepare));

                connection = new SqliteStoreConnection(_connectionString, GiveBack);
                connection.Open();
                await RunWhenFreeAsync(connection, static (opened, settings) => opened.TryRun(settings), _settings, cancellationToken).ConfigureAwait(false);

                // Where a file cannot have WAL, SQLite reports no error and goes on without.
                if (connection.ReadJournalMode() is not "wal" and var mode)
                {
                    throw new NotSupportedException($"SQLite was asked for the journal mode WAL, and stays in '{mode}'.");
                }
            }

            if (writes)
            {
                await RunWhenFreeAsync(connection, static (opened, begin) => opened.TryRunPrepared(begin), Begin, cancellationToken).ConfigureAwait(false);
            }

            connection.IsWriter = writes;
            connection.Use(statement);
            return connection;
        }
        catch
        {
            connection?.Discard();
            if (writes)
            {
                _writer.Release();
            }

            throw;
        }
    }

    protected override ValueTask CommitAsync(DbConnection connection, CancellationToken cancellationToken = default)
    {
        var committed = (SqliteStoreConnection)connection;
        committed.ThrowIfFailed(committed.TryRunPrepared(Commit));
        return ValueTask.CompletedTask;
    }

    protected override void AddParameter(DbCommand command, in RelationalParameter parameter)
    {
        var added = ((SqliteCommand)command).Parameters.Add(parameter.Name, parameter.Kind switch
        {
            RelationalParameterKind.Id => SqliteType.Text,
            RelationalParameterKind.Instant or RelationalParameterKind.Count or RelationalParameterKind.Ticks => SqliteType.Integer,
            _ => SqliteType.Blob,
        });
        added.Value = parameter.Value switch
        {
            null => DBNull.Value,
            DateTimeOffset instant => (instant - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
            var value => value,
        };
    }

    protected override byte[] ReadDocument(DbDataReader reader, int ordinal) => reader.GetFieldValue<byte[]>(ordinal);

    protected override bool IsMissingTable(Exception exception) =>
        exception is FileNotFoundException
        || (exception is SqliteException { SqliteErrorCode: raw.SQLITE_ERROR } failure && failure.Message.Contains("no such table", StringComparison.Ordinal));

    /// <summary>Of the statements, only that which upgrades can meet a row that is there already: another process has upgraded meanwhile.</summary>
    protected override bool IsUndoneConflict(Exception exception) => exception is SqliteException { SqliteErrorCode: raw.SQLITE_CONSTRAINT };

    protected override RelationalFailure? Describe(Exception exception) => exception switch
    {
        SqliteException failure => failure.SqliteErrorCode switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new(
                "another process held the file's write lock for longer than the timeout",
                IsTransient: true,
                $"If that lasts, look for a process that leaves a transaction open, or raise {nameof(SqliteStoreOptions)}.{nameof(SqliteStoreOptions.BusyTimeout)}."),
            raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_READONLY => new(
                "the file cannot be opened for writing",
                IsTransient: false,
                "Give the user that runs the app the right to read and write the file and to create files in its folder."),
            raw.SQLITE_FULL => new("the disk is full", IsTransient: true, "Free some space on it; the store is as it was before the call."),
            raw.SQLITE_IOERR => new("the disk reported an input/output error", IsTransient: false, "Check the disk and the system's log."),
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new(
                "the file is damaged, or is no SQLite database",
                IsTransient: false,
                "Stop the app and put the file back from a backup, or name another file."),
            _ => new("SQLite reported an error", IsTransient: false, "The inner exception says which."),
        },
        DirectoryNotFoundException => new("the folder of the file is missing", IsTransient: false, "Create it, with access for the user that runs the app alone."),
        UnauthorizedAccessException => new(
            "the system refused to create the file",
            IsTransient: false,
            "Give the user that runs the app the right to create files in the folder."),
        IOException => new("the system could not create the file", IsTransient: false, "The inner exception names the reason."),
        NotSupportedException => new(
            "the file system does not let SQLite keep the file in WAL mode",
            IsTransient: false,
            "Put the file on a local disk, whose files processes can map into shared memory: a network share cannot do that."),
        _ => null,
    };

    /// <summary>Tries again and again for as long as another process has the lock.</summary>
    private async ValueTask RunWhenFreeAsync(SqliteStoreConnection connection, Func<SqliteStoreConnection, string, int> run, string statement, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(1); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var code = run(connection, statement);
            if (code != raw.SQLITE_BUSY || Stopwatch.GetElapsedTime(start) > _busyTimeout)
            {
                connection.ThrowIfFailed(code);
                return;
            }

            // By the real clock, as the other process goes by it.
            await Task.Delay(pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    private void GiveBack(SqliteStoreConnection connection)
    {
        var isWriter = connection.IsWriter;
        connection.IsWriter = false;
        try
        {
            if (connection.HasFailed || (connection.IsInTransaction && connection.TryRun("ROLLBACK") != raw.SQLITE_OK))
            {
                connection.Discard();
                return;
            }

            _idle.Push(connection);
            if (_isDisposed)
            {
                DiscardIdle();
            }
        }
        finally
        {
            if (isWriter)
            {
                _writer.Release();
            }
        }
    }

    private void DiscardIdle()
    {
        while (_idle.TryPop(out var connection))
        {
            connection.Discard();
        }
    }

    /// <summary>Creates the file for its owner alone, which SQLite would not see to; the files beside it get the same rights from SQLite.</summary>
    private void EnsureFile(bool create)
    {
        // Never opened where it is there: to close a file ends all of the process's locks on it.
        if (File.Exists(_path))
        {
            return;
        }

        if (!create)
        {
            throw new FileNotFoundException("There is no such file.", _path);
        }

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using var file = new FileStream(_path, options);
        }
        catch (IOException) when (File.Exists(_path))
        {
            // Another process was faster.
        }
    }
}
