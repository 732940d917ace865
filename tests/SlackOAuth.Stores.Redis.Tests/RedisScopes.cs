using System.Collections.Concurrent;
using System.Text;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;
using StackExchange.Redis;

namespace SlackOAuth.Stores.Redis.Tests;

/// <summary>The part of a Redis that each scope has: a key prefix, and where the server allows it a proxy of its own, which counts and breaks.</summary>
/// <param name="connect">Gives the connection string of the server.</param>
/// <param name="isProxied">Whether there is a proxy in between: not with a cluster, whose nodes tell the driver their own addresses.</param>
public sealed class RedisScopes(Func<ValueTask<string>> connect, bool isProxied) : IEngineScopes
{
    private readonly ConcurrentDictionary<string, TcpProxy> _proxies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _prefixes = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<RedisConnection> _connections = [];
    private ConnectionMultiplexer? _direct;

    /// <summary>A connection as the app has it that gives UseRedis a connection string.</summary>
    internal async Task<(RedisConnection Connection, RedisStoreOptions Options)> ConnectAsync(StoreScope scope)
    {
        var server = await connect();
        _direct ??= await ConnectionMultiplexer.ConnectAsync(server);
        var options = new RedisStoreOptions { KeyPrefix = Prefix(scope), ConnectionString = server };
        _prefixes[options.KeyPrefix] = true;
        if (isProxied)
        {
            // RESP3 needs no second connection for subscriptions: what the proxy sees is what the store does.
            var proxy = _proxies.GetOrAdd(scope.Name, _ => Proxy(server));
            options.ConnectionString = $"{TcpProxy.Host}:{proxy.Port},protocol=resp3";
        }

        var connection = new RedisConnection(options);
        _connections.Add(connection);
        return (connection, options);
    }

    public TcpProxy? FindProxy(StoreScope scope) => _proxies.GetValueOrDefault(scope.Name);

    /// <summary>Every key of the scope with what it holds.</summary>
    public async ValueTask<string> DumpAsync(StoreScope scope)
    {
        var dump = new StringBuilder();
        await foreach (var key in KeysAsync(scope))
        {
            var database = _direct!.GetDatabase();
            dump.Append(key).Append(' ').AppendLine(await database.KeyTypeAsync(key) switch
            {
                RedisType.Hash => string.Join('\n', (await database.HashGetAllAsync(key)).Select(entry => entry.ToString())),
                RedisType.SortedSet => string.Join('\n', await database.SortedSetRangeByRankAsync(key)),
                RedisType.String => await database.StringGetAsync(key),
                var type => throw new InvalidOperationException($"The stores make no {type}."),
            });
        }

        return dump.ToString();
    }

    /// <summary>How many states Redis would hold if its clock were the test's: a state that outlives its validity by so much now outlives it by as much then.</summary>
    public async ValueTask<long> CountStatesAsync(StoreScope scope)
    {
        var count = 0;
        await foreach (var key in KeysAsync(scope))
        {
            var stored = await _direct!.GetDatabase().StringGetWithExpiryAsync(key);
            var outlives = stored.Expiry!.Value - scope.Options.StateLifetime;
            count += StoreJson.ReadState(((ReadOnlyMemory<byte>)stored.Value).Span).ExpiresAt + outlives > scope.Time.GetUtcNow() ? 1 : 0;
        }

        return count;
    }

    /// <summary>Adds a field to every JSON object that is stored for the scope.</summary>
    public async ValueTask AddUnknownFieldsAsync(StoreScope scope)
    {
        await foreach (var key in KeysAsync(scope))
        {
            var database = _direct!.GetDatabase();
            switch (await database.KeyTypeAsync(key))
            {
                case RedisType.Hash:
                    foreach (var entry in await database.HashGetAllAsync(key))
                    {
                        if (Extend(entry.Value) is { } extended)
                        {
                            await database.HashSetAsync(key, entry.Name, extended);
                        }
                    }

                    break;
                case RedisType.String:
                    await database.StringSetAsync(key, Extend(await database.StringGetAsync(key)) ?? "", expiry: null, keepTtl: true);
                    break;
            }
        }
    }

    public async ValueTask DamageAsync(StoreScope scope, string appId)
    {
        var database = _direct!.GetDatabase();
        await foreach (var key in KeysAsync(scope))
        {
            foreach (var entry in await database.KeyTypeAsync(key) == RedisType.Hash ? await database.HashGetAllAsync(key) : [])
            {
                if ((string)entry.Value! is { } record && record.Contains(appId, StringComparison.Ordinal))
                {
                    await database.HashSetAsync(key, entry.Name, record[..(record.Length / 2)]);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }

        foreach (var proxy in _proxies.Values)
        {
            await proxy.DisposeAsync();
        }

        if (_direct is not null)
        {
            await RedisServer.DeleteAsync(_direct, key => _prefixes.ContainsKey(key[..(key.IndexOf(':', StringComparison.Ordinal) + 1)]));
            await _direct.DisposeAsync();
        }
    }

    internal static string Prefix(StoreScope scope) => scope.Name + ":";

    private static TcpProxy Proxy(string server)
    {
        var endpoint = ConfigurationOptions.Parse(server).EndPoints[0].ToString()!.Replace("Unspecified/", "", StringComparison.Ordinal).Split(':');
        return new TcpProxy(endpoint[0], int.Parse(endpoint[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    private static RedisValue? Extend(RedisValue value) =>
        value.ToString() is var text && text.StartsWith('{') ? """{"a_field_of_tomorrow":{"and":["more"]},""" + text[1..] : null;

    private async IAsyncEnumerable<RedisKey> KeysAsync(StoreScope scope)
    {
        foreach (var server in _direct!.GetServers())
        {
            await foreach (var key in server.KeysAsync(pattern: Prefix(scope) + "*", pageSize: 1000))
            {
                yield return key;
            }
        }
    }
}
