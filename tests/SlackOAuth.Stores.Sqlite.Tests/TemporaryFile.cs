using Microsoft.Data.Sqlite;

namespace SlackOAuth.Stores.Sqlite.Tests;

/// <summary>A database file in a folder of its own, and stores over it.</summary>
internal sealed class TemporaryFile : IDisposable
{
    internal const string ClientId = "111.222";

    private readonly string _folder = Directory.CreateTempSubdirectory("slackoauth-sqlite-").FullName;

    internal string Path => System.IO.Path.Combine(_folder, "slack.db");

    internal static string[] Tables { get; } = ["workspaces", "installations", "history", "states"];

    internal SqliteInstallationStore Installations(Action<SqliteStoreOptions>? configure = null, Action<SlackOAuthStoresOptions>? configureCommon = null) =>
        new(Common(configureCommon), Options(configure));

    internal SqliteOAuthStateStore States(TimeProvider? timeProvider = null, Action<SqliteStoreOptions>? configure = null) => new(Common(null), Options(configure), timeProvider);

    internal SqliteStoreOptions Options(Action<SqliteStoreOptions>? configure = null)
    {
        var options = new SqliteStoreOptions { Path = Path };
        configure?.Invoke(options);
        return options;
    }

    /// <summary>A connection that knows nothing of the stores.</summary>
    internal static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    internal static object? Run(string path, string statement)
    {
        using var connection = Connect(path);
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        return command.ExecuteScalar();
    }

    internal object? Run(string statement) => Run(Path, statement);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static SlackOAuthStoresOptions Common(Action<SlackOAuthStoresOptions>? configure)
    {
        var options = new SlackOAuthStoresOptions { ClientId = ClientId };
        configure?.Invoke(options);
        return options;
    }
}
