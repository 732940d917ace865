using StackExchange.Redis;

namespace SlackOAuth.Stores.Redis;

/// <summary>The connection of the stores: one the app gave, which is never disposed, or one of their own, made at the first call.</summary>
internal sealed class RedisConnection : IDisposable, IAsyncDisposable
{
    /// <summary>For every call: the driver's default reads from a replica while no primary can be reached, and a replica may show what was rotated or deleted before. [8, 11]</summary>
    internal const CommandFlags OnPrimary = CommandFlags.DemandMaster;

    private static readonly TimeSpan ReconnectEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly ConfigurationOptions? _configuration;
    private IDatabase? _database;
    private Task<ConnectionMultiplexer>? _connecting;
    private bool _isDisposed;

    internal RedisConnection(IConnectionMultiplexer connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _database = connection.GetDatabase();
    }

    internal RedisConnection(RedisStoreOptions options)
    {
        _configuration = ConfigurationOptions.Parse(options.ConnectionString!);
        // A Redis that is down when the app starts, or goes down later, is tried again until it is back, without a restart of the app. [23]
        _configuration.AbortOnConnectFail = false;
        _configuration.ReconnectRetryPolicy = new LinearRetry((int)ReconnectEvery.TotalMilliseconds);
    }

    /// <summary>Makes a call, and turns what the driver reports into the one exception of the family. [22, 23]</summary>
    /// <remarks>
    /// The driver takes no token: a cancelled call is no longer waited for, and Redis carries it out whole or not at all.
    /// </remarks>
    internal async ValueTask<TResult> CallAsync<TCall, TResult>(string operation, TCall call, Func<IDatabase, TCall, Task<TResult>> invoke, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var database = _database ?? await ConnectAsync(cancellationToken).ConfigureAwait(false);
            var answer = invoke(database, call);
            return await (cancellationToken.CanBeCanceled ? answer.WaitAsync(cancellationToken) : answer).ConfigureAwait(false);
        }
        catch (Exception exception) when (RedisErrors.IsEngineFailure(exception))
        {
            throw RedisErrors.Wrap(operation, exception);
        }
    }

    public void Dispose()
    {
        if (End() is { } connecting)
        {
            // A connection still being made is closed when it is there.
            connecting.ContinueWith(static made => made.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (End() is { } connecting)
        {
            await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (connecting.IsCompletedSuccessfully)
            {
                await (await connecting.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private Task<ConnectionMultiplexer>? End()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _database = null;
            return Interlocked.Exchange(ref _connecting, null);
        }
    }

    private async ValueTask<IDatabase> ConnectAsync(CancellationToken cancellationToken)
    {
        Task<ConnectionMultiplexer> connecting;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            // Shared by the callers of the first moment, so not cancelled with one of them. A failed try is followed by another.
            if (_connecting is null or { IsFaulted: true })
            {
                _connecting = ConnectionMultiplexer.ConnectAsync(_configuration!);
            }

            connecting = _connecting;
        }

        return _database = (await connecting.WaitAsync(cancellationToken).ConfigureAwait(false)).GetDatabase();
    }
}
