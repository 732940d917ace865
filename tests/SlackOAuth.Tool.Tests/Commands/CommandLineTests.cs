using System.Diagnostics;
using SlackOAuth.Tool.Commands;
using SlackOAuth.Tool.Tests.Support;

namespace SlackOAuth.Tool.Tests.Commands;

public sealed class CommandLineTests
{
    public static TheoryData<string> Names => [.. Commands.Select(command => command.Name)];

    private static IEnumerable<ExampleCommand> Commands => ToolRootCommand.Create(Host()).Subcommands.Cast<ExampleCommand>();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Help_ends_with_examples_that_parse(string name)
    {
        var run = await ToolRun.RunAsync(name, "--help");
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Contains($"slackoauth {name}", run.Out, StringComparison.Ordinal);
        var root = ToolRootCommand.Create(Host());
        foreach (var example in Commands.Single(command => command.Name == name).Examples)
        {
            Assert.Contains($"  slackoauth {example}", run.Out, StringComparison.Ordinal);

            // Up to where the shell takes over.
            Assert.Empty(root.Parse(example.Split([" | ", " > ", " >> "], 2, StringSplitOptions.None)[0]).Errors);
        }
    }

    [Fact]
    public async Task Help_names_the_command_and_not_the_assembly()
    {
        var run = await ToolRun.RunAsync("--help");
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Contains("slackoauth [command] [options]", run.Out, StringComparison.Ordinal);
        Assert.All(Names, name => Assert.Contains($"  {name.Data} ", run.Out, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData]
    [InlineData("lst")]
    [InlineData("list", "--wrong")]
    [InlineData("list")]
    [InlineData("list", "file:a", "--store", "file:b")]
    [InlineData("list", "file:a", "--output", "xml")]
    [InlineData("list", "redis:localhost", "--set", "KeyPrefix")]
    [InlineData("list", "redis:localhost", "--client-id", "1", "--set", "KeyPrefix= ")]
    [InlineData("list", "redis:localhost", "--client-id", "")]
    [InlineData("show")]
    [InlineData("show", "@T1", "--store", "nothing")]
    [InlineData("delete", "T1", "--store", "file:a")]
    public async Task What_is_wrong_with_a_command_line_is_said_in_a_line(params string[] args)
    {
        var run = await ToolRun.RunAsync(args);
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        if (args.Length > 0)
        {
            Assert.Empty(run.Out);
            Assert.StartsWith("slackoauth: ", Assert.Single(run.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_cancelled_command_ends_with_130()
    {
        using var folder = new TemporaryFolder();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var host = Host();
        Assert.Equal(ExitCodes.Cancelled, await SlackOAuthTool.RunAsync(["list", $"file:{folder.Path}"], host, cancelled.Token));
        Assert.Contains("cancelled", ((Spectre.Console.Testing.TestConsole)host.Error).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "complete ")]
    [InlineData("zsh", "compdef ")]
    [InlineData("fish", "complete ")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public async Task Each_shell_gets_a_script_that_asks_the_command(string shell, string registration)
    {
        var run = await ToolRun.RunAsync("completion", shell);
        Assert.Contains("[suggest:", run.Out, StringComparison.Ordinal);
        Assert.Contains(registration, run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("li", "list")]
    [InlineData("list red", "redis:")]
    [InlineData("list --output ", "json")]
    [InlineData("list --set Key", "KeyPrefix=")]
    [InlineData("schema ", "postgres")]
    public async Task The_command_completes(string line, string expected) =>
        Assert.Contains(expected, (await ToolRun.RunAsync($"[suggest:{line.Length}]", line)).Lines);

    [Fact]
    public async Task The_script_for_bash_completes_words_with_a_colon()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "There is no /bin/bash.");
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            folder.At("try.sh"),
            $$"""
              slackoauth() { dotnet exec "{{typeof(SlackOAuthTool).Assembly.Location}}" "$@"; }
              {{(await ToolRun.RunAsync("completion", "bash")).Out}}
              compopt() { :; }
              for line in "slackoauth sch" "slackoauth list red" "slackoauth list redis:" "slackoauth list --set KeyP"; do
                COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
                _slackoauth_complete
                echo "${COMPREPLY[*]}"
              done
              """,
            TestContext.Current.CancellationToken);
        using var bash = Process.Start(new ProcessStartInfo("/bin/bash", [folder.At("try.sh")]) { RedirectStandardOutput = true })!;
        var output = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("schema\nredis:\n\nKeyPrefix=\n", output);
    }

    private static ToolHost Host() => new()
    {
        Out = new Spectre.Console.Testing.TestConsole(),
        Error = new Spectre.Console.Testing.TestConsole(),
        CanAsk = false,
        Environment = _ => null,
    };
}
