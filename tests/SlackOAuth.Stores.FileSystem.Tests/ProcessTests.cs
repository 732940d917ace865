using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SlackOAuth.Stores.FileSystem.Worker;

namespace SlackOAuth.Stores.FileSystem.Tests;

/// <summary>Several processes over one folder, and processes that are killed.</summary>
public sealed class ProcessTests : IDisposable
{
    private const int Kills = 200;
    private const int Modes = 2;
    private const int Lanes = 4;

    private static readonly string?[] Users = [null, "U1", "U2"];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("save")]
    [InlineData("save-history")]
    public async Task A_writing_process_that_is_killed_leaves_every_acknowledged_record_whole(string mode) =>
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => KillAsync(mode, $"T{lane}", Kills / Modes / Lanes), Token)));

    [Fact]
    public async Task A_state_has_one_winner_among_the_consumers_of_two_processes()
    {
        var store = _folder.States();
        var states = new List<string>();
        for (var i = 0; i < 1000; i++)
        {
            states.Add(await store.IssueAsync(cancellationToken: Token));
        }

        var workers = new[] { Start("consume", "32"), Start("consume", "32") };
        foreach (var worker in workers)
        {
            await worker.StandardInput.WriteAsync(string.Join('\n', states) + "\n\n");
            await worker.StandardInput.FlushAsync(Token);
        }

        var won = await Task.WhenAll(workers.Select(async worker =>
        {
            await GoAsync(worker);
            var output = (await worker.StandardOutput.ReadToEndAsync(Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            await EndAsync(worker);
            return output;
        }));
        Assert.Equal(states.Order(StringComparer.Ordinal), won.SelectMany(list => list).Order(StringComparer.Ordinal));
        Assert.Empty(_folder.FileNames());
    }

    [Fact]
    public async Task Savers_in_two_processes_leave_no_torn_record_and_lose_no_write()
    {
        const int count = 40;
        var workers = new[] { Start("save", count.ToString(CultureInfo.InvariantCulture), "T1", "U1", "0"), Start("save", count.ToString(CultureInfo.InvariantCulture), "T1", "U2", "0") };
        var store = _folder.Installations();
        var workspace = WorkspaceId.ForTeam("T1");
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var reader = Task.Run(
            async () =>
            {
                while (!done.IsCancellationRequested)
                {
                    foreach (var userId in Users)
                    {
                        if (await store.FindInstallationAsync(workspace, userId, Token) is { } installation)
                        {
                            Assert.Equal(Numbered("T1", installation).WithBot(null), installation.WithBot(null));
                        }
                    }
                }
            },
            Token);

        await Task.WhenAll(workers.Select(async worker =>
        {
            await GoAsync(worker);
            var acknowledged = (await worker.StandardOutput.ReadToEndAsync(Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(count, acknowledged.Length);
            await EndAsync(worker);
        }));
        await done.CancelAsync();
        await reader;

        var last = Users.OfType<string>().Select(userId => WorkerRecords.Installation("T1", userId, count - 1)).ToArray();
        var bot = await store.FindBotAsync(workspace, Token);
        Assert.Contains(bot, last.Select(installation => installation.ToBot()));
        foreach (var installation in last)
        {
            Assert.Equal(installation.WithBot(bot), await store.FindInstallationAsync(workspace, installation.UserId, Token));
        }

        Assert.Equal(["bot-latest", "installer-U1-latest", "installer-U2-latest", "installer-latest"], TemporaryFolder.FileNames(_folder.Of("none-T1")));
    }

    private async Task KillAsync(string mode, string teamId, int kills)
    {
        var store = _folder.Installations(options => options.HistoryEnabled = mode == "save-history");
        var workspace = WorkspaceId.ForTeam(teamId);
        var last = -1;
        for (var i = 0; i < kills; i++)
        {
            using var worker = Start(mode, "1000000", teamId, "U1", (last + 1).ToString(CultureInfo.InvariantCulture));
            await GoAsync(worker);
            Assert.NotNull(await worker.StandardOutput.ReadLineAsync(Token));

            // The moment of the kill is what varies here; nothing is waited for.
            await Task.Delay(RandomNumberGenerator.GetInt32(20), Token);
            worker.Kill();
            var acknowledged = last + 1 + (await worker.StandardOutput.ReadToEndAsync(Token)).Split('\n').Count(line => line.Length > 0);
            await worker.WaitForExitAsync(Token);

            var found = await store.FindInstallationAsync(workspace, "U1", Token);
            Assert.NotNull(found);
            Assert.Equal(Numbered(teamId, found), found);
            last = Number(found);
            Assert.InRange(last, acknowledged, acknowledged + 1);
            Assert.Equal(found, await store.FindInstallationAsync(workspace, cancellationToken: Token));
            Assert.Equal(found.ToBot(), await store.FindBotAsync(workspace, Token));
        }

        await store.SaveAsync(WorkerRecords.Installation(teamId, "U1", last + 1), Token);
        Assert.DoesNotContain(TemporaryFolder.FileNames(_folder.Of($"none-{teamId}")), name => name.StartsWith('.'));
    }

    private static int Number(Installation installation) => (int)(installation.InstalledAt.ToUnixTimeSeconds() - 1_700_000_000);

    private static Installation Numbered(string teamId, Installation found) => WorkerRecords.Installation(teamId, found.UserId, Number(found));

    private static async Task GoAsync(Process worker)
    {
        Assert.Equal("ready", await worker.StandardOutput.ReadLineAsync(Token));
        await worker.StandardInput.WriteLineAsync("go");
        await worker.StandardInput.FlushAsync(Token);
    }

    private static async Task EndAsync(Process worker)
    {
        await worker.WaitForExitAsync(Token);
        Assert.Equal(0, worker.ExitCode);
        worker.Dispose();
    }

    private Process Start(string command, params string[] arguments)
    {
        // The host that runs this test: {dotnet}/shared/Microsoft.NETCore.App/{version}/ lies three below it.
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        return Process.Start(new ProcessStartInfo(host, [typeof(WorkerRecords).Assembly.Location, command, _folder.Path, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }
}
