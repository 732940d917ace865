using System.Collections.Concurrent;

namespace SlackOAuth.Stores.Conformance.Tests.Table;

/// <summary>What the engine's driver throws.</summary>
internal sealed class EngineException(string message) : Exception(message);

/// <summary>A database as providers meet one, in memory: tables, calls that take turns, round trips counted, failures on demand.</summary>
internal sealed class Engine
{
    private static readonly ConcurrentDictionary<string, Engine> Engines = new(StringComparer.Ordinal);

    private readonly Lock _gate = new();
    private long _roundTrips;

    internal static Engine Of(StoreScope scope) => Engines.GetOrAdd(scope.Name, _ => new Engine());

    internal List<Row> Rows { get; } = [];

    internal Dictionary<LeaseKey, LeaseRow> Leases { get; } = [];

    internal Dictionary<string, StateRow> States { get; } = new(StringComparer.Ordinal);

    internal bool IsBroken { get; set; }

    /// <summary>Whether the next statement is done, and its caller told that the connection has ended.</summary>
    internal bool LosesNextAnswer { get; set; }

    /// <summary>Whether the tables are there, as they are unless a test takes them away.</summary>
    internal bool IsPrepared { get; set; } = true;

    /// <summary>What calls wait for while the engine is silent; null while it answers.</summary>
    internal TaskCompletionSource? Pause { get; set; }

    internal long RoundTrips => Interlocked.Read(ref _roundTrips);

    /// <summary>One statement: nothing else runs beside it.</summary>
    internal async ValueTask<T> CallAsync<T>(Func<Engine, T> statement, CancellationToken cancellation, bool needsTables = true)
    {
        cancellation.ThrowIfCancellationRequested();

        // The way there: all others that wait for a thread run first. Task.Yield would not let them: a thread of the pool takes what it queued last first.
        await Task.Factory.StartNew(static () => { }, CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default);
        if (Inspect(engine => engine.Pause) is { } pause)
        {
            await pause.Task.WaitAsync(cancellation);
        }

        cancellation.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _roundTrips);
        lock (_gate)
        {
            var answer = IsBroken ? throw new EngineException("The connection was refused.")
                : needsTables && !IsPrepared ? throw new EngineException("There is no such table.")
                : statement(this);
            if (LosesNextAnswer)
            {
                LosesNextAnswer = false;
                throw new EngineException("The connection has ended.");
            }

            return answer;
        }
    }

    internal T Inspect<T>(Func<Engine, T> query)
    {
        lock (_gate)
        {
            return query(this);
        }
    }
}

/// <summary>What a row is.</summary>
internal enum RowKind
{
    Bot,
    Installation,
}

/// <summary>A bot or an installation. The newest row of a user, or of the bot, is the current one; the others are history.</summary>
internal sealed record Row(RowKind Kind, string ClientId, string? EnterpriseId, string? TeamId, string? UserId, DateTimeOffset InstalledAt, byte[] Json);

/// <summary>What a lease is on: a bot, or a user's installation.</summary>
internal sealed record LeaseKey(string ClientId, string? EnterpriseId, string? TeamId, string? UserId);

/// <summary>What is known of the leases of one credential.</summary>
internal sealed record LeaseRow(long FencingToken, DateTimeOffset EndsAt, long SavedToken);

/// <summary>A state, under the hash of it.</summary>
internal sealed record StateRow(string ClientId, DateTimeOffset ExpiresAt, byte[] Json);
