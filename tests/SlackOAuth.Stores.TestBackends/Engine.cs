namespace SlackOAuth.Stores.TestBackends;

/// <summary>What the ladder has to know of an engine. The images are those of <c>build/engines</c>.</summary>
/// <param name="Name">The engine's name in <c>SLACKOAUTH_TEST_REQUIRED</c>.</param>
/// <param name="Image">The official image, with a pinned tag.</param>
/// <param name="Port">The port inside the container.</param>
/// <param name="ConnectionString">The connection string for a host and a port.</param>
public sealed record Engine(string Name, string Image, int Port, Func<string, int, string> ConnectionString)
{
    /// <summary>Redis.</summary>
    public static Engine Redis { get; } = new("redis", "redis:7.0.15", 6379, (host, port) => $"{host}:{port}")
    {
        // Debian's build keeps protected mode on, which the official image does not.
        Command = ["redis-server", "--protected-mode", "no"],
    };

    /// <summary>MongoDB.</summary>
    public static Engine MongoDB { get; } = new("mongodb", "mongo:8.0.4", 27017, (host, port) => $"mongodb://{host}:{port}");

    /// <summary>DynamoDB Local. The connection string is the service URL.</summary>
    public static Engine DynamoDB { get; } = new("dynamodb", "amazon/dynamodb-local:1.11.477", 8000, (host, port) => $"http://{host}:{port}");

    /// <summary>PostgreSQL.</summary>
    public static Engine PostgreSql { get; } = new(
        "postgresql",
        "postgres:15.10-bookworm",
        5432,
        (host, port) => $"Host={host};Port={port};Username=postgres;Password=slackoauth;Database=postgres")
    {
        Environment = new Dictionary<string, string> { ["POSTGRES_PASSWORD"] = "slackoauth" },
    };

    /// <summary>SQL Server.</summary>
    public static Engine SqlServer { get; } = new(
        "sqlserver",
        "mcr.microsoft.com/mssql/server:2022-CU14-ubuntu-22.04",
        1433,
        (host, port) => $"Server={host},{port};User Id=sa;Password=Slack0Auth!;TrustServerCertificate=true")
    {
        Environment = new Dictionary<string, string> { ["ACCEPT_EULA"] = "Y", ["MSSQL_SA_PASSWORD"] = "Slack0Auth!" },
        IsBuildable = false,

        // It recovers its databases at each start.
        Patience = TimeSpan.FromMinutes(3),
    };

    /// <summary>What the container runs in place of the image's own command; empty for that one.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>The environment of the container.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Ports that the container has under the same numbers as the host, for servers that tell their clients where they are.</summary>
    public IReadOnlyList<int> SamePorts { get; init; } = [];

    /// <summary>How long a container may take until it answers.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether <c>build/engines</c> has a script that builds the image where it cannot be pulled.</summary>
    public bool IsBuildable { get; init; } = true;

    /// <summary>The environment variable that names a server to use in place of a container.</summary>
    public string Variable => $"SLACKOAUTH_TEST_{Name.ToUpperInvariant()}";

    /// <summary>Whether <c>SLACKOAUTH_TEST_REQUIRED</c> names the engine, so that its absence is a failure.</summary>
    public bool IsRequired => (System.Environment.GetEnvironmentVariable("SLACKOAUTH_TEST_REQUIRED") ?? "")
        .Split(',', StringSplitOptions.TrimEntries).Contains(Name, StringComparer.OrdinalIgnoreCase);
}
