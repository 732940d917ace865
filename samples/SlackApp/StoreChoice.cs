using SlackOAuth.Stores;

namespace SlackApp;

/// <summary>The stores to choose from by <c>--store NAME --connection STRING</c>. An app of your own has one line of this.</summary>
public static class StoreChoice
{
#if AOT
    private const string Names = "file, sqlite, redis, postgresql or dynamodb: this is an AOT build, and the drivers of the others are not made for it";
#else
    private const string Names = "file, sqlite, redis, postgresql, sqlserver, mongodb or dynamodb";
#endif

    public static SlackOAuthStoresBuilder UseChosenStore(this SlackOAuthStoresBuilder stores, IConfiguration configuration, string folder)
    {
        var connection = configuration["connection"] is { Length: > 0 } given ? given : null;
        return (configuration["store"] ?? "file").ToLowerInvariant() switch
        {
            "file" => stores.UseFileSystem(connection ?? Path.Combine(folder, "installations")),
            "sqlite" => stores.UseSqlite(connection ?? Path.Combine(folder, "slackoauth.db")),
            "redis" => stores.UseRedis(options => options.ConnectionString = connection ?? "localhost:6379"),
            "postgresql" => stores.UsePostgreSql(options => options.ConnectionString = connection ?? "Host=localhost;Username=postgres;Database=postgres"),
            "dynamodb" => stores.UseDynamoDB(options => options.ServiceUrl = connection),
#if !AOT
            "mongodb" => stores.UseMongoDB(options => options.ConnectionString = connection ?? "mongodb://localhost:27017/slackapp"),
            "sqlserver" => stores.UseSqlServer(options => options.ConnectionString = connection ?? "Server=localhost;Database=SlackApp;Integrated Security=true;TrustServerCertificate=true"),
#endif
            var unknown => throw new ArgumentException($"There is no store '{unknown}'. Choose --store {Names}."),
        };
    }
}
