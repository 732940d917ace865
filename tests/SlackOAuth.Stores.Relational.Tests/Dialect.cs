using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace SlackOAuth.Stores.Relational.Tests;

/// <summary>A dialect as an outside author writes it, over SQLite in memory, whose calls are recorded and can be made to fail.</summary>
internal sealed class Dialect : RelationalDatabase
{
    private readonly Lock _gate = new();
    private readonly Queue<Exception> _lostAnswers = new();
    private readonly Queue<Exception> _failures = new();
    private readonly string _connectionString;
    private readonly SqliteConnection _kept;
    private Task? _silence;

    internal Dialect(bool prepareOnFirstUse = true, string? upgrade = null)
        : base("Dialect", Texts(upgrade), prepareOnFirstUse)
    {
        _connectionString = $"Data Source={Guid.NewGuid():N};Mode=Memory;Cache=Shared";
        _kept = new SqliteConnection(_connectionString);
        _kept.Open();
    }

    /// <summary>Every statement sent, in order, those of preparing included.</summary>
    internal List<string> Sent { get; } = [];

    /// <summary>What the last statement was given.</summary>
    internal List<RelationalParameter> Parameters { get; private set; } = [];

    internal int Disposed { get; private set; }

    /// <summary>What happens while a statement fails.</summary>
    internal Action? WhileFailing { get; set; }

    internal static RelationalStatements Texts(string? upgrade = null, string? schema = null, string tablePrefix = RelationalNames.DefaultTablePrefix) => new RelationalStatements
    {
        Prepare = RelationalSchema.Read(typeof(Dialect).Assembly),
        Upgrade = upgrade,
        ReadVersion = SharedStatements.ReadVersion,
        SaveBot = SharedStatements.PutBot + SharedStatements.DropHistory,
        SaveBotWithHistory = SharedStatements.PutBot + SharedStatements.RememberBot,
        Save = SharedStatements.PutBot + SharedStatements.PutInstallation + SharedStatements.DropHistory,
        SaveWithHistory = SharedStatements.PutBot + SharedStatements.PutInstallation + SharedStatements.RememberBot + SharedStatements.RememberInstallation,
        FindBot = SharedStatements.FindBot,
        FindInstallation = SharedStatements.FindInstallation,
        FindLatestInstallation = SharedStatements.FindLatestInstallation,
        DeleteBot = SharedStatements.RemoveBot + SharedStatements.RemoveWorkspaceIfEmpty,
        DeleteInstallation = SharedStatements.RemoveInstallation + SharedStatements.RemoveWorkspaceIfEmpty,
        DeleteInstallations = SharedStatements.RemoveInstallations + SharedStatements.RemoveWorkspaceIfEmpty,
        DeleteAll = SharedStatements.RemoveWorkspace,
        ListBots = SharedStatements.ListBots,
        ListInstallations = SharedStatements.ListInstallations,
        FindNextClient = SharedStatements.FindNextClient,
        ListBotHistory = SharedStatements.ListBotHistory,
        ListInstallationHistory = SharedStatements.ListInstallationHistory,
        TrimHistory = SharedStatements.RemoveOldHistory + "; SELECT changes()",
        AcquireBotLease = SharedStatements.AcquireBotLease,
        AcquireInstallationLease = SharedStatements.AcquireInstallationLease,
        SaveLeasedBot = SharedStatements.ReplaceBot + SharedStatements.DropHistory,
        SaveLeasedBotWithHistory = SharedStatements.ReplaceBot + SharedStatements.RememberBot,
        SaveLeasedInstallation = SharedStatements.ReplaceInstallation + SharedStatements.DropHistory,
        SaveLeasedInstallationWithHistory = SharedStatements.ReplaceInstallation + SharedStatements.RememberInstallation,
        ReleaseBotLease = SharedStatements.ReleaseBotLease,
        ReleaseInstallationLease = SharedStatements.ReleaseInstallationLease,
        Issue = "INSERT OR IGNORE INTO {table}states (state_key, client_key, expires_at, document) VALUES (@state, @client, @expires_at, CAST(@document AS {json}))",
        Consume = "UPDATE {table}states SET claim = @claim WHERE state_key = @state AND (claim IS NULL OR claim = @claim) RETURNING document",
        Purge = "DELETE FROM {table}states WHERE client_key = @client AND expires_at <= @now AND claim IS NULL; SELECT changes()",
    }.For(schema, tablePrefix, "TEXT");

    /// <summary>The next statements fail before the engine has them.</summary>
    internal void Fail(params Exception[] failures) => Add(_failures, failures);

    /// <summary>The next writes are made, and their answers are lost.</summary>
    internal void LoseAnswers(params Exception[] failures) => Add(_lostAnswers, failures);

    /// <summary>The next statement is not heard of until then, whatever becomes of its token.</summary>
    internal void BeSilent(Task until) => _silence = until;

    internal object? Run(string statement)
    {
        using var command = _kept.CreateCommand();
        command.CommandText = statement;
        return command.ExecuteScalar();
    }

    public override void Dispose()
    {
        Disposed++;
        _kept.Dispose();
    }

    public override ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask<DbConnection> OpenAsync(string statement, bool writes, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            Sent.Add(statement);
            Parameters = [];
            if (_failures.TryDequeue(out var failure))
            {
                WhileFailing?.Invoke();
                throw failure;
            }
        }

        if (Interlocked.Exchange(ref _silence, null) is { } silence)
        {
            await silence;
        }

        var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync(CancellationToken.None);
        return connection;
    }

    protected override ValueTask CommitAsync(DbConnection connection, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return _lostAnswers.TryDequeue(out var failure) ? ValueTask.FromException(failure) : ValueTask.CompletedTask;
        }
    }

    protected override void AddParameter(DbCommand command, in RelationalParameter parameter)
    {
        Parameters.Add(parameter);
        command.Parameters.Add(new SqliteParameter(parameter.Name, parameter.Value switch
        {
            null => DBNull.Value,
            DateTimeOffset instant => instant.ToString("O", CultureInfo.InvariantCulture),
            byte[] document when parameter.Kind == RelationalParameterKind.Document => Encoding.UTF8.GetString(document),
            var value => value,
        }));
    }

    protected override byte[] ReadDocument(DbDataReader reader, int ordinal) => reader.GetFieldValue<byte[]>(ordinal);

    protected override bool IsMissingTable(Exception exception) => exception is SqliteException && exception.Message.Contains("no such table", StringComparison.Ordinal);

    protected override bool IsUndoneConflict(Exception exception) => exception is Undone or SqliteException { SqliteErrorCode: 19 };

    protected override bool TryForgetConnections(Exception exception) => exception is Lost;

    protected override RelationalFailure? Describe(Exception exception) => exception switch
    {
        Undone => new("other calls were in the way", IsTransient: true),
        Lost => new("the connection was lost", IsTransient: true, "Check the cable."),
        Refused => new("the engine refused it", IsTransient: false, "Ask for the right."),
        _ => null,
    };

    private void Add(Queue<Exception> queue, Exception[] failures)
    {
        lock (_gate)
        {
            foreach (var failure in failures)
            {
                queue.Enqueue(failure);
            }
        }
    }

    internal sealed class Undone() : DataException("undone");

    internal sealed class Lost() : DataException("lost");

    internal sealed class Refused() : DataException("refused");
}

internal sealed class DialectInstallationStore(RelationalDatabase database, bool ownsDatabase = false, Action<SlackOAuthStoresOptions>? configure = null, TimeProvider? timeProvider = null)
    : RelationalInstallationStore(Options(configure), database, ownsDatabase, timeProvider)
{
    internal static SlackOAuthStoresOptions Options(Action<SlackOAuthStoresOptions>? configure = null)
    {
        var options = new SlackOAuthStoresOptions { ClientId = "111.222" };
        configure?.Invoke(options);
        return options;
    }
}

internal sealed class DialectStateStore(RelationalDatabase database, bool ownsDatabase = false)
    : RelationalOAuthStateStore(DialectInstallationStore.Options(), database, ownsDatabase);
