using System.Runtime.CompilerServices;
using Npgsql;
using SlackOAuth.Stores.PostgreSql;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands.Doctor;

/// <summary>PostgreSQL: whether an acknowledged commit is on disk, and whether this is the primary.</summary>
internal sealed class PostgreSqlProbe(OpenedStore store) : IEngineProbe
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(store.Options<PostgreSqlStoreOptions>().ConnectionString!);

    public async ValueTask<string> ReachAsync(CancellationToken cancellationToken = default) =>
        $"PostgreSQL {await ReadAsync<string>("SELECT current_setting('server_version')", cancellationToken).ConfigureAwait(false)}";

    public async ValueTask<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken = default) =>
        new DateTimeOffset(await ReadAsync<DateTime>("SELECT clock_timestamp()", cancellationToken).ConfigureAwait(false));

    public async IAsyncEnumerable<DoctorCheck> CheckAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var fsync = await ReadAsync<string>("SELECT current_setting('fsync')", cancellationToken).ConfigureAwait(false);
        var commit = await ReadAsync<string>("SELECT current_setting('synchronous_commit')", cancellationToken).ConfigureAwait(false);
        yield return (fsync, commit) switch
        {
            ("off", _) => DoctorCheck.Fail("persistence", "fsync is off: a crash of the server can damage the database", "Set fsync = on."),
            (_, "off") => DoctorCheck.Warn("persistence", "synchronous_commit is off: a crash loses what was acknowledged in the last moment", "Set it to on for the role of the app: ALTER ROLE … SET synchronous_commit = on."),
            _ => DoctorCheck.Ok("persistence", $"fsync {fsync}, synchronous_commit {commit}"),
        };
        if (await ReadAsync<bool>("SELECT pg_is_in_recovery()", cancellationToken).ConfigureAwait(false))
        {
            yield return DoctorCheck.Fail("primary", "this server is a standby, which takes no writes", "Name the primary, or add 'Target Session Attributes=primary' to the connection string.");
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async ValueTask<T> ReadAsync<T>(string query, CancellationToken cancellationToken)
    {
        var command = _source.CreateCommand(query);
        await using (command.ConfigureAwait(false))
        {
            return (T)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }
}
