using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SlackOAuth.Stores.Sqlite;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands.Doctor;

/// <summary>SQLite: the file's mode and rights, and whether it is whole.</summary>
internal sealed class SqliteProbe(OpenedStore store) : IEngineProbe
{
    private readonly string _path = Path.GetFullPath(store.Options<SqliteStoreOptions>().Path);
    private SqliteConnection? _connection;

    public async ValueTask<string> ReachAsync(CancellationToken cancellationToken = default)
    {
        if (!File.Exists(_path))
        {
            throw new FileNotFoundException("There is no such file.", _path);
        }

        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        await _connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        return $"SQLite {await ReadAsync("SELECT sqlite_version()", cancellationToken).ConfigureAwait(false)}";
    }

    public ValueTask<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken = default) => new((DateTimeOffset?)null);

    public async IAsyncEnumerable<DoctorCheck> CheckAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var mode = await ReadAsync("PRAGMA journal_mode", cancellationToken).ConfigureAwait(false);
        yield return mode == "wal"
            ? DoctorCheck.Ok("persistence", "journal mode wal; a power cut may undo the last writes unless the app sets FlushEveryWrite")
            : DoctorCheck.Warn("persistence", $"journal mode {mode}: readers wait for writers", "The store sets wal when the app starts. If that does not last, the file may be on a network share: move it to a local disk.");
        yield return FileRights.Check(_path, $"chmod go= {_path}*");
        yield return await ReadAsync("PRAGMA quick_check(1)", cancellationToken).ConfigureAwait(false) == "ok"
            ? DoctorCheck.Ok("integrity", "the file is whole")
            : DoctorCheck.Fail("integrity", "SQLite finds the file damaged", "Stop the app, and put the file back from a backup.");
    }

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async ValueTask<string?> ReadAsync(string query, CancellationToken cancellationToken)
    {
        var command = _connection!.CreateCommand();
        command.CommandText = query;
        await using (command.ConfigureAwait(false))
        {
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string;
        }
    }
}
