using System.Globalization;
using System.Runtime.CompilerServices;
using SlackOAuth.Stores.Redis;
using SlackOAuth.Tool.Stores;
using StackExchange.Redis;

namespace SlackOAuth.Tool.Commands.Doctor;

/// <summary>Redis and Valkey: persistence, and what happens when the memory is full.</summary>
internal sealed class RedisProbe(OpenedStore store) : IEngineProbe
{
    private readonly Dictionary<string, string> _info = new(StringComparer.Ordinal);
    private ConnectionMultiplexer? _connection;

    private IServer Server => Array.Find(_connection!.GetServers(), server => server is { IsConnected: true, IsReplica: false })
        ?? throw new ToolException(ExitCodes.StoreFailure, "no server that the connection names is a primary, which alone takes writes");

    public async ValueTask<string> ReachAsync(CancellationToken cancellationToken = default)
    {
        var options = ConfigurationOptions.Parse(store.Options<RedisStoreOptions>().ConnectionString!);

        // CONFIG GET is among what the driver holds back else. Nothing is changed.
        (options.AbortOnConnectFail, options.AllowAdmin) = (true, true);
        _connection = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var (name, value) in (await Server.InfoAsync().WaitAsync(cancellationToken).ConfigureAwait(false)).SelectMany(section => section))
            {
                _info[name] = value;
            }
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("NOPERM", StringComparison.Ordinal) || exception.Message.StartsWith("ERR unknown command", StringComparison.Ordinal))
        {
            // Least privileges leave INFO out, which no store needs.
            return "Redis, which does not tell this user its version";
        }

        var isValkey = Info("server_name") == "valkey";
        return $"{(isValkey ? "Valkey" : "Redis")} {(isValkey ? Info("valkey_version") : Info("redis_version"))}{(Info("cluster_enabled") == "1" ? ", cluster" : "")}";
    }

    public async ValueTask<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return new DateTimeOffset(DateTime.SpecifyKind(await Server.TimeAsync().WaitAsync(cancellationToken).ConfigureAwait(false), DateTimeKind.Utc));
        }
        catch (RedisException)
        {
            return null;
        }
    }

    public async IAsyncEnumerable<DoctorCheck> CheckAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return await CheckPersistenceAsync(cancellationToken).ConfigureAwait(false);
        if (Info("rdb_last_bgsave_status") is "err" || Info("aof_last_write_status") is "err")
        {
            yield return DoctorCheck.Fail("persistence", "the last write to disk failed", "See Redis's log; most often the disk is full.");
        }

        yield return CheckEviction();
    }

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async ValueTask<DoctorCheck> CheckPersistenceAsync(CancellationToken cancellationToken)
    {
        if (Info("aof_enabled") == "1")
        {
            return DoctorCheck.Ok("persistence", $"append-only file{(await ConfigAsync("appendfsync", cancellationToken).ConfigureAwait(false) is { } flush ? $", flushed {flush}" : "")}");
        }

        return (Info("aof_enabled"), await ConfigAsync("save", cancellationToken).ConfigureAwait(false)) switch
        {
            (null, _) => DoctorCheck.Unknown("persistence", "Allow it INFO, or look yourself that appendonly is yes."),
            (_, "") => DoctorCheck.Fail("persistence", "neither append-only file nor snapshots: a restart loses every installation", "Switch it on: CONFIG SET appendonly yes, and in the configuration file."),
            (_, null) => DoctorCheck.Warn("persistence", "no append-only file; whether there are snapshots is not told", "Switch it on (appendonly yes), unless the service that runs Redis keeps the data otherwise."),
            _ => DoctorCheck.Warn("persistence", "snapshots alone: a crash loses what was written since the last one", "Switch the append-only file on: appendonly yes."),
        };
    }

    private DoctorCheck CheckEviction() => (Info("maxmemory_policy"), Info("maxmemory")) switch
    {
        (null, _) => DoctorCheck.Unknown("eviction", "Allow it INFO, or look yourself that maxmemory-policy is noeviction."),
        ("noeviction", "0" or null) => DoctorCheck.Ok("eviction", "noeviction, no limit of memory"),
        ("noeviction", { } limit) => DoctorCheck.Ok("eviction", $"noeviction at {Megabytes(limit)}"),
        (var policy, "0") => DoctorCheck.Warn("eviction", $"{policy}, without a limit of memory as yet", "Set maxmemory-policy noeviction before a limit is set: installations are no cache."),
        (var policy, var limit) => DoctorCheck.Fail("eviction", $"{policy} at {Megabytes(limit!)}: installations are evicted when the memory is full", "Set maxmemory-policy noeviction."),
    };

    private async ValueTask<string?> ConfigAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var found = await Server.ConfigGetAsync(name).WaitAsync(cancellationToken).ConfigureAwait(false);
            return found is [var pair, ..] ? pair.Value : null;
        }
        catch (RedisException)
        {
            // Managed services switch CONFIG off, and least privileges leave it out.
            return null;
        }
    }

    private string? Info(string name) => _info.GetValueOrDefault(name);

    private static string Megabytes(string bytes) => $"{long.Parse(bytes, CultureInfo.InvariantCulture) / 1_048_576} MB";
}
