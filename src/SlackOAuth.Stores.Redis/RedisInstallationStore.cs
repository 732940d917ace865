using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace SlackOAuth.Stores.Redis;

/// <summary>Keeps installations in Redis or Valkey, standalone, replicated or clustered.</summary>
/// <remarks>
/// <para>Safe for concurrent use. A lookup is one command and a save one script, each on the keys of one workspace, which share a slot of a cluster. [7, 12, 24]</para>
/// <para>What a call acknowledges is as durable as the server's persistence and replication make it: see the README.</para>
/// </remarks>
public sealed class RedisInstallationStore : IInstallationStore, IInstallationListing, IAppListing, IInstallationHistory, IHistoryTrimming, IRotationLeasing
{
    private const int PageSize = 100;
    private const int RecordsOfAPage = 50;

    private readonly RedisConnection _connection;
    private readonly RedisKeys _keys;
    private readonly int _historyLength;
    private readonly TimeProvider _timeProvider;

    /// <summary>Creates a store over a connection, which it never disposes.</summary>
    /// <param name="options">The client id and the history's length.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="redisOptions">The key prefix; null for the defaults. Its connection string is not used.</param>
    /// <param name="timeProvider">The clock that judges when a lease is over; null for the system's.</param>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public RedisInstallationStore(SlackOAuthStoresOptions options, IConnectionMultiplexer connection, RedisStoreOptions? redisOptions = null, TimeProvider? timeProvider = null)
        : this(options, new RedisConnection(connection), redisOptions ?? new RedisStoreOptions(), timeProvider ?? TimeProvider.System)
    {
    }

    internal RedisInstallationStore(SlackOAuthStoresOptions options, RedisConnection connection, RedisStoreOptions redisOptions, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        redisOptions.Validate();
        _connection = connection;
        _keys = new RedisKeys(redisOptions, options.ClientId);
        _historyLength = options.HistoryEnabled ? options.HistoryLength : 0;
        _timeProvider = timeProvider;
    }

    /// <inheritdoc />
    public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(installation);
        return SaveAsync(nameof(SaveAsync), workspace, installation.ToBot(), installation, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(bot);
        return SaveAsync(nameof(SaveBotAsync), workspace, bot, installation: null, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!StoreArguments.CanBeStored(workspace))
        {
            return null;
        }

        return await _connection.CallAsync(
            nameof(FindBotAsync),
            _keys.Workspace(workspace),
            static async (database, key) => ReadBot(await database.HashGetAsync(key, RedisKeys.Bot, RedisConnection.OnPrimary).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!StoreArguments.CanBeStored(workspace, userId))
        {
            return null;
        }

        return await _connection.CallAsync<(RedisKey Key, RedisValue Field), Installation?>(
            nameof(FindInstallationAsync),
            (_keys.Workspace(workspace), userId is null ? RedisKeys.Latest : RedisKeys.User(userId)),
            static async (database, call) =>
            {
                var values = await database.HashGetAsync(call.Key, [RedisKeys.Bot, call.Field], RedisConnection.OnPrimary).ConfigureAwait(false);
                return values[1].IsNull ? null : ReadInstallation(values[1]).WithBot(ReadBot(values[0]));
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        DeleteAsync(nameof(DeleteBotAsync), workspace, RedisScripts.DeleteBot, userId: null, cancellationToken);

    /// <inheritdoc />
    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        DeleteAsync(nameof(DeleteInstallationAsync), workspace, userId is null ? RedisScripts.DeleteUsers : RedisScripts.DeleteUser, userId, cancellationToken);

    /// <inheritdoc />
    public async ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (StoreArguments.CanBeStored(workspace))
        {
            await _connection.CallAsync(
                nameof(DeleteAllAsync),
                _keys.AllOf(workspace),
                static (database, keys) => database.KeyDeleteAsync(keys, RedisConnection.OnPrimary),
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    /// <remarks>Goes through the keys of the whole Redis with SCAN: for maintenance, not for requests.</remarks>
    public IAsyncEnumerable<Bot> ListBotsAsync(CancellationToken cancellationToken = default) => RecordListing.Read(
        ListStoredBotsAsync(cancellationToken),
        stored => ReadBot(nameof(ListBotsAsync), stored));

    /// <inheritdoc />
    /// <remarks>Goes through the keys of the whole Redis with SCAN: for maintenance, not for requests.</remarks>
    public IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default) => RecordListing.Read(
        ListStoredInstallationsAsync(cancellationToken),
        stored => ReadInstallation(nameof(ListInstallationsAsync), stored));

    /// <inheritdoc />
    /// <remarks>Goes through the keys of the whole Redis with SCAN, and reads no record: for maintenance, not for requests.</remarks>
    public async IAsyncEnumerable<string> ListClientIdsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var listed = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var key in ScanAsync(nameof(ListClientIdsAsync), _keys.AppPattern, cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_keys.ClientId(key) is var clientId && listed.Add(clientId))
            {
                yield return clientId;
            }
        }
    }

    /// <inheritdoc />
    public IAsyncEnumerable<Bot> ListBotHistoryAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => RecordListing.Read(
        ReadHistoryAsync(nameof(ListBotHistoryAsync), workspace, RedisKeys.Bots, userId: null, cancellationToken),
        stored => ReadBot(nameof(ListBotHistoryAsync), stored));

    /// <inheritdoc />
    public IAsyncEnumerable<Installation> ListInstallationHistoryAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) => RecordListing.Read(
        ReadHistoryAsync(nameof(ListInstallationHistoryAsync), workspace, RedisKeys.Installations, userId, cancellationToken),
        stored => ReadInstallation(nameof(ListInstallationHistoryAsync), stored));

    /// <inheritdoc />
    public async ValueTask<int> TrimHistoryAsync(WorkspaceId workspace, DateTimeOffset olderThan, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!StoreArguments.CanBeStored(workspace))
        {
            return 0;
        }

        return (int)await EvaluateAsync(
            nameof(TrimHistoryAsync),
            RedisScripts.TrimHistory,
            _keys.AllOf(workspace),
            [RedisKeys.Time(StoreArguments.WholeMicroseconds(olderThan))],
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        StoreArguments.ValidateLeaseDuration(duration);
        cancellationToken.ThrowIfCancellationRequested();
        if (!StoreArguments.CanBeStored(workspace, userId))
        {
            return null;
        }

        var now = _timeProvider.GetUtcNow();
        var expiresAt = now + duration;
        var fence = await EvaluateAsync(
            nameof(TryAcquireLeaseAsync),
            RedisScripts.AcquireLease,
            _keys.AllOf(workspace),
            [Field(userId), RedisKeys.Ticks(now), RedisKeys.Ticks(expiresAt)],
            cancellationToken).ConfigureAwait(false);
        return fence.IsNull ? null : new RotationLease { Workspace = workspace, UserId = userId, FencingToken = (long)fence, ExpiresAt = expiresAt };
    }

    /// <inheritdoc />
    public ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(lease, bot);
        return SaveLeasedAsync(nameof(TrySaveBotAsync), workspace, lease, StoreJson.Serialize(bot), bot.InstalledAt, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(lease, installation);
        return SaveLeasedAsync(nameof(TrySaveInstallationAsync), workspace, lease, StoreJson.Serialize(installation.WithBot(null)), installation.InstalledAt, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        cancellationToken.ThrowIfCancellationRequested();
        if (StoreArguments.CanBeStored(lease.Workspace, lease.UserId))
        {
            await EvaluateAsync(
                nameof(ReleaseLeaseAsync),
                RedisScripts.ReleaseLease,
                _keys.AllOf(lease.Workspace),
                [Field(lease.UserId), lease.FencingToken, RedisKeys.Ticks(lease.ExpiresAt)],
                cancellationToken).ConfigureAwait(false);
        }
    }

    private static RedisValue Field(string? userId) => userId is null ? RedisKeys.Bot : RedisKeys.User(userId);

    private async ValueTask<bool> SaveLeasedAsync(string operation, WorkspaceId workspace, RotationLease lease, byte[] record, DateTimeOffset installedAt, CancellationToken cancellationToken) =>
        (bool)await EvaluateAsync(
            operation,
            RedisScripts.SaveLeased,
            _keys.AllOf(workspace),
            [_historyLength, Field(lease.UserId), record, RedisKeys.Time(installedAt), lease.FencingToken],
            cancellationToken).ConfigureAwait(false);

    private async ValueTask SaveAsync(string operation, WorkspaceId workspace, Bot? bot, Installation? installation, CancellationToken cancellationToken)
    {
        RedisValue[] arguments =
        [
            _historyLength,
            bot is null ? RedisValue.EmptyString : StoreJson.Serialize(bot),
            bot is null ? RedisValue.EmptyString : RedisKeys.Time(bot.InstalledAt),
            installation is null ? RedisValue.EmptyString : RedisKeys.User(installation.UserId),
            installation is null ? RedisValue.EmptyString : StoreJson.Serialize(installation.WithBot(null)),
            installation is null ? RedisValue.EmptyString : RedisKeys.Time(installation.InstalledAt),
        ];
        await EvaluateAsync(operation, RedisScripts.Save, _keys.AllOf(workspace), arguments, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask DeleteAsync(string operation, WorkspaceId workspace, string script, string? userId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (StoreArguments.CanBeStored(workspace, userId))
        {
            await EvaluateAsync(operation, script, _keys.AllOf(workspace), userId is null ? [] : [RedisKeys.User(userId)], cancellationToken).ConfigureAwait(false);
        }
    }

    private ValueTask<RedisResult> EvaluateAsync(string operation, string script, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancellationToken) =>
        _connection.CallAsync(
            operation,
            (script, keys, arguments),
            static (database, call) => database.ScriptEvaluateAsync(call.script, call.keys, call.arguments, RedisConnection.OnPrimary),
            cancellationToken);

    /// <summary>The keys of every workspace of the client id, page by page and each once.</summary>
    private async IAsyncEnumerable<RedisKey[]> ListWorkspacesAsync(string operation, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<RedisKey>();
        var page = new List<RedisKey>(PageSize);
        await foreach (var key in ScanAsync(operation, _keys.WorkspacePattern, cancellationToken).ConfigureAwait(false))
        {
            if (seen.Add(key))
            {
                page.Add(key);
            }

            if (page.Count == PageSize)
            {
                yield return [.. page];
                page.Clear();
            }
        }

        if (page.Count > 0)
        {
            yield return [.. page];
        }
    }

    /// <summary>The keys of a pattern, from every primary. SCAN may give one twice while Redis resizes its tables, and two of the addresses of a connection may be of one server.</summary>
    private async IAsyncEnumerable<RedisKey> ScanAsync(string operation, RedisValue pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (primaries, database) = await _connection.CallAsync(
            operation,
            _keys,
            static (database, _) =>
            {
                var primaries = database.Multiplexer.GetServers().Where(server => !server.IsReplica).ToArray();
                return primaries.Length > 0
                    ? Task.FromResult((primaries, database.Database))
                    : throw new RedisConnectionException(ConnectionFailureType.UnableToResolvePhysicalConnection, RedisConnection.OnPrimary, "No primary is known.");
            },
            cancellationToken).ConfigureAwait(false);
        foreach (var server in primaries)
        {
            var keys = server.KeysAsync(database, pattern, PageSize).GetAsyncEnumerator(cancellationToken);
            await using var disposing = keys.ConfigureAwait(false);
            while (await _connection.CallAsync(operation, keys, static (_, scan) => scan.MoveNextAsync().AsTask(), cancellationToken).ConfigureAwait(false))
            {
                yield return keys.Current;
            }
        }
    }

    private async IAsyncEnumerable<StoredRecord> ListStoredBotsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var keys in ListWorkspacesAsync(nameof(ListBotsAsync), cancellationToken).ConfigureAwait(false))
        {
            var bots = await _connection.CallAsync(
                nameof(ListBotsAsync),
                keys,
                static (database, keys) => Task.WhenAll(keys.Select(key => database.HashGetAsync(key, RedisKeys.Bot, RedisConnection.OnPrimary))),
                cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < keys.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new StoredRecord(keys[i], RedisKeys.Bot, bots[i]);
            }
        }
    }

    private async IAsyncEnumerable<StoredRecord> ListStoredInstallationsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var keys in ListWorkspacesAsync(nameof(ListInstallationsAsync), cancellationToken).ConfigureAwait(false))
        {
            // Oldest first: an installation that is saved again meanwhile moves to where this has not been yet.
            var request = new PageRequest(RedisKeys.Installations, OldestFirst: true, Field: "", CurrentOnly: true);
            var firstPages = keys.Select(key => ReadPageAsync(nameof(ListInstallationsAsync), key, request, cancellationToken).AsTask()).ToArray();
            await Task.WhenAll(firstPages).ConfigureAwait(false);
            for (var i = 0; i < keys.Length; i++)
            {
                var users = new HashSet<RedisValue>();
                for (var page = await firstPages[i].ConfigureAwait(false); ; page = await ReadPageAsync(nameof(ListInstallationsAsync), keys[i], request with { After = page.Last }, cancellationToken).ConfigureAwait(false))
                {
                    foreach (var record in page.Records)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        if (users.Add(record.Field))
                        {
                            yield return record;
                        }
                    }

                    if (page.Last.IsNull)
                    {
                        break;
                    }
                }
            }
        }
    }

    private async IAsyncEnumerable<StoredRecord> ReadHistoryAsync(string operation, WorkspaceId workspace, string set, string? userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!StoreArguments.CanBeStored(workspace, userId))
        {
            yield break;
        }

        var request = new PageRequest(set, OldestFirst: false, userId is null ? "" : RedisKeys.User(userId), CurrentOnly: _historyLength == 0);
        Page page;
        do
        {
            page = await ReadPageAsync(operation, _keys.Workspace(workspace), request, cancellationToken).ConfigureAwait(false);
            foreach (var record in page.Records)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return record;
            }

            request = request with { After = page.Last };
        }
        while (!page.Last.IsNull);
    }

    private async ValueTask<Page> ReadPageAsync(string operation, RedisKey workspace, PageRequest request, CancellationToken cancellationToken) =>
        await _connection.CallAsync(
            operation,
            (workspace, request),
            static async (database, call) =>
            {
                RedisValue[] arguments = [call.request.After.IsNull ? RedisValue.EmptyString : call.request.After, RecordsOfAPage, call.request.OldestFirst, call.request.Field, call.request.CurrentOnly];
                var values = (RedisValue[])(await database.ScriptEvaluateAsync(
                    RedisScripts.ReadPage,
                    [call.workspace, call.workspace.Append(call.request.Set)],
                    arguments,
                    RedisConnection.OnPrimary).ConfigureAwait(false))!;
                var bot = new Lazy<Bot?>(() => call.request.Set == RedisKeys.Installations ? ReadBot(values[1]) : null);
                return new Page(values[0], [.. values[2..].Chunk(2).Select(record => new StoredRecord(call.workspace, record[0], record[1]) { CurrentBot = bot })]);
            },
            cancellationToken).ConfigureAwait(false);

    private Bot? ReadBot(string operation, StoredRecord stored) => Read(operation, stored, static stored => ReadBot(stored.Record));

    private Installation ReadInstallation(string operation, StoredRecord stored) => Read(operation, stored, static stored => ReadInstallation(stored.Record).WithBot(stored.CurrentBot?.Value));

    private T Read<T>(string operation, StoredRecord stored, Func<StoredRecord, T> read)
    {
        try
        {
            return read(stored);
        }
        catch (JsonException exception)
        {
            throw RedisErrors.Wrap(operation, exception, _keys.Workspace(stored.Workspace), RedisKeys.UserId(stored.Field));
        }
    }

    private static Bot? ReadBot(RedisValue value) => value.IsNull ? null : StoreJson.ReadBot(((ReadOnlyMemory<byte>)value).Span);

    private static Installation ReadInstallation(RedisValue value) => StoreJson.ReadInstallation(((ReadOnlyMemory<byte>)value).Span);

    private sealed record PageRequest(string Set, bool OldestFirst, RedisValue Field, bool CurrentOnly)
    {
        internal RedisValue After { get; init; } = RedisValue.Null;
    }

    private sealed record Page(RedisValue Last, StoredRecord[] Records);

    /// <summary>A record as it is stored, in the hash of its workspace.</summary>
    private sealed record StoredRecord(RedisKey Workspace, RedisValue Field, RedisValue Record)
    {
        /// <summary>The bot that an installation is shown with.</summary>
        internal Lazy<Bot?>? CurrentBot { get; init; }
    }
}
