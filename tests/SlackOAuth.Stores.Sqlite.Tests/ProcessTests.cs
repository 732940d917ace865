using System.Diagnostics;
using System.Globalization;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.Sqlite.Tests;

/// <summary>Several processes over one file, and processes that are killed.</summary>
public sealed class ProcessTests : IDisposable
{
    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T1");

    private readonly TemporaryFile _file = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_state_has_one_winner_among_64_consumers_in_two_processes()
    {
        await using var store = _file.States();
        var states = new List<string>();
        for (var i = 0; i < 1000; i++)
        {
            states.Add(await store.IssueAsync(cancellationToken: Token));
        }

        string[] arguments = [_file.Path, .. states];
        var won = await Task.WhenAll(SecondProcess.RunAsync<Consume>(arguments), SecondProcess.RunAsync<Consume>(arguments));
        Assert.Equal(states.Order(StringComparer.Ordinal), won.SelectMany(list => list).Order(StringComparer.Ordinal));
        Assert.Equal(0L, _file.Run("SELECT COUNT(*) FROM slack_states"));
    }

    [Fact]
    public async Task A_process_that_is_killed_leaves_every_acknowledged_save_whole()
    {
        var last = -1;
        for (var kill = 0; kill < 20; kill++)
        {
            var acknowledgements = Path.Combine(Path.GetDirectoryName(_file.Path)!, $"acknowledged-{kill}");

            // It ends itself by the signal that no process can handle, in the middle of its saves: with another status than 0, which fails the call.
            await Assert.ThrowsAnyAsync<Exception>(() => SecondProcess.RunAsync<SaveUntilKilled>(_file.Path, acknowledgements, (last + 1).ToString(CultureInfo.InvariantCulture), kill.ToString(CultureInfo.InvariantCulture)));
            var acknowledged = (int)new FileInfo(acknowledgements).Length;
            Assert.NotEqual(0, acknowledged);

            await using var store = _file.Installations();
            var found = await store.FindInstallationAsync(Workspace, "U1", Token);
            Assert.NotNull(found);
            var number = Number(found);
            Assert.InRange(number, last + acknowledged, last + acknowledged + 1);
            Assert.Equal(Numbered(number), found);
            Assert.Equal(found, await store.FindInstallationAsync(Workspace, cancellationToken: Token));
            Assert.Equal(found.ToBot(), await store.FindBotAsync(Workspace, Token));
            last = number;
        }
    }

    private static int Number(Installation installation) => (int)(installation.InstalledAt.ToUnixTimeSeconds() - 1_700_000_000);

    private static Installation Numbered(int number) => new()
    {
        TeamId = "T1",
        UserId = "U1",
        UserToken = $"xoxp-{number}",
        BotToken = $"xoxb-{number}",
        InstalledAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000 + number),
    };

    private static SqliteStoreOptions Options(string path) => new() { Path = path };

    private static SlackOAuthStoresOptions Common => new() { ClientId = TemporaryFile.ClientId };

    public sealed class Consume : ISecondProcess
    {
        public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<string> arguments)
        {
            await using var store = new SqliteOAuthStateStore(Common, Options(arguments[0]));
            var won = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
            {
                var mine = new List<string>();
                foreach (var state in arguments.Skip(1))
                {
                    if (await store.ConsumeAsync(state) is not null)
                    {
                        mine.Add(state);
                    }
                }

                return mine;
            })));
            return [.. won.SelectMany(mine => mine)];
        }
    }

    public sealed class SaveUntilKilled : ISecondProcess
    {
        public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<string> arguments)
        {
            await using var store = new SqliteInstallationStore(Common, Options(arguments[0]));
            await using var acknowledgements = new FileStream(arguments[1], FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
            var number = int.Parse(arguments[2], CultureInfo.InvariantCulture);
            var killAfter = 3 + int.Parse(arguments[3], CultureInfo.InvariantCulture);
            for (var i = 0; ; i++, number++)
            {
                if (i == killAfter)
                {
                    new Thread(() => Process.GetCurrentProcess().Kill()).Start();
                }

                await store.SaveAsync(Numbered(number));
                acknowledgements.WriteByte(1);
            }
        }
    }
}
