using System.Text.Json;
using SlackOAuth.Tool.Tests.Support;

namespace SlackOAuth.Tool.Tests.Commands;

public sealed class ListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Store => $"file:{_folder.At("data")}";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_workspace_has_a_line_with_a_tab_between_the_cells()
    {
        await Workspaces.FillAsync(Store);
        var run = await ToolRun.RunAsync("list", Store, "--client-id", Workspaces.ClientId);
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Equal(
            [
                "CLIENT ID\tWORKSPACE\tNAME\tAPP\tUSERS\tINSTALLED\tBOT TOKEN\tUSER TOKENS",
                "111.222\tE1\tGrid\tA1\t1\t2026-02-25 12:00Z\tno expiry\tnone",
                "111.222\tE1/T2\tIn �[2J the� grid�\tA1\t1\t2026-02-26 12:00Z\tno expiry\tnone",
                "111.222\tT1\tAcme\tA1\t2\t2026-02-28 12:00Z\tuntil 2026-03-01 15:00Z\t1, expired 2026-03-01 11:00Z",
            ],
            run.Lines);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task What_cannot_be_read_is_named_and_the_rest_is_listed()
    {
        await Workspaces.FillAsync(Store);
        foreach (var path in Directory.EnumerateFiles(_folder.At("data"), "bot-latest", SearchOption.AllDirectories).Where(path => path.Contains("none-T1", StringComparison.Ordinal)).ToArray())
        {
            await File.WriteAllTextAsync(path, "{", TestContext.Current.CancellationToken);
        }

        var run = await ToolRun.RunAsync("list", Store, "--client-id", Workspaces.ClientId);
        var json = await ToolRun.RunAsync("list", Store, "--output", "json");

        Assert.Equal((ExitCodes.Problems, ExitCodes.Problems), (run.ExitCode, json.ExitCode));
        Assert.Equal(4, run.Lines.Length);
        Assert.Equal("111.222\tT1\t\t\t0\t\tunreadable\tnone", run.Lines[3]);
        Assert.StartsWith("slackoauth: 3 records of T1 cannot be read: the file ", run.Error, StringComparison.Ordinal);
        Assert.Equal([0, 0, 3], JsonElement.Parse(json.Out).EnumerateArray().Select(workspace => workspace.GetProperty("unreadable").GetInt32()));
    }

    [Fact]
    public async Task Where_no_app_is_named_every_app_of_the_store_is_listed()
    {
        await Workspaces.FillAsync(Store);
        await Workspaces.FillAsync(Store, clientId: "333.444");
        var run = await ToolRun.RunAsync("list", "--store", Store);
        Assert.Equal(3, run.Lines.Count(line => line.StartsWith("111.222\t", StringComparison.Ordinal)));
        Assert.Equal(3, run.Lines.Count(line => line.StartsWith("333.444\t", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_environment_names_store_and_app_where_the_command_line_does_not()
    {
        await Workspaces.FillAsync(Store);
        await Workspaces.FillAsync(Store, clientId: "333.444");
        var run = await ToolRun.RunAsync(new Dictionary<string, string> { ["SLACKOAUTH_STORE"] = Store, ["SLACK_CLIENT_ID"] = "333.444" }, "list");
        Assert.Equal(4, run.Lines.Length);
        Assert.DoesNotContain("111.222", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JSON_is_one_document_of_every_workspace()
    {
        await Workspaces.FillAsync(Store);
        var run = await ToolRun.RunAsync("list", Store, "--output", "json");
        using var document = JsonDocument.Parse(run.Out);
        var workspace = document.RootElement.EnumerateArray().Single(workspace => workspace.GetProperty("workspace").GetString() == "T1");
        Assert.Equal(2, workspace.GetProperty("users").GetInt32());
        Assert.Equal(ToolRun.Now.AddHours(3), workspace.GetProperty("bot").GetProperty("expires_at").GetDateTimeOffset());
        Assert.Equal(1, workspace.GetProperty("user_tokens").GetProperty("rotating").GetInt32());
        Assert.False(workspace.TryGetProperty("enterprise_id", out _));
    }

    [Fact]
    public async Task On_a_terminal_it_is_a_table()
    {
        await Workspaces.FillAsync(Store);
        var run = await ToolRun.RunAsync([], answer: null, isTerminal: true, time: null, "list", Store);
        Assert.Contains("─", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\t', run.Out);
        Assert.DoesNotContain('\e', run.Out);
        Assert.Contains(" Acme ", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistyped_path_is_an_error_and_makes_nothing()
    {
        var run = await ToolRun.RunAsync("list", Store, "--client-id", Workspaces.ClientId);
        Assert.Equal(ExitCodes.StoreFailure, run.ExitCode);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("slackoauth: ", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.At("data")));

        run = await ToolRun.RunAsync("list", $"sqlite:{_folder.At("x.db")}", "--client-id", Workspaces.ClientId);
        Assert.Equal(ExitCodes.StoreFailure, run.ExitCode);
        Assert.False(File.Exists(_folder.At("x.db")));
    }

    [Fact]
    public async Task What_another_SDK_left_is_not_listed()
    {
        var run = await ToolRun.RunAsync("list", $"bolt-js:{_folder.Path}", "--client-id", "1");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("copy --from", run.Error, StringComparison.Ordinal);
    }
}
