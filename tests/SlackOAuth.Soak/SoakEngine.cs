using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SlackApp;
using SlackOAuth.Stores;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Soak;

/// <summary>What the apps keep things in: a folder, or a container that can be killed and started again.</summary>
internal sealed class SoakEngine : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slackoauth-soak-").FullName;
    private EngineContainer? _container;
    private string? _connection;
    private string _name = "";

    /// <summary>Whether there is a server, which can be killed; files and SQLite live in the app's own processes.</summary>
    internal bool IsServer => _container is not null;

    /// <summary>The settings of an app that uses it.</summary>
    internal IEnumerable<string> Settings => [$"--store={_name}", $"--connection={_connection}", $"--DataFolder={_folder}"];

    internal static async Task<SoakEngine> StartAsync(string name)
    {
        var engine = new SoakEngine { _name = name };
        Engine? server = name switch
        {
            "file" or "sqlite" => null,

            // Every write that was acknowledged outlives the kill.
            "redis" => Engine.Redis with { Command = [.. Engine.Redis.Command, "--appendonly", "yes", "--appendfsync", "always"] },
            "postgresql" => Engine.PostgreSql,
            "mongodb" => Engine.MongoDB,
            _ => throw new ArgumentException($"There is no engine '{name}' to soak. Name file, sqlite, redis, postgresql or mongodb."),
        };
        if (server is not null)
        {
            engine._container = await new Server(server, name).StartContainerAsync();
            engine._connection = engine._container.ConnectionString;
        }

        return engine;
    }

    /// <summary>Creates the key of the apps' ring, so that three that start at once do not each create one.</summary>
    internal void CreateKey() => DataProtectionProvider.Create(SoakApp.KeysIn(_folder), protection => protection.SetApplicationName(SoakApp.Name)).CreateProtector("soak").Protect([1]);

    internal async Task KillAndStartAsync(TimeSpan down)
    {
        await _container!.KillAsync();
        await Task.Delay(down);
        await _container.RestartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
        {
            await _container.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Server(Engine engine, string name) : EngineServer(engine)
    {
        protected override async Task ProbeAsync(string connectionString, CancellationToken cancellationToken)
        {
            var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("store", name), new("connection", connectionString)]).Build();
            var services = new ServiceCollection();
            services.AddSlackOAuthStores(options => options.ClientId = "probe").UseChosenStore(configuration, Path.GetTempPath());
            await using var provider = services.BuildServiceProvider();
            await provider.GetRequiredService<IInstallationStore>().FindBotAsync(WorkspaceId.ForTeam("T1"), cancellationToken);
        }
    }
}
