using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace SlackOAuth.Stores.Redis;

/// <summary>Keeps states in Redis or Valkey, standalone, replicated or clustered.</summary>
/// <remarks>
/// <para>Safe for concurrent use. Issuing is one <c>SET NX PX</c>, consuming one <c>GETDEL</c> (a script where the server has no GETDEL), each on the key of that state. [17, 24]</para>
/// <para>Redis removes what is a minute older than its lifetime; whether a state is valid is for the <see cref="TimeProvider"/> to say. [18]</para>
/// </remarks>
public sealed class RedisOAuthStateStore : IOAuthStateStore
{
    // Redis must not remove a state that the app's clock still holds valid.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly RedisConnection _connection;
    private readonly RedisKeys _keys;
    private readonly TimeProvider _timeProvider;
    private readonly string _clientId;
    private readonly TimeSpan _lifetime;
    private volatile bool _isGetDeleteMissing;

    /// <summary>Creates a store over a connection, which it never disposes.</summary>
    /// <param name="options">The client id and the lifetime of a state.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="redisOptions">The key prefix; null for the defaults. Its connection string is not used.</param>
    /// <param name="timeProvider">The clock that judges expiry; null for the system's.</param>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public RedisOAuthStateStore(SlackOAuthStoresOptions options, IConnectionMultiplexer connection, RedisStoreOptions? redisOptions = null, TimeProvider? timeProvider = null)
        : this(options, new RedisConnection(connection), redisOptions ?? new RedisStoreOptions(), timeProvider ?? TimeProvider.System)
    {
    }

    internal RedisOAuthStateStore(SlackOAuthStoresOptions options, RedisConnection connection, RedisStoreOptions redisOptions, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        redisOptions.Validate();
        _connection = connection;
        _keys = new RedisKeys(redisOptions, options.ClientId);
        _timeProvider = timeProvider;
        _clientId = options.ClientId;
        _lifetime = options.StateLifetime;
    }

    /// <inheritdoc />
    public async ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default)
    {
        data ??= new OAuthStateData();
        var state = OAuthState.Create();
        var stored = StoreJson.Serialize(new StoredOAuthState(data, _timeProvider.GetUtcNow() + _lifetime));
        await _connection.CallAsync(
            nameof(IssueAsync),
            (Key: _keys.State(OAuthState.ComputeKey(state, _clientId, data.Purpose)!), Value: stored, Expiry: _lifetime + Grace),
            static (database, call) => database.StringSetAsync(call.Key, call.Value, call.Expiry, When.NotExists, RedisConnection.OnPrimary),
            cancellationToken).ConfigureAwait(false);
        return state;
    }

    /// <inheritdoc />
    /// <remarks>A caller whose connection breaks before the answer gets the exception, never null, and Redis has used the state or has not: the flow is begun again. [17]</remarks>
    public async ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (OAuthState.ComputeKey(state, _clientId, purpose) is not { } hash)
        {
            return null;
        }

        var stored = await _connection.CallAsync(
            nameof(ConsumeAsync),
            (Store: this, Key: _keys.State(hash)),
            static async (database, call) =>
            {
                var value = await call.Store.GetAndDeleteAsync(database, call.Key).ConfigureAwait(false);
                return value.IsNull ? null : StoreJson.ReadState(((ReadOnlyMemory<byte>)value).Span);
            },
            cancellationToken).ConfigureAwait(false);
        return stored is not null && _timeProvider.GetUtcNow() < stored.ExpiresAt ? stored.Data : null;
    }

    private async Task<RedisValue> GetAndDeleteAsync(IDatabase database, RedisKey key)
    {
        if (!_isGetDeleteMissing)
        {
            try
            {
                return await database.StringGetDeleteAsync(key, RedisConnection.OnPrimary).ConfigureAwait(false);
            }
            catch (RedisServerException exception) when (exception.Kind == RedisErrorKind.UnknownCommand)
            {
                // Older than 6.2, or switched off. What is unknown did nothing: the script asks for the first time.
                _isGetDeleteMissing = true;
            }
        }

        return (RedisValue)await database.ScriptEvaluateAsync(RedisScripts.GetAndDelete, [key], [], RedisConnection.OnPrimary).ConfigureAwait(false);
    }
}
