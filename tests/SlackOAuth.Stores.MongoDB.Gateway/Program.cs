using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace SlackOAuth.Stores.MongoDB.Gateway;

/// <summary>Listens where a mongod does, as soon as the engine answers.</summary>
internal static class Program
{
    private const int Port = 27017;

    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(50);

    /// <param name="arguments">Npgsql's connection string of the engine.</param>
    private static async Task Main(string[] arguments)
    {
        var source = new NpgsqlDataSourceBuilder(arguments[0]);
        (source.ConnectionStringBuilder.SearchPath, source.ConnectionStringBuilder.MaxPoolSize) = ("documentdb_api_catalog,documentdb_api,documentdb_core,public", 150);
        (source.ConnectionStringBuilder.MaxAutoPrepare, source.ConnectionStringBuilder.NoResetOnClose) = (20, true);
        await using var engine = source.Build();
        await WaitForAsync(engine);

        var commands = new Commands(new Engine(engine));
        using var listener = new TcpListener(IPAddress.Any, Port);
        listener.Start();
        for (var id = 1; ; id++)
        {
            _ = new Connection(await listener.AcceptTcpClientAsync(), id, commands).ServeAsync();
        }
    }

    private static async Task WaitForAsync(NpgsqlDataSource engine)
    {
        while (true)
        {
            try
            {
                await using var command = engine.CreateCommand("SELECT 1");
                await command.ExecuteScalarAsync();
                return;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(RetryEvery);
            }
        }
    }
}
