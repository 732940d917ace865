using System.Collections.Concurrent;
using MongoDB.Bson;
using MongoDB.Driver;

namespace SlackOAuth.Stores.MongoDB;

/// <summary>The collection of a store: made where it is missing, and called so that what the driver reports becomes the one exception of the family. [22, 23, 25]</summary>
/// <remarks>
/// A read that is cancelled is given up. A write that is cancelled is no longer waited for, and the driver goes on: a connection that it closed instead might still hold the command, to be
/// carried out behind what comes later. Later calls for the same document wait until it is settled. [22]
/// </remarks>
internal sealed class MongoDBCollection(IMongoCollection<BsonDocument> documents, MongoDBSchema schema, bool prepareOnFirstUse, SemaphoreSlim places)
{
    private const int Attempts = 10;

    private readonly ConcurrentDictionary<string, Task> _abandoned = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private Task<bool>? _preparing;
    private volatile bool _isPrepared = !prepareOnFirstUse;

    internal delegate Task<TResult> Call<in TArguments, TResult>(IMongoCollection<BsonDocument> documents, TArguments arguments, CancellationToken cancellationToken);

    internal string PreparationScript => schema.Script(documents.CollectionNamespace.CollectionName);

    internal async ValueTask PrepareAsync(string operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _isPrepared = await RepeatAsync(operation, this, static (_, collection, cancellationToken) => collection.PrepareTogetherAsync().WaitAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads.</summary>
    /// <param name="operation">The store's method.</param>
    /// <param name="key">The document that is read; null for several.</param>
    /// <param name="arguments">What <paramref name="call"/> is given.</param>
    /// <param name="call">The call of the driver.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    internal async ValueTask<TResult> ReadAsync<TArguments, TResult>(string operation, string? key, TArguments arguments, Call<TArguments, TResult> call, CancellationToken cancellationToken)
    {
        await BeginAsync(operation, key, cancellationToken).ConfigureAwait(false);
        return await RepeatAsync(operation, arguments, call, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what may be written twice. Where the connection was lost it is, once: the driver of a standalone server does not do so itself, and finds out by a call that a restart ended its connections.</summary>
    /// <inheritdoc cref="ReadAsync" />
    internal async ValueTask<TResult> WriteAsync<TArguments, TResult>(string operation, string key, TArguments arguments, Call<TArguments, TResult> call, CancellationToken cancellationToken)
    {
        await BeginAsync(operation, key, cancellationToken).ConfigureAwait(false);
        return await SettleAsync(key, RepeatAsync(operation, arguments, call, CancellationToken.None).AsTask(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes where a second time could not give the answer of the first. The driver repeats it where the server remembers what it answered: a replica set does, a standalone server does not. [17]</summary>
    /// <inheritdoc cref="ReadAsync" />
    internal async ValueTask<TResult> WriteOnceAsync<TArguments, TResult>(string operation, string key, TArguments arguments, Call<TArguments, TResult> call, CancellationToken cancellationToken)
    {
        await BeginAsync(operation, key, cancellationToken).ConfigureAwait(false);
        try
        {
            return await SettleAsync(key, InvokeAsync(arguments, call, CancellationToken.None), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (MongoDBErrors.IsEngineFailure(exception))
        {
            throw MongoDBErrors.Wrap(operation, exception);
        }
    }

    /// <summary>Once for all callers of a moment, so not cancelled with one of them: the driver lets few wait for their server. A failed try is followed by another.</summary>
    private Task<bool> PrepareTogetherAsync()
    {
        lock (_gate)
        {
            return _preparing is null or { IsCompleted: true } ? _preparing = PrepareAloneAsync() : _preparing;
        }

        async Task<bool> PrepareAloneAsync()
        {
            await schema.PrepareAsync(documents, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
    }

    private async ValueTask BeginAsync(string operation, string? key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_isPrepared)
        {
            await PrepareAsync(operation, cancellationToken).ConfigureAwait(false);
        }

        if (key is not null && _abandoned.TryGetValue(key, out var abandoned))
        {
            await abandoned.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<TResult> SettleAsync<TResult>(string key, Task<TResult> write, CancellationToken cancellationToken)
    {
        try
        {
            return await write.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!write.IsCompleted)
        {
            _ = ForgetAsync(key, _abandoned.AddOrUpdate(key, write, (_, earlier) => Task.WhenAll(earlier, write)));
            throw;
        }
    }

    private async Task ForgetAsync(string key, Task abandoned)
    {
        await abandoned.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _abandoned.TryRemove(KeyValuePair.Create(key, abandoned));
    }

    private async ValueTask<TResult> RepeatAsync<TArguments, TResult>(string operation, TArguments arguments, Call<TArguments, TResult> call, CancellationToken cancellationToken)
    {
        var wasLost = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await InvokeAsync(arguments, call, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!wasLost && MongoDBErrors.IsLostConnection(exception))
            {
                wasLost = true;
            }
            catch (Exception exception) when (attempt < Attempts && MongoDBErrors.IsUndoneConflict(exception))
            {
                // Two upserts made one document: for the one that came second, it is there now.
            }
            catch (Exception exception) when (MongoDBErrors.IsEngineFailure(exception))
            {
                throw MongoDBErrors.Wrap(operation, exception);
            }
        }
    }

    /// <summary>No more calls at once than the driver has connections: of many more it would refuse some, where these wait.</summary>
    private async Task<TResult> InvokeAsync<TArguments, TResult>(TArguments arguments, Call<TArguments, TResult> call, CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await call(documents, arguments, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            places.Release();
        }
    }
}
