using SlackOAuth.Stores.TestBackends;
using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(SlackOAuth.Stores.Redis.Tests.RedisServer))]
[assembly: AssemblyFixture(typeof(SlackOAuth.Stores.Redis.Tests.RedisCluster))]

namespace SlackOAuth.Stores.Redis.Tests;

/// <summary>The Redis that the tests of this assembly share.</summary>
public sealed class RedisServer() : EngineServer(Engine.Redis)
{
    /// <summary>Starts a Redis of the calling test's own.</summary>
    /// <param name="arguments">Arguments of redis-server.</param>
    internal Task<EngineContainer> StartOwnAsync(params string[] arguments) =>
        StartContainerAsync(engine => engine with { Command = [.. engine.Command, .. arguments] });

    /// <summary>Starts a primary and a replica of it in one container of the calling test's own, both in the connection string, the primary first.</summary>
    internal async Task<(EngineContainer Redis, string Primary)> StartReplicatedAsync()
    {
        string[] ports = [];
        var redis = await StartContainerAsync(engine =>
        {
            int[] same = [EngineContainer.FreePort(), EngineContainer.FreePort()];
            ports = [.. same.Select(port => $"{port}")];
            return engine with
            {
                SamePorts = same,
                ConnectionString = (host, _) => string.Join(',', same.Select(port => $"{host}:{port}")),
                Command = ["sh", "-c", """redis-server --port $1 --protected-mode no --save "" --daemonize yes; exec redis-server --port $2 --protected-mode no --save "" --replicaof 127.0.0.1 $1""", "replicated", .. ports],
            };
        });
        return (redis, ports[0]);
    }

    /// <summary>Removes what tests made: the server may be someone else's.</summary>
    internal static async Task DeleteAsync(IConnectionMultiplexer connection, Func<string, bool> isOurs)
    {
        var deletions = new List<Task>();
        foreach (var server in connection.GetServers())
        {
            await foreach (var key in server.KeysAsync(pageSize: 1000))
            {
                if (isOurs(key.ToString()))
                {
                    deletions.Add(connection.GetDatabase().KeyDeleteAsync(key));
                }
            }
        }

        await Task.WhenAll(deletions);
    }

    protected override async Task ProbeAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(connectionString).WaitAsync(cancellationToken);
        await redis.GetDatabase().PingAsync().WaitAsync(cancellationToken);
    }
}

/// <summary>A Redis Cluster of three primaries, in one container, that the tests of this assembly share.</summary>
public sealed class RedisCluster() : EngineServer(Engine.Redis, Cluster)
{
    // The nodes speak to one another over loopback inside the container, and tell clients the ports that the host has too.
    private const string Script =
        """
        bus=17001
        for port in "$@"; do
          redis-server --port $port --cluster-enabled yes --cluster-config-file nodes-$port.conf --cluster-port $bus --cluster-announce-ip 127.0.0.1 --protected-mode no --save "" --daemonize yes
          until redis-cli -p $port ping; do sleep 0.1; done
          bus=$((bus + 1))
        done
        redis-cli --cluster create 127.0.0.1:$1 127.0.0.1:$2 127.0.0.1:$3 --cluster-yes
        exec sleep infinity
        """;

    protected override async Task ProbeAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(connectionString + ",allowAdmin=true").WaitAsync(cancellationToken);
        foreach (var server in redis.GetServers())
        {
            var info = (string)(await server.ExecuteAsync("CLUSTER", "INFO").WaitAsync(cancellationToken))!;
            if (!info.Contains("cluster_state:ok", StringComparison.Ordinal) || !info.Contains("cluster_known_nodes:3", StringComparison.Ordinal))
            {
                throw new InvalidOperationException(info);
            }
        }
    }

    private static Engine Cluster(Engine engine)
    {
        int[] ports = [EngineContainer.FreePort(), EngineContainer.FreePort(), EngineContainer.FreePort()];
        return engine with
        {
            SamePorts = ports,
            ConnectionString = (_, _) => string.Join(',', ports.Select(port => $"127.0.0.1:{port}")),
            Command = ["sh", "-c", Script, "cluster", .. ports.Select(port => $"{port}")],
        };
    }
}
