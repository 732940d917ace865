using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using SlackOAuth.Tool.Stores;
using SlackOAuth.Tool.Tests.Support;

namespace SlackOAuth.Tool.Tests.Commands;

public sealed class PurgeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_app_that_has_issued_no_state_has_none_to_remove()
    {
        var store = $"file:{_folder.At("data")}";
        await Workspaces.FillAsync(store);
        Assert.Equal("111.222: removed 0 expired states.", Assert.Single((await ToolRun.RunAsync("purge", store)).Lines));
        Assert.Equal(ExitCodes.StoreFailure, (await ToolRun.RunAsync("purge", $"file:{_folder.At("missing")}", "--client-id", "1")).ExitCode);
        Assert.False(Path.Exists(_folder.At("missing")));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("sqlite")]
    public async Task Expired_states_of_every_app_are_removed_and_no_others(string scheme)
    {
        var store = $"{scheme}:{_folder.At("data")}";
        await Workspaces.FillAsync(store);
        await using (var opened = OpenedStore.Open(new() { Notation = StoreNotation.Parse(store, _ => null), Prepares = true }, Workspaces.ClientId, new FakeTimeProvider(ToolRun.Now.AddDays(-1))))
        {
            await opened.States.IssueAsync(cancellationToken: TestContext.Current.CancellationToken);
        }

        await using (var opened = OpenedStore.Open(new() { Notation = StoreNotation.Parse(store, _ => null), Prepares = true }, "333.444", new FakeTimeProvider(ToolRun.Now)))
        {
            var state = await opened.States.IssueAsync(cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal("111.222: removed 1 expired state.", Assert.Single((await ToolRun.RunAsync("purge", store)).Lines));
            Assert.Equal("333.444: removed 0 expired states.", Assert.Single((await ToolRun.RunAsync("purge", store, "--client-id", "333.444")).Lines));
            Assert.NotNull(await opened.States.ConsumeAsync(state, cancellationToken: TestContext.Current.CancellationToken));
        }

        using var document = JsonDocument.Parse((await ToolRun.RunAsync("purge", store, "-o", "json")).Out);
        Assert.Equal(0, document.RootElement[0].GetProperty("removed").GetInt32());
    }
}
