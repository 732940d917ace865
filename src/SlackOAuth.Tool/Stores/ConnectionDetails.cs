using System.Net;
using Microsoft.Data.SqlClient;
using MongoDB.Driver;
using Npgsql;
using SlackOAuth.Stores.DynamoDB;
using StackExchange.Redis;

namespace SlackOAuth.Tool.Stores;

/// <summary>What of a connection may be shown, and what may not.</summary>
/// <param name="Place">Host and database, or the path.</param>
/// <param name="Secrets">The passwords, and the connection where it has one.</param>
internal sealed record ConnectionDetails(string Place, IReadOnlyList<string> Secrets)
{
    /// <summary>Reads a connection as its driver does.</summary>
    /// <exception cref="ToolException">The driver cannot read it. The driver's words are not kept: they may repeat a part of a password.</exception>
    internal static ConnectionDetails Read(StoreScheme scheme, string connection)
    {
        try
        {
            return scheme switch
            {
                StoreScheme.Redis => OfRedis(connection),
                StoreScheme.MongoDB => OfMongoDB(connection),
                StoreScheme.DynamoDB => new(connection.Length > 0 ? connection : new DynamoDBStoreOptions().TableName, []),
                StoreScheme.SqlServer or StoreScheme.BoltPythonSqlServer => OfSqlServer(connection),
                StoreScheme.PostgreSql or StoreScheme.BoltPythonPostgreSql => OfPostgreSql(connection),
                _ => new(connection, []),
            };
        }
        catch (Exception exception) when (exception is not ToolException)
        {
            throw ToolException.Usage($"what follows '{scheme.Name()}:' is no connection string of its driver. Write {Example(scheme)}.");
        }
    }

    /// <summary>A notation of the scheme, to be followed.</summary>
    internal static string Example(StoreScheme scheme) => scheme switch
    {
        StoreScheme.File => "file:./data",
        StoreScheme.Redis => "redis:localhost:6379 (StackExchange.Redis's form: host:6379,password=…,ssl=true)",
        StoreScheme.MongoDB => "mongodb://user:password@host:27017/database",
        StoreScheme.DynamoDB => "dynamodb: or dynamodb:TABLE",
        StoreScheme.SqlServer => "sqlserver:Server=host;Database=app;User ID=app;Password=…",
        StoreScheme.PostgreSql => "postgres:Host=host;Database=app;Username=app;Password=… (Npgsql's form)",
        StoreScheme.Sqlite => "sqlite:./slackoauth.db",
        StoreScheme.BoltPythonSqlite => "bolt-python+sqlite:./app.db",
        StoreScheme.BoltPythonPostgreSql => "bolt-python+postgres:Host=host;Database=app;Username=app;Password=… (Npgsql's form)",
        StoreScheme.BoltPythonSqlServer => "bolt-python+sqlserver:Server=host;Database=app;User ID=app;Password=…",
        _ => $"{scheme.Name()}:./data",
    };

    private static ConnectionDetails OfRedis(string connection)
    {
        var options = ConfigurationOptions.Parse(connection);

        // The driver takes what follows a redis:// address for the name of a host, password and all.
        if (options.EndPoints.Count == 0 || connection.StartsWith("//", StringComparison.Ordinal))
        {
            throw new FormatException();
        }

        var place = string.Join(',', options.EndPoints.Select(Show));
        return new(options.DefaultDatabase is { } database ? $"{place}/{database}" : place, Protect(connection, options.Password));
    }

    private static string Show(EndPoint point) => point switch
    {
        DnsEndPoint named => $"{named.Host}:{named.Port}",
        _ => point.ToString()!,
    };

    private static ConnectionDetails OfMongoDB(string connection)
    {
        var url = MongoUrl.Create(connection);
        return new($"{string.Join(',', url.Servers)}/{url.DatabaseName}".TrimEnd('/'), Protect(connection, url.Password));
    }

    private static ConnectionDetails OfSqlServer(string connection)
    {
        var builder = new SqlConnectionStringBuilder(connection);
        return new($"{builder.DataSource}/{builder.InitialCatalog}".TrimEnd('/'), Protect(connection, builder.Password));
    }

    private static ConnectionDetails OfPostgreSql(string connection)
    {
        var builder = new NpgsqlConnectionStringBuilder(connection);
        return new($"{builder.Host}:{builder.Port}/{builder.Database}".TrimEnd('/'), Protect(connection, builder.Password, builder.SslPassword));
    }

    private static string[] Protect(string connection, params IEnumerable<string?> passwords) =>
        passwords.OfType<string>().Where(password => password.Length > 0).ToArray() is { Length: > 0 } secrets ? [connection, .. secrets] : [];
}
