using System.Diagnostics;
using SlackOAuth.Stores;
using SlackOAuth.Stores.FileSystem;
using SlackOAuth.Tool.Tests.Copying;
using SlackOAuth.Tool.Tests.Support;

namespace SlackOAuth.Tool.Tests.Importing;

/// <summary>The lines in <c>docs/migrating.md</c> that write what another SDK reads, run as they stand there, and read back by the importer.</summary>
public sealed class WayBackTests : IDisposable
{
    private const string ClientId = "1234567890.0987654321";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("-latest")]
    public async Task What_the_lines_for_Bolt_for_Java_write_is_read_as_what_the_store_holds(string ending)
    {
        var store = new FileSystemInstallationStore(new SlackOAuthStoresOptions { ClientId = ClientId }, new FileSystemStoreOptions { BaseDirectory = _folder.At("back") });
        await store.SaveAsync(Kept(Records.Installation("T1", "U1", 1)), Cancellation);
        await store.SaveAsync(Kept(Records.Installation("T1", "U2", 2, "newer")), Cancellation);
        await store.SaveAsync(Kept(Records.Installation("T2", "U1", 1).WithBot(null) with { UserScopes = [], UserTokenExpiresAt = null, UserRefreshToken = null, IncomingWebhookUrl = null }), Cancellation);
        await store.SaveBotAsync(Kept(Records.Bot("T3", 1)) with { EnterpriseId = null, EnterpriseName = null, BotRefreshToken = null, BotTokenExpiresAt = null }, Cancellation);
        await store.SaveAsync(Kept(Records.Installation("T4", "U4", 4)) with { TeamId = null, TeamName = null, IsEnterpriseInstall = true }, Cancellation);

        await RunAsync(LinesOf("### Back to Bolt for Java").Replace("ENDING = \"\"", $"ENDING = \"{ending}\"", StringComparison.Ordinal));
        var (from, to) = ($"bolt-java:{_folder.At(".slack-app")}", $"file:{_folder.At("again")}");
        Assert.Equal(ExitCodes.Ok, (await ToolRun.RunAsync("copy", "--from", from, "--to", to)).ExitCode);
        var proof = await ToolRun.RunAsync("verify", "--from", $"file:{_folder.At("back")}", "--to", to);

        Assert.Equal((ExitCodes.Ok, $"file:{_folder.At("back")} and {to} hold the same: 7 records, compared in 0s."), (proof.ExitCode, proof.Lines[0]));
        if (!OperatingSystem.IsWindows())
        {
            foreach (var path in Directory.EnumerateFiles(_folder.At(".slack-app"), "*", SearchOption.AllDirectories))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            }
        }
    }

    /// <summary>Without what Bolt for Java has no place for.</summary>
    private static Installation Kept(Installation installation) =>
        installation with { IncomingWebhookChannel = null, CustomValues = null, InstalledAt = ToMilliseconds(installation.InstalledAt) };

    private static Bot Kept(Bot bot) => bot with { CustomValues = null, InstalledAt = ToMilliseconds(bot.InstalledAt) };

    private static DateTimeOffset ToMilliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    private static string LinesOf(string heading)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "docs", "migrating.md")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("No folder above the test's own holds docs/migrating.md. Run the tests from a checkout.");
        }

        var page = File.ReadAllText(Path.Combine(folder.FullName, "docs", "migrating.md"));
        var section = page[page.IndexOf(heading, StringComparison.Ordinal)..];
        var start = section.IndexOf("```python\n", StringComparison.Ordinal) + "```python\n".Length;
        return section[start..section.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private async Task RunAsync(string python)
    {
        await File.WriteAllTextAsync(_folder.At("back.py"), python, Cancellation);
        Process? started = null;
        try
        {
            started = Process.Start(new ProcessStartInfo("python3", ["back.py"]) { WorkingDirectory = _folder.At("."), RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            Assert.Skip($"There is no python3 to run the page's lines with: {exception.Message}");
        }

        using var process = started!;
        var error = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == 0, error);
    }
}
