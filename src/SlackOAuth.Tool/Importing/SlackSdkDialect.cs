using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace SlackOAuth.Tool.Importing;

/// <summary>What differs between the engines that slack_sdk's tables may be in.</summary>
internal sealed record SlackSdkDialect
{
    private SlackSdkDialect()
    {
    }

    /// <summary>The scheme's word.</summary>
    internal required string Scheme { get; init; }

    /// <summary>Makes a connection, which is not open yet.</summary>
    internal required Func<string, DbConnection> Connect { get; init; }

    /// <summary>A column that is ordered character by character, whatever the collation.</summary>
    internal required Func<string, string> Exact { get; init; }

    /// <summary>The condition that a column of truth values is true.</summary>
    internal required Func<string, string> IsTrue { get; init; }

    /// <summary>What a name is written between.</summary>
    internal required (string Before, string After) Quotes { get; init; }

    /// <summary>A file, which is opened for reading only. Each statement ends at once: one that is open would hold off the app's writes.</summary>
    internal static SlackSdkDialect Sqlite { get; } = new()
    {
        Scheme = "bolt-python+sqlite",
        Connect = path => new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.GetFullPath(path), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString()),
        Exact = column => column,
        IsTrue = column => $"{column} = 1",
        Quotes = ("\"", "\""),
    };

    internal static SlackSdkDialect PostgreSql { get; } = new()
    {
        Scheme = "bolt-python+postgres",
        Connect = connection => new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ToString()),
        Exact = column => $"{column} COLLATE \"C\"",
        IsTrue = column => column,
        Quotes = ("\"", "\""),
    };

    internal static SlackSdkDialect SqlServer { get; } = new()
    {
        Scheme = "bolt-python+sqlserver",
        Connect = connection => new SqlConnection(new SqlConnectionStringBuilder(connection) { Pooling = false }.ToString()),
        Exact = column => $"{column} COLLATE Latin1_General_BIN2",
        IsTrue = column => $"{column} = 1",
        Quotes = ("[", "]"),
    };

    internal string Quote(string table) => string.Join('.', table.Split('.').Select(part => Quotes.Before + part + Quotes.After));
}
