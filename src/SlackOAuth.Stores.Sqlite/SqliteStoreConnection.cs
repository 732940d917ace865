using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace SlackOAuth.Stores.Sqlite;

/// <summary>A connection that stays open between calls and keeps each statement's command prepared: to parse a statement costs more than to run it.</summary>
/// <remarks>Disposing it gives it back to the database; <see cref="Discard"/> closes it.</remarks>
internal sealed class SqliteStoreConnection(string connectionString, Action<SqliteStoreConnection> giveBack) : SqliteConnection(connectionString)
{
    /// <summary>By the instance: the texts are few, live as long as the database, and are long to hash.</summary>
    private readonly Dictionary<string, KeptCommand> _commands = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, sqlite3_stmt> _plain = new(ReferenceEqualityComparer.Instance);
    private KeptCommand? _current;
    private bool _isDiscarded;

    /// <summary>Whether it was opened for a write.</summary>
    internal bool IsWriter { get; set; }

    /// <summary>Whether a transaction is open, which a commit would have ended.</summary>
    internal bool IsInTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    /// <summary>Whether the last call to SQLite failed.</summary>
    internal bool HasFailed => raw.sqlite3_errcode(Handle) is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE);

    /// <summary>Chooses the command that is created next.</summary>
    internal void Use(string statement)
    {
        if (!_commands.TryGetValue(statement, out _current))
        {
            _commands[statement] = _current = new KeptCommand { Connection = this, CommandText = statement };
        }
    }

    /// <summary>Runs statements without rows and gives SQLite's result code. Where the file is locked, the driver would block the thread and sleep.</summary>
    internal int TryRun(string statements) => raw.sqlite3_exec(Handle, statements);

    /// <summary>The same for one statement without parameters that comes again and again, and stays prepared.</summary>
    internal int TryRunPrepared(string statement)
    {
        if (!_plain.TryGetValue(statement, out var prepared))
        {
            var code = raw.sqlite3_prepare_v2(Handle, statement, out prepared);
            if (code != raw.SQLITE_OK)
            {
                return code;
            }

            _plain[statement] = prepared;
        }

        raw.sqlite3_step(prepared);
        return raw.sqlite3_reset(prepared);
    }

    /// <summary>How changes are kept safe, in SQLite's words, as this connection last set or saw it.</summary>
    internal string ReadJournalMode()
    {
        using var command = base.CreateDbCommand();
        command.CommandText = "PRAGMA journal_mode";
        return (string)command.ExecuteScalar()!;
    }

    /// <summary>Throws what the driver throws for a result code that is no success.</summary>
    internal void ThrowIfFailed(int code) => SqliteException.ThrowExceptionForRC(code, Handle);

    /// <summary>Closes it.</summary>
    internal void Discard()
    {
        _isDiscarded = true;
        foreach (var command in _commands.Values)
        {
            command.Discard();
        }

        foreach (var statement in _plain.Values)
        {
            statement.Dispose();
        }

        Dispose();
    }

    protected override DbCommand CreateDbCommand() => _current ?? base.CreateDbCommand();

    // CA2215: it goes back instead.
#pragma warning disable CA2215
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDiscarded)
        {
            _current = null;
            giveBack(this);
            return;
        }

        base.Dispose(disposing);
    }

    private sealed class KeptCommand : SqliteCommand
    {
        internal void Discard() => base.Dispose(true);

        protected override void Dispose(bool disposing)
        {
            // The command is kept for the next call; the tokens among its values are not.
            Parameters.Clear();
        }
    }
}
