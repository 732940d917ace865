using SlackOAuth.Stores.TestBackends;
namespace SlackOAuth.Stores.Redis.Tests;
public sealed class LadderTests(RedisServer server) : IAsyncLifetime
{
    public async ValueTask InitializeAsync() { await server.GetConnectionStringAsync(); }
    public ValueTask DisposeAsync() => default;

    [Fact] public async Task Works() { Assert.NotEmpty(await server.GetConnectionStringAsync()); }

    [Fact] public async Task Own()
    {
        await using var own = await server.StartContainerAsync();
        await own.PauseAsync(); await own.UnpauseAsync();
        await own.KillAsync(); await own.RestartAsync();
        Assert.Equal("PONG", (await own.ExecuteAsync("redis-cli", "ping")).Trim());
        Assert.Equal(["a b"], await SecondProcess.RunAsync<Echo>("a", "b"));
    }
    public sealed class Echo : ISecondProcess { public Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<string> arguments) => Task.FromResult<IReadOnlyList<string>>([string.Join(" ", arguments)]); }
}
