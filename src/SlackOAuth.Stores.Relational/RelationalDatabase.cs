using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Dapper;

namespace SlackOAuth.Stores.Relational;

/// <summary>One engine as the stores see it: its statements, connections, types and errors. A dialect derives it.</summary>
/// <remarks>Safe for concurrent use, where the dialect's overrides are. Stores that share a database share its connections.</remarks>
public abstract class RelationalDatabase : IAsyncDisposable, IDisposable
{
    /// <summary>The version of the schema that this version of the family needs. A later one only adds to it.</summary>
    public const int SchemaVersion = 2;

    /// <summary>Enough for 32 first saves of one workspace at once; a conflict that lasts is an error after that.</summary>
    private const int MaxAttempts = 10;

    private static readonly RowReader<long?> NumberReader = new(static reader => Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture));
    private static readonly RowReader<(int Expired, int Consumed)> PurgedReader = new(static reader => (Count(reader, 0), reader.FieldCount > 1 ? Count(reader, 1) : 0));
    private static readonly RowReader<(string ClientId, byte[] WorkspaceKey)?> ClientReader = new(static reader => (reader.GetString(0), reader.GetFieldValue<byte[]>(1)));

    private readonly SemaphoreSlim _preparing = new(1, 1);
    private readonly CancelledCalls _cancelled = new();
    private readonly StatementFactory _statements;
    private readonly RowReader<StoredRow> _rows;
    private readonly bool _prepareOnFirstUse;
    private volatile bool _isPrepared;

    /// <summary>Creates the description.</summary>
    /// <param name="providerName">The provider's name in exceptions, such as <c>PostgreSql</c>.</param>
    /// <param name="statements">The statements, with the names of the tables.</param>
    /// <param name="prepareOnFirstUse">Whether the first call looks for the tables, and creates them where they are missing.</param>
    protected RelationalDatabase(string providerName, RelationalStatements statements, bool prepareOnFirstUse)
    {
        ArgumentException.ThrowIfNullOrEmpty(providerName);
        ArgumentNullException.ThrowIfNull(statements);
        ProviderName = providerName;
        Statements = statements;
        _prepareOnFirstUse = prepareOnFirstUse;
        _statements = new StatementFactory(this);
        _rows = new RowReader<StoredRow>(reader => StoredRow.Read(this, reader));
    }

    /// <summary>The provider's name in exceptions.</summary>
    public string ProviderName { get; }

    /// <summary>The statements, with the names of the tables.</summary>
    public RelationalStatements Statements { get; }

    /// <summary>Closes what the dialect opened.</summary>
    public abstract void Dispose();

    /// <summary>Closes what the dialect opened.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Opens a connection for one statement. The caller disposes it.</summary>
    /// <param name="statement">The statement, for a dialect that keeps commands prepared.</param>
    /// <param name="writes">Whether it changes anything.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    protected abstract ValueTask<DbConnection> OpenAsync(string statement, bool writes, CancellationToken cancellationToken = default);

    /// <summary>Makes what a statement changed last. Needed by a dialect whose statements are no transactions by themselves.</summary>
    /// <param name="connection">What <see cref="OpenAsync"/> gave. Disposed without this call, it leaves no change.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    protected virtual ValueTask CommitAsync(DbConnection connection, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    /// <summary>Adds a parameter with the engine's own type.</summary>
    /// <param name="command">The driver's command.</param>
    /// <param name="parameter">The parameter.</param>
    protected abstract void AddParameter(DbCommand command, in RelationalParameter parameter);

    /// <summary>Sets what a command needs beside its text and parameters.</summary>
    /// <param name="command">The driver's command, with its text.</param>
    protected virtual void Configure(DbCommand command)
    {
    }

    /// <summary>Reads a JSON document as UTF-8.</summary>
    /// <param name="reader">A reader at a row.</param>
    /// <param name="ordinal">The column.</param>
    protected abstract byte[] ReadDocument(DbDataReader reader, int ordinal);

    /// <summary>What an exception of the driver means; null where it is not the engine's. [23]</summary>
    /// <param name="exception">What a call of the driver threw.</param>
    protected abstract RelationalFailure? Describe(Exception exception);

    /// <summary>Whether the engine says that a table is not there.</summary>
    /// <param name="exception">What a call of the driver threw.</param>
    protected abstract bool IsMissingTable(Exception exception);

    /// <summary>Whether the engine has certainly undone a statement because of another that ran beside it, so that it may be sent again.</summary>
    /// <param name="exception">What a call of the driver threw.</param>
    protected virtual bool IsUndoneConflict(Exception exception) => false;

    /// <summary>Closes what the driver's pool holds where the connection was lost, so that a call after the engine's return does not meet what its restart has ended.</summary>
    /// <returns>Whether the connection was lost, and the call may be made again on a new one: every statement may be sent twice.</returns>
    /// <param name="exception">What a call of the driver threw.</param>
    protected virtual bool TryForgetConnections(Exception exception) => false;

    /// <summary>Keeps a connection on which a statement has failed out of the driver's pool, where the driver does not by itself.</summary>
    /// <param name="connection">What <see cref="OpenAsync"/> gave; it is disposed next.</param>
    /// <param name="exception">What a call of the driver threw.</param>
    protected virtual void Abandon(DbConnection connection, Exception exception)
    {
    }

    internal byte[] Document(DbDataReader reader, int ordinal) => ReadDocument(reader, ordinal);

    internal void Bind(DbCommand command, RelationalParameter[] parameters)
    {
        Configure(command);
        foreach (ref readonly var parameter in parameters.AsSpan())
        {
            AddParameter(command, parameter);
        }
    }

    internal ValueTask<int> ExecuteAsync(string operation, string statement, RelationalParameter[] parameters, CancellationToken cancellationToken) => RunAsync(
        operation,
        statement,
        writes: true,
        static (_, command, parameters) => command.ExecuteAsync(parameters),
        parameters,
        cancellationToken);

    /// <summary>The first row; null where there is none.</summary>
    internal ValueTask<StoredRow?> ReadFirstAsync(string operation, string statement, bool writes, RelationalParameter[] parameters, CancellationToken cancellationToken) => RunAsync(
        operation,
        statement,
        writes,
        static (database, command, parameters) => command.QueryFirstOrDefaultAsync(parameters, database._rows),
        parameters,
        cancellationToken);

    /// <summary>The number that a write gives as its first row; null where it gives none.</summary>
    /// <param name="operation">The operation, for errors.</param>
    /// <param name="statement">The statement.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="isNullOfRepeatCertain">Whether null is so too where the answer of a first try was lost. Of a lease it is not, which may be that very try's: then that failure is thrown.</param>
    internal ValueTask<long?> ReadNumberAsync(
        string operation,
        string statement,
        RelationalParameter[] parameters,
        CancellationToken cancellationToken,
        bool isNullOfRepeatCertain = true) => RunAsync(
        operation,
        statement,
        writes: true,
        static (_, command, parameters) => command.QueryFirstOrDefaultAsync(parameters, NumberReader),
        parameters,
        cancellationToken,
        isNullOfRepeatCertain);

    /// <summary>How many states a purge removed: expired ones, and such as were consumed before.</summary>
    internal ValueTask<(int Expired, int Consumed)> ReadPurgedAsync(string operation, string statement, RelationalParameter[] parameters, CancellationToken cancellationToken) => RunAsync(
        operation,
        statement,
        writes: true,
        static (_, command, parameters) => command.QueryFirstOrDefaultAsync(parameters, PurgedReader),
        parameters,
        cancellationToken);

    /// <summary>A client id and the key of one of its workspaces; null where there is no row.</summary>
    internal ValueTask<(string ClientId, byte[] WorkspaceKey)?> ReadClientAsync(string operation, string statement, RelationalParameter[] parameters, CancellationToken cancellationToken) => RunAsync(
        operation,
        statement,
        writes: false,
        static (_, command, parameters) => command.QueryFirstOrDefaultAsync(parameters, ClientReader),
        parameters,
        cancellationToken);

    internal ValueTask<List<StoredRow>> ReadAllAsync(string operation, string statement, RelationalParameter[] parameters, CancellationToken cancellationToken) => RunAsync(
        operation,
        statement,
        writes: false,
        static (database, command, parameters) => command.QueryBufferedAsync(parameters, database._rows),
        parameters,
        cancellationToken);

    internal async ValueTask PrepareAsync(string operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await PrepareCoreAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Wrap(operation, exception, cancellationToken) is { } wrapped)
        {
            throw wrapped;
        }
    }

    internal SlackOAuthStoreException Damaged(string operation, Exception cause, WorkspaceId? workspace = null, string? userId = null) => new(
        ProviderName,
        operation,
        "a stored record is no valid JSON record",
        isTransient: false,
        "Put its row back from a backup, or delete it and have the app installed again: saving replaces it.",
        cause)
    {
        IsUnreadableRecord = true,
        Workspace = workspace,
        UserId = userId,
    };

    private static int Count(DbDataReader reader, int ordinal) => Convert.ToInt32(reader.GetValue(ordinal), CultureInfo.InvariantCulture);

    /// <summary>One of the calls that come first prepares; the others wait for it.</summary>
    private async ValueTask PrepareOnFirstUseAsync(CancellationToken cancellationToken)
    {
        await _preparing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isPrepared)
            {
                await PrepareCoreAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _preparing.Release();
        }
    }

    /// <summary>Twenty processes may come here at once: the script lets one after the other in, and who was overtaken looks again.</summary>
    private async ValueTask PrepareCoreAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; !_isPrepared; attempt++)
        {
            try
            {
                var version = await ReadVersionAsync(cancellationToken).ConfigureAwait(false);
                if (version < SchemaVersion)
                {
                    await RunOnceAsync(
                        version > 0 && Statements.Upgrade is { } upgrade ? upgrade : Statements.Prepare,
                        writes: true,
                        static (_, command, parameters) => command.ExecuteAsync(parameters),
                        [],
                        cancellationToken).ConfigureAwait(false);
                }

                _isPrepared = true;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && MayRepeat(attempt, exception))
            {
            }
        }
    }

    /// <summary>Looked up first: a role that may not create tables can use them all the same.</summary>
    private async ValueTask<int> ReadVersionAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await RunOnceAsync(
                Statements.ReadVersion,
                writes: false,
                static async (_, command, parameters) =>
                    Convert.ToInt32(await command.ExecuteScalarAsync(parameters).ConfigureAwait(false), CultureInfo.InvariantCulture),
                [],
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsMissingTable(exception))
        {
            return 0;
        }
    }

    /// <remarks>Each call waits for the engine three times on its way, and the runtime would allocate what keeps its place anew each time: half a kilobyte.</remarks>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> RunAsync<T>(
        string operation,
        string statement,
        bool writes,
        Func<RelationalDatabase, Command<RelationalParameter[]>, RelationalParameter[], Task<T>> run,
        RelationalParameter[] parameters,
        CancellationToken cancellationToken,
        bool isNullOfRepeatCertain = true)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (_prepareOnFirstUse && !_isPrepared)
            {
                await PrepareOnFirstUseAsync(cancellationToken).ConfigureAwait(false);
            }

            if (_cancelled.Find(parameters) is { } left)
            {
                await left.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }

            Exception? lost = null;
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    var result = await RunOnceAsync(statement, writes, run, parameters, cancellationToken).ConfigureAwait(false);
                    if (lost is not null && result is null && !isNullOfRepeatCertain)
                    {
                        break;
                    }

                    return result;
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested && MayRepeat(attempt, exception))
                {
                    lost = IsUndoneConflict(exception) ? lost : exception;
                }
            }

            ExceptionDispatchInfo.Throw(lost);
            return default;
        }
        catch (Exception exception) when (Wrap(operation, exception, cancellationToken) is { } wrapped)
        {
            throw wrapped;
        }
    }

    /// <summary>A statement that was undone, because whoever it collided with has gone on; and one whose connection was lost, once. Each may be sent twice: see <see cref="RelationalStatements"/>.</summary>
    private bool MayRepeat(int attempt, Exception exception) => (attempt < MaxAttempts && IsUndoneConflict(exception)) || (TryForgetConnections(exception) && attempt == 1);

    private ValueTask<T> RunOnceAsync<T>(
        string statement,
        bool writes,
        Func<RelationalDatabase, Command<RelationalParameter[]>, RelationalParameter[], Task<T>> run,
        RelationalParameter[] parameters,
        CancellationToken cancellationToken)
    {
        var call = SendAsync(statement, writes, run, parameters, cancellationToken);
        return cancellationToken.CanBeCanceled && !call.IsCompleted ? _cancelled.LeaveAsync(call.AsTask(), writes, parameters, cancellationToken) : call;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> SendAsync<T>(
        string statement,
        bool writes,
        Func<RelationalDatabase, Command<RelationalParameter[]>, RelationalParameter[], Task<T>> run,
        RelationalParameter[] parameters,
        CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(statement, writes, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            // A negative timeout leaves the driver's own, as the connection string has it.
            var command = connection.Command(statement, CommandType.Text, timeout: -1, _statements);
            try
            {
                var call = IsBound ? RunUnbound(run, command, parameters) : run(this, command, parameters);
                var result = await call.ConfigureAwait(false);
                if (writes)
                {
                    await CommitAsync(connection, cancellationToken).ConfigureAwait(false);
                }

                return result;
            }
            catch (Exception exception)
            {
                Abandon(connection, exception);
                throw;
            }
        }
    }

    /// <summary>Whether there is a context that Dapper, which awaits without <c>ConfigureAwait(false)</c>, would go on upon: the thread of a desktop app, which may be blocking on this very call.</summary>
    private static bool IsBound => SynchronizationContext.Current is not null || TaskScheduler.Current != TaskScheduler.Default;

    private Task<T> RunUnbound<T>(Func<RelationalDatabase, Command<RelationalParameter[]>, RelationalParameter[], Task<T>> run, Command<RelationalParameter[]> command, RelationalParameter[] parameters) =>
        Task.Run(() => run(this, command, parameters));

    /// <summary>What the caller sees; null where the exception is to pass as it is.</summary>
    private Exception? Wrap(string operation, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is SlackOAuthStoreException || (exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            return null;
        }

        if (IsMissingTable(exception))
        {
            return Failure(new RelationalFailure(
                "a table of the store is missing",
                IsTransient: false,
                $"Call {nameof(IStorePreparation)}.{nameof(IStorePreparation.PrepareAsync)}, run its script, or turn PrepareOnFirstUse on; check the schema and the table prefix."));
        }

        // A driver may report a cancelled command as an error of the engine.
        return Describe(exception) is not { } failure ? null
            : cancellationToken.IsCancellationRequested ? new OperationCanceledException("The call was cancelled.", exception, cancellationToken)
            : Failure(failure);

        SlackOAuthStoreException Failure(RelationalFailure failure) => new(ProviderName, operation, failure.Reason, failure.IsTransient, failure.NextStep, exception);
    }
}
