using System.Diagnostics;
using System.Reflection;
using Xunit;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>What a second process does for a test: a public class with a public parameterless constructor.</summary>
public interface ISecondProcess
{
    /// <summary>Does it.</summary>
    /// <returns>The lines for the test.</returns>
    /// <param name="arguments">What the test gave.</param>
    Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<string> arguments);
}

/// <summary>Runs a piece of a test's code in a process of its own.</summary>
public static class SecondProcess
{
    /// <summary>Runs the work in a new process, with the assembly and the packages of the test project.</summary>
    /// <returns>The lines that the work gave.</returns>
    /// <typeparam name="TWork">The work.</typeparam>
    /// <param name="arguments">What to give it. Others on the machine can read them.</param>
    public static async Task<IReadOnlyList<string>> RunAsync<TWork>(params string[] arguments)
        where TWork : ISecondProcess, new()
    {
        using var process = Start<TWork>(arguments);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, $"The second process ended with {process.ExitCode}: {await errors}");
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <summary>Runs the work in a new process until it is killed.</summary>
    /// <typeparam name="TWork">The work.</typeparam>
    /// <param name="kill">Kills it when cancelled, by the signal that no process can handle.</param>
    /// <param name="arguments">What to give it. Others on the machine can read them.</param>
    public static async Task RunUntilKilledAsync<TWork>(CancellationToken kill, params string[] arguments)
        where TWork : ISecondProcess, new()
    {
        using var process = Start<TWork>(arguments);
        var output = Task.WhenAll(process.StandardError.ReadToEndAsync(CancellationToken.None), process.StandardOutput.ReadToEndAsync(CancellationToken.None));
        await using (kill.Register(process.Kill))
        {
            await process.WaitForExitAsync(CancellationToken.None);
        }

        var texts = await output;
        Assert.True(kill.IsCancellationRequested, $"The second process ended by itself with {process.ExitCode}: {texts[0]}");
    }

    private static Process Start<TWork>(string[] arguments)
    {
        var tests = typeof(TWork).Assembly.Location;
        string[] command =
        [
            "exec",
            "--depsfile", Path.ChangeExtension(tests, ".deps.json"),
            "--runtimeconfig", Path.ChangeExtension(tests, ".runtimeconfig.json"),
            typeof(SecondProcess).Assembly.Location,
            tests,
            typeof(TWork).FullName!,
            .. arguments,
        ];
        var process = new Process { StartInfo = new ProcessStartInfo("dotnet", command) { RedirectStandardOutput = true, RedirectStandardError = true } };
        process.Start();
        return process;
    }

    // The second process: the test assembly, the class, and its arguments.
    private static async Task Main(string[] arguments)
    {
        var work = (ISecondProcess)Activator.CreateInstance(Assembly.LoadFrom(arguments[0]).GetType(arguments[1], throwOnError: true)!)!;
        foreach (var line in await work.RunAsync(arguments[2..]))
        {
            Console.WriteLine(line);
        }
    }
}
