using System.Security.Cryptography;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Npgsql;
using SlackOAuth.Stores.DynamoDB;
using SlackOAuth.Stores.MongoDB;
using SlackOAuth.Stores.PostgreSql;
using SlackOAuth.Stores.Redis;
using SlackOAuth.Stores.SqlServer;
using SlackOAuth.Stores.Sqlite;
using SlackOAuth.Stores.TestBackends;
using StackExchange.Redis;

namespace SlackOAuth.Stores.Benchmarks.Engines;

/// <summary>The engines by name. What a group writes has a prefix of its own, and is removed: the server may be somebody's.</summary>
internal static class EngineGroups
{
    private const int RoundTrips = 1000;

    internal static IReadOnlyDictionary<string, Func<Task<EngineGroup>>> All { get; } = new Dictionary<string, Func<Task<EngineGroup>>>
    {
        ["sqlite"] = SqliteAsync,
        ["redis"] = RedisAsync,
        ["postgresql"] = PostgreSqlAsync,
        ["sqlserver"] = SqlServerAsync,
        ["mongodb"] = MongoDBAsync,
        ["dynamodb"] = DynamoDBAsync,
    };

    private static string Prefix => "bench" + RandomNumberGenerator.GetHexString(8, lowercase: true);

    private static async Task<EngineGroup> SqliteAsync()
    {
        var folder = Directory.CreateTempSubdirectory("slackoauth-bench-");
        var options = new SqliteStoreOptions { Path = Path.Combine(folder.FullName, "stores.db") };
        BareSqlite bare = null!;
        var cases = await EngineCases.CreateAsync(
            "sqlite", new SqliteInstallationStore(Sample.Options, options), new SqliteOAuthStateStore(Sample.Options, options), () => Task.FromResult<IBareEngine>(bare = new BareSqlite(options)), RoundTrips * 10, isServer: false);
        var many = new PendingStates(Path.Combine(folder.FullName, "many.db"));
        var few = new PendingStates(Path.Combine(folder.FullName, "few.db"));
        return new(cases, () =>
        {
            many.Dispose();
            few.Dispose();
            folder.Delete(recursive: true);
            return ValueTask.CompletedTask;
        })
        {
            More =
            [
                new(
                    "sqlite: find bot",
                    "a prepared command of one open connection, for one thread",
                    RoundTrips * 10,
                    Scenario.Async(async () => Sample.Require(await cases.FindBotAsync())),
                    Scenario.Sync(() => Sample.Require(bare.FindBotPrepared()))),
                ConsumeAmongMany(many, few),
            ],
        };
    }

    /// <summary>A consume costs the same however many states wait: it is set against itself where few do.</summary>
    private static Scenario ConsumeAmongMany(PendingStates many, PendingStates few)
    {
        const int Calls = 100;
        const int Many = 100_000;
        return new(
            "sqlite: consume among 100,000 pending states",
            "the same among 100",
            Calls,
            Scenario.Async(many.ConsumeAsync),
            Scenario.Async(few.ConsumeAsync),
            BeforeSample: async calls =>
            {
                await many.FillAsync(Many);
                await few.FillAsync(calls);
            });
    }

    private sealed class PendingStates(string path) : IDisposable
    {
        private readonly SqliteOAuthStateStore _states = new(Sample.Options, new SqliteStoreOptions { Path = path });
        private readonly Queue<string> _issued = new();

        public void Dispose() => _states.Dispose();

        internal async ValueTask ConsumeAsync() => Sample.Require(await _states.ConsumeAsync(_issued.Dequeue()));

        internal async Task FillAsync(int pending)
        {
            while (_issued.Count < pending)
            {
                _issued.Enqueue(await _states.IssueAsync());
            }
        }
    }

    private static async Task<EngineGroup> RedisAsync()
    {
        var server = new BenchmarkServer(Engine.Redis, async connectionString =>
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync(connectionString);
            await redis.GetDatabase().PingAsync();
        });
        var connection = await ConnectionMultiplexer.ConnectAsync(await server.GetConnectionStringAsync());
        var options = new RedisStoreOptions { KeyPrefix = $"{Prefix}:" };
        var cases = await EngineCases.CreateAsync(
            "redis",
            new RedisInstallationStore(Sample.Options, connection, options),
            new RedisOAuthStateStore(Sample.Options, connection, options),
            () => BareRedis.ConnectAsync(connection, options),
            RoundTrips * 2);
        var services = new ServiceCollection();
        services.AddHybridCache();
        services.AddSlackOAuthStores(stores => stores.ClientId = Sample.Options.ClientId)
            .UseInstallationStore("redis", _ => new RedisInstallationStore(Sample.Options, connection, options))
            .CacheLookups();
        var provider = services.BuildServiceProvider();
        var cached = provider.GetRequiredService<IInstallationStore>();
        return new(cases, async () =>
        {
            await provider.DisposeAsync();
            await server.DisposeAsync();
        })
        {
            More =
            [
                new(
                    "redis: find bot",
                    "the same through CacheLookups, found",
                    RoundTrips * 2,
                    Scenario.Async(async () => Sample.Require(await cases.FindBotAsync())),
                    Scenario.Async(async () => Sample.Require(await cached.FindBotAsync(Sample.Workspace))))
                {
                    FloorRepeats = 200,
                    LeastRatio = 200,
                },
            ],
        };
    }

    private static async Task<EngineGroup> PostgreSqlAsync()
    {
        var server = new BenchmarkServer(Engine.PostgreSql, async connectionString =>
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
        });
        var source = NpgsqlDataSource.Create(await server.GetConnectionStringAsync());
        var options = new PostgreSqlStoreOptions { DataSource = source, TablePrefix = $"{Prefix}_" };
        var cases = await EngineCases.CreateAsync(
            "postgresql",
            new PostgreSqlInstallationStore(Sample.Options, options),
            new PostgreSqlOAuthStateStore(Sample.Options, options),
            () => BarePostgreSql.ConnectAsync(source, options),
            RoundTrips);
        return new(cases, server.DisposeAsync);
    }

    private static async Task<EngineGroup> SqlServerAsync()
    {
        var server = new BenchmarkServer(Engine.SqlServer, async connectionString =>
        {
            await using var connection = new SqlConnection(connectionString);
            await connection.OpenAsync();
        });
        var options = new SqlServerStoreOptions { ConnectionString = await server.GetConnectionStringAsync(), TablePrefix = $"{Prefix}_" };
        var cases = await EngineCases.CreateAsync(
            "sqlserver",
            new SqlServerInstallationStore(Sample.Options, options),
            new SqlServerOAuthStateStore(Sample.Options, options),
            () => BareSqlServer.ConnectAsync(options),
            RoundTrips);
        return new(cases, server.DisposeAsync);
    }

    private static async Task<EngineGroup> MongoDBAsync()
    {
        var server = new BenchmarkServer(Engine.MongoDB, async connectionString =>
        {
            using var client = new MongoClient(connectionString);
            await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1));
        });
        var client = new MongoClient(await server.GetConnectionStringAsync());
        var options = new MongoDBStoreOptions { DatabaseName = Prefix };
        var cases = await EngineCases.CreateAsync(
            "mongodb",
            new MongoDBInstallationStore(Sample.Options, client, options),
            new MongoDBOAuthStateStore(Sample.Options, client, options),
            () => Task.FromResult<IBareEngine>(new BareMongoDB(client, options)),
            RoundTrips / 2);
        return new(cases, server.DisposeAsync);
    }

    private static async Task<EngineGroup> DynamoDBAsync()
    {
        static AmazonDynamoDBClient Connect(string serviceUrl) =>
            new(new BasicAWSCredentials("local", "local"), new AmazonDynamoDBConfig { ServiceURL = serviceUrl, AuthenticationRegion = "us-east-1" });

        var server = new BenchmarkServer(Engine.DynamoDB, async serviceUrl =>
        {
            using var client = Connect(serviceUrl);
            await client.ListTablesAsync();
        });
        var client = Connect(await server.GetConnectionStringAsync());
        var options = new DynamoDBStoreOptions { TableName = Prefix };
        var cases = await EngineCases.CreateAsync(
            "dynamodb",
            new DynamoDBInstallationStore(Sample.Options, client, options),
            new DynamoDBOAuthStateStore(Sample.Options, client, options),
            () => Task.FromResult<IBareEngine>(new BareDynamoDB(client, options.TableName)),
            RoundTrips / 10);
        return new(cases, server.DisposeAsync);
    }
}
