using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands.Doctor;

/// <summary>Looks at an engine by its own driver: what no contract of a store asks.</summary>
internal interface IEngineProbe : IAsyncDisposable
{
    /// <summary>Connects.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What the engine says it is, such as <c>Redis 7.0.15</c>.</returns>
    ValueTask<string> ReachAsync(CancellationToken cancellationToken = default);

    /// <summary>The engine's clock; null where it has none, or does not tell.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken = default);

    /// <summary>How the engine keeps and forgets what it is given.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    IAsyncEnumerable<DoctorCheck> CheckAsync(CancellationToken cancellationToken = default);
}

/// <summary>Finds the probe of an engine.</summary>
internal static class EngineProbes
{
    internal static IEngineProbe Open(OpenedStore store) => store.Location.Notation.Scheme switch
    {
        StoreScheme.File => new FileProbe(store),
        StoreScheme.Redis => new RedisProbe(store),
        StoreScheme.MongoDB => new MongoDBProbe(store),
        StoreScheme.DynamoDB => new DynamoDBProbe(store),
        StoreScheme.SqlServer => new SqlServerProbe(store),
        StoreScheme.PostgreSql => new PostgreSqlProbe(store),
        _ => new SqliteProbe(store),
    };
}
