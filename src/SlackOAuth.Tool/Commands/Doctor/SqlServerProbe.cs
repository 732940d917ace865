using System.Runtime.CompilerServices;
using Microsoft.Data.SqlClient;
using SlackOAuth.Stores.SqlServer;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands.Doctor;

/// <summary>SQL Server and Azure SQL: whether an acknowledged commit is on disk, and whether its log can be backed up.</summary>
internal sealed class SqlServerProbe(OpenedStore store) : IEngineProbe
{
    internal const string VersionQuery = "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128))";
    internal const string ClockQuery = "SELECT SYSUTCDATETIME()";
    internal const string DatabaseQuery = "SELECT recovery_model_desc, delayed_durability_desc FROM sys.databases WHERE database_id = DB_ID()";

    private readonly SqlConnection _connection = new(store.Options<SqlServerStoreOptions>().ConnectionString);

    public async ValueTask<string> ReachAsync(CancellationToken cancellationToken = default)
    {
        await _connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        return $"SQL Server {(await ReadAsync(VersionQuery, cancellationToken).ConfigureAwait(false))[0]}";
    }

    public async ValueTask<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken = default) =>
        new DateTimeOffset(DateTime.SpecifyKind((DateTime)(await ReadAsync(ClockQuery, cancellationToken).ConfigureAwait(false))[0], DateTimeKind.Utc));

    public async IAsyncEnumerable<DoctorCheck> CheckAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (await ReadAsync(DatabaseQuery, cancellationToken).ConfigureAwait(false) is not [string recovery, string durability])
        {
            yield return DoctorCheck.Unknown("persistence", "Look yourself that DELAYED_DURABILITY is DISABLED or ALLOWED.");
            yield break;
        }

        yield return durability == "FORCED"
            ? DoctorCheck.Warn("persistence", "DELAYED_DURABILITY is FORCED: a crash loses what was acknowledged in the last moment", "ALTER DATABASE CURRENT SET DELAYED_DURABILITY = ALLOWED.")
            : DoctorCheck.Ok("persistence", $"durability is not forced to be delayed, recovery model {recovery}");
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async ValueTask<object[]> ReadAsync(string query, CancellationToken cancellationToken)
    {
        var command = _connection.CreateCommand();
        command.CommandText = query;
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var values = new object[reader.FieldCount];
                return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.GetValues(values) > 0 ? values : [];
            }
        }
    }
}
