using System.Text.Json;
using SlackOAuth.Tool.Tests.Support;

namespace SlackOAuth.Tool.Tests.Commands;

public sealed class DeleteTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Store => $"file:{_folder.At("data")}";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_a_terminal_and_without_yes_nothing_is_deleted()
    {
        await Workspaces.FillAsync(Store);
        var run = await ToolRun.RunAsync("delete", "T1", "--store", Store);
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("--yes", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, (await ToolRun.RunAsync("show", "T1", "--store", Store)).ExitCode);
    }

    [Fact]
    public async Task Yes_deletes_the_workspace_and_leaves_the_others()
    {
        await Workspaces.FillAsync(Store);
        var run = await ToolRun.RunAsync("delete", "T1", "--store", Store, "--yes");
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Contains("Deleted the bot and 2 installations of T1 (Acme)", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Problems, (await ToolRun.RunAsync("show", "T1", "--store", Store)).ExitCode);
        Assert.Equal(ExitCodes.Ok, (await ToolRun.RunAsync("show", "E1/T2", "--store", Store)).ExitCode);
    }

    [Theory]
    [InlineData("y", true)]
    [InlineData("n", false)]
    [InlineData("", false)]
    public async Task On_a_terminal_it_asks(string answer, bool isDeleted)
    {
        await Workspaces.FillAsync(Store);
        var run = await ToolRun.RunAsync([], answer, isTerminal: true, time: null, "delete", "E1", "--store", Store);
        Assert.Equal(isDeleted ? ExitCodes.Ok : ExitCodes.Problems, run.ExitCode);
        Assert.Contains("Delete the bot and 1 installation of E1 (Grid)", run.Error, StringComparison.Ordinal);
        Assert.Equal(isDeleted ? ExitCodes.Problems : ExitCodes.Ok, (await ToolRun.RunAsync("show", "E1", "--store", Store, "--client-id", Workspaces.ClientId)).ExitCode);
    }

    [Fact]
    public async Task A_user_alone_may_be_deleted()
    {
        await Workspaces.FillAsync(Store);
        var run = await ToolRun.RunAsync("delete", "T1", "--user", "U1", "--store", Store, "--yes", "--output", "json");
        using var document = JsonDocument.Parse(run.Out);
        Assert.True(document.RootElement.GetProperty("deleted").GetBoolean());
        var left = await ToolRun.RunAsync("show", "T1", "--store", Store);
        Assert.DoesNotContain("user U1", left.Out, StringComparison.Ordinal);
        Assert.Contains("user U2", left.Out, StringComparison.Ordinal);
        Assert.Contains("xoxe.xoxb-…", left.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_another_SDK_wrote_are_deleted_too()
    {
        await Workspaces.FillAsync(Store);
        foreach (var made in Directory.EnumerateDirectories(_folder.At("data"), ".*", SearchOption.AllDirectories).ToArray())
        {
            Directory.Delete(made, recursive: true);
        }

        Assert.Equal(ExitCodes.Ok, (await ToolRun.RunAsync("delete", "T1", "--store", Store, "--yes")).ExitCode);
        Assert.Equal(ExitCodes.Problems, (await ToolRun.RunAsync("show", "T1", "--store", Store, "--client-id", Workspaces.ClientId)).ExitCode);
    }

    [Fact]
    public async Task What_is_damaged_can_be_deleted()
    {
        await Workspaces.FillAsync(Store);
        foreach (var path in Directory.EnumerateFiles(_folder.At("data"), "bot-latest", SearchOption.AllDirectories).Where(path => path.Contains("none-T1", StringComparison.Ordinal)).ToArray())
        {
            await File.WriteAllTextAsync(path, "{", TestContext.Current.CancellationToken);
        }

        Assert.Equal(ExitCodes.StoreFailure, (await ToolRun.RunAsync("show", "T1", "--store", Store)).ExitCode);
        var run = await ToolRun.RunAsync("delete", "T1", "--store", Store, "--yes");

        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Contains("Deleted everything (not all of it can be read: the file ", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Problems, (await ToolRun.RunAsync("show", "T1", "--store", Store, "--client-id", Workspaces.ClientId)).ExitCode);
    }

    [Fact]
    public async Task What_is_not_there_is_deleted_already()
    {
        await Workspaces.FillAsync(Store);
        var run = await ToolRun.RunAsync("delete", "T9", "--store", Store, "--yes");
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Contains("holds nothing of it", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_two_apps_come_into_question_it_asks_which()
    {
        await Workspaces.FillAsync(Store);
        await Workspaces.FillAsync(Store, clientId: "333.444");
        var run = await ToolRun.RunAsync("delete", "T1", "--store", Store, "--yes");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("111.222, 333.444", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, (await ToolRun.RunAsync("delete", "T1", "--store", Store, "--yes", "--client-id", "333.444")).ExitCode);
        Assert.Equal(ExitCodes.Ok, (await ToolRun.RunAsync("show", "T1", "--store", Store, "--client-id", "111.222")).ExitCode);
    }
}
