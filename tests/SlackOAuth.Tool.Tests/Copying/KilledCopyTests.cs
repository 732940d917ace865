using System.Diagnostics;
using System.Text.Json;
using SlackOAuth.Stores;
using SlackOAuth.Stores.Seed;
using SlackOAuth.Tool.Stores;
using SlackOAuth.Tool.Tests.Support;

namespace SlackOAuth.Tool.Tests.Copying;

/// <summary>The tool as a process, killed by the signal that no process can handle.</summary>
public sealed class KilledCopyTests : IDisposable
{
    private const int Installations = 1000;
    private const int Records = 1500;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_copy_that_is_killed_three_times_is_finished_by_the_next_one_which_copies_only_what_is_missing()
    {
        SeedFiles.Write(_folder.At("data"), "1.1", Installations);
        var (from, to) = ($"file:{_folder.At("data")}", $"sqlite:{_folder.At("copy.db")}");
        var copied = 0;
        var destination = StoreNotation.Parse(to, _ => null);
        await using var store = OpenedStore.Open(new StoreLocation { Notation = destination, Prepares = true }, "1.1");
        for (var kill = 0; kill < 3; kill++)
        {
            using var process = Start("copy", "--from", from, "--to", to);
            var all = ReadAsync(process);
            var before = copied;
            while ((copied = await CountAsync(store)) < before + 50)
            {
                Assert.False(process.HasExited, "It ended before it was killed.");
                await Task.Delay(20, Cancellation);
            }

            process.Kill();
            await process.WaitForExitAsync(Cancellation);
            Assert.NotEqual(ExitCodes.Ok, process.ExitCode);
            Assert.DoesNotContain(SeedFiles.SecretWord, await all, StringComparison.Ordinal);
        }

        Assert.InRange(copied, 150, Records - 1);
        copied = await CountAsync(store);

        var last = await RunAsync("copy", "--from", from, "--to", to, "--output", "json");
        Assert.Equal(ExitCodes.Ok, last.ExitCode);
        var summary = JsonElement.Parse(last.Output);
        Assert.Equal((Records, Records - copied, copied), (Number("read"), Number("written"), Number("skipped_same")));

        var proof = await RunAsync("verify", "--from", from, "--to", to);
        Assert.True(proof.ExitCode == ExitCodes.Ok, proof.Output);
        Assert.Contains("hold the same: 1,500 records", proof.Output, StringComparison.Ordinal);

        int Number(string name) => summary.GetProperty(name).GetInt32();
    }

    private static async Task<int> CountAsync(OpenedStore store) =>
        await store.Listing.ListBotsAsync(Cancellation).CountAsync(Cancellation) + await store.Listing.ListInstallationsAsync(Cancellation).CountAsync(Cancellation);

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] args)
    {
        using var process = Start(args);
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, output);
    }

    private static async Task<string> ReadAsync(Process process) =>
        string.Concat(await Task.WhenAll(process.StandardOutput.ReadToEndAsync(Cancellation), process.StandardError.ReadToEndAsync(Cancellation)));

    private static Process Start(params string[] args)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", ["exec", typeof(ToolHost).Assembly.Location, .. args]) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.Start();
        return process;
    }
}
