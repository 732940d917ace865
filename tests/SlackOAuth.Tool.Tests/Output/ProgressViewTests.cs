using SlackOAuth.Tool.Copying;
using SlackOAuth.Tool.Output;
using SlackOAuth.Tool.Tests.Support;
using Spectre.Console.Testing;

namespace SlackOAuth.Tool.Tests.Output;

public sealed class ProgressViewTests
{
    [Fact]
    public async Task A_count_that_fails_in_whatever_way_does_not_end_the_work()
    {
        using var output = ToolRun.OpenConsole(isTerminal: true);
        using var error = ToolRun.OpenConsole(isTerminal: true).Interactive();
        var host = new ToolHost { Out = output, Error = error, CanAsk = false, Environment = _ => null };
        var counted = new TaskCompletionSource();

        await new ProgressView(host, "Copying").ShowAsync(counted.Task, new Pace(host.Time), () => 1, _ =>
        {
            counted.SetResult();
            throw new InvalidOperationException("A command is already in progress.");
        });

        Assert.Contains("Copying", error.Output, StringComparison.Ordinal);
    }
}
