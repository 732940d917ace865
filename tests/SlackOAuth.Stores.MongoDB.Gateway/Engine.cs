using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;

namespace SlackOAuth.Stores.MongoDB.Gateway;

/// <summary>The functions of the DocumentDB engine, each of which takes the command's BSON as it is.</summary>
internal sealed class Engine(NpgsqlDataSource source)
{
    private const int Attempts = 20;

    private readonly ConcurrentDictionary<string, Gate> _gates = new(StringComparer.Ordinal);

    /// <summary>Runs a function and gives the columns of its one row: BSON as bytes, null as null.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="isAlone">Whether nothing else may happen in the collection meanwhile.</param>
    /// <param name="statement">The call.</param>
    /// <param name="parameters">Its parameters.</param>
    internal async Task<object?[]> CallAsync(string collection, bool isAlone, string statement, params object?[] parameters)
    {
        var gate = _gates.GetOrAdd(collection, _ => new Gate());
        for (var attempt = 1; ; attempt++)
        {
            // Concurrent inserts of one key can deadlock in the engine. What has done so is repeated alone.
            var entered = await gate.EnterAsync(isAlone || attempt > 1);
            try
            {
                return await RunAsync(statement, parameters);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < Attempts)
            {
                // Once more.
            }
            finally
            {
                gate.Leave(entered);
            }
        }
    }

    private async Task<object?[]> RunAsync(string statement, object?[] parameters)
    {
        await using var command = source.CreateCommand(statement);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter ?? DBNull.Value, NpgsqlDbType = parameter is string ? NpgsqlDbType.Text : NpgsqlDbType.Bytea });
        }

        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        var row = new object[reader.FieldCount];
        reader.GetValues(row);
        return [.. row.Select(value => value is DBNull ? null : value)];
    }

    /// <summary>Lets many in, or one alone.</summary>
    private sealed class Gate
    {
        private const int All = 1000;

        private readonly SemaphoreSlim _places = new(All);
        private readonly SemaphoreSlim _alone = new(1);

        internal async Task<int> EnterAsync(bool isAlone)
        {
            if (!isAlone)
            {
                await _places.WaitAsync();
                return 1;
            }

            await _alone.WaitAsync();
            for (var place = 0; place < All; place++)
            {
                await _places.WaitAsync();
            }

            _alone.Release();
            return All;
        }

        internal void Leave(int places) => _places.Release(places);
    }
}
