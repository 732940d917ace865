using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using SlackOAuth.Stores.Redis;
using StackExchange.Redis;

namespace SlackOAuth.Stores.Benchmarks.Engines;

internal sealed class BareRedis : IBareEngine
{
    private static readonly TimeSpan Expiry = TimeSpan.FromMinutes(11);

    // The store's own script, whatever it comes to be.
    private static readonly string SaveScript = (string)typeof(RedisInstallationStore).Assembly.GetType("SlackOAuth.Stores.Redis.RedisScripts", throwOnError: true)!
        .GetField("Save", BindingFlags.Static | BindingFlags.NonPublic)!.GetRawConstantValue()!;

    private readonly Queue<RedisKey> _issued = new();
    private readonly byte[] _state = StoreJson.Serialize(new StoredOAuthState(new OAuthStateData(), DateTimeOffset.MaxValue));
    private readonly Installation _installation = Sample.Installation(0);
    private readonly IConnectionMultiplexer _connection;
    private readonly IDatabase _database;
    private readonly RedisKey _found;
    private readonly RedisKey[] _saved;
    private int _saves;

    private readonly string _prefix;

    private BareRedis(IConnectionMultiplexer connection, string prefix, RedisKey found, RedisKey saved)
    {
        (_connection, _database, _prefix, _found) = (connection, connection.GetDatabase(), prefix, found);
        _saved = [saved, saved.Append(":installations"), saved.Append(":bots")];
    }

    internal static Task<IBareEngine> ConnectAsync(IConnectionMultiplexer connection, RedisStoreOptions options)
    {
        RedisKey Key(int number) => connection.GetServers()[0].Keys(pattern: $"{options.KeyPrefix}*:{Sample.TeamId(number)}}}").Single();
        return Task.FromResult<IBareEngine>(new BareRedis(connection, options.KeyPrefix, Key(Sample.Workspaces / 2), Key(0)));
    }

    public async ValueTask<Bot?> FindBotAsync() => ReadBot(await _database.HashGetAsync(_found, "bot"));

    public async ValueTask<Installation?> FindInstallationAsync()
    {
        var values = await _database.HashGetAsync(_found, ["bot", "user:" + Sample.UserId]);
        return StoreJson.ReadInstallation(((ReadOnlyMemory<byte>)values[1]).Span).WithBot(ReadBot(values[0]));
    }

    public async ValueTask SaveAsync()
    {
        var installation = _installation with { InstalledAt = Sample.InstalledAt.AddSeconds(++_saves) };
        RedisValue time = (installation.InstalledAt.UtcTicks / TimeSpan.TicksPerMicrosecond).ToString("D18", CultureInfo.InvariantCulture);
        await _database.ScriptEvaluateAsync(SaveScript, _saved, [0, StoreJson.Serialize(installation.ToBot()!), time, "user:" + Sample.UserId, StoreJson.Serialize(installation.WithBot(null)), time]);
    }

    public async ValueTask IssueAsync()
    {
        RedisKey key = _prefix + "state:" + RandomNumberGenerator.GetHexString(64);
        await _database.StringSetAsync(key, _state, Expiry, When.NotExists);
        _issued.Enqueue(key);
    }

    public async ValueTask<StoredOAuthState?> ConsumeAsync() => StoreJson.ReadState(((ReadOnlyMemory<byte>)await _database.StringGetDeleteAsync(_issued.Dequeue())).Span);

    public async ValueTask ClearStatesAsync()
    {
        _issued.Clear();
        await DeleteAsync("state:*");
    }

    public async ValueTask DisposeAsync()
    {
        await DeleteAsync("*");
        await _connection.DisposeAsync();
    }

    private Task DeleteAsync(string pattern) => _database.KeyDeleteAsync(_connection.GetServers()[0].Keys(pattern: _prefix + pattern, pageSize: 1000).ToArray());

    private static Bot? ReadBot(RedisValue value) => StoreJson.ReadBot(((ReadOnlyMemory<byte>)value).Span);
}
