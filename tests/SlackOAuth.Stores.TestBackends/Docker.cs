using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Images;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>What Docker can do on this machine, asked of its command line, which knows contexts and speaks every version of the API.</summary>
internal static class Docker
{
    // The one that this version of Testcontainers takes unless told another.
    private const string ReaperImage = "testcontainers/ryuk:0.14.0";

    private static readonly Lazy<Task<string?>> Prepared = new(PrepareAsync);
    private static readonly ConcurrentDictionary<string, Lazy<Task<string?>>> Images = new(StringComparer.Ordinal);

    /// <summary>Why no container of an engine can be started; null where one can be. The image is pulled where it is not there.</summary>
    internal static async Task<string?> FindWhyUnavailableAsync(Engine engine)
    {
        if (await Prepared.Value is { } reason)
        {
            return reason;
        }

        return await Images.GetOrAdd(engine.Image, image => new Lazy<Task<string?>>(() => FindImageAsync(image))).Value is { } missing
            ? $"{missing} {(engine.IsBuildable ? $"Build it by build/engines/{engine.Name}.sh, or name" : "It cannot be built here: give Docker a way to its registry, or name")} a server in {engine.Variable}, an environment variable (CONTRIBUTING.md)."
            : null;
    }

    /// <summary>Runs a command of Docker's command line.</summary>
    /// <returns>Whether it went well, and what it wrote.</returns>
    internal static async Task<(bool Succeeded, string Output)> RunAsync(params string[] arguments)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo("docker", arguments) { RedirectStandardOutput = true, RedirectStandardError = true } };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return (false, "the command 'docker' was not found");
        }

        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? (true, output.Trim()) : (false, (await errors).Trim());
    }

    private static async Task<string?> PrepareAsync()
    {
        var (answers, version) = await RunAsync("version", "--format", "{{.Server.APIVersion}}");
        if (!answers)
        {
            return $"Docker does not answer ({version}). Run build/engines/docker.sh start, or name a server in the engine's environment variable (CONTRIBUTING.md).";
        }

        // Testcontainers speaks one version unless told another, and an older daemon refuses it. Read when its settings are first used: set before.
        if (Environment.GetEnvironmentVariable("DOCKER_API_VERSION") is null)
        {
            Environment.SetEnvironmentVariable("DOCKER_API_VERSION", version);
        }

        // Testcontainers allows each of its regular expressions a second, and one that takes longer ends the run. Where the machine is busy, to compile the engine that runs them takes as long: done before.
        _ = Regex.IsMatch(ReaperImage, "^(?<repository>[^:@]+)(:(?<tag>[^@]+))?(@(?<digest>.+))?$", RegexOptions.None, Regex.InfiniteMatchTimeout);

        // The reaper removes the containers of a run that was killed. Where its image cannot be had, the run removes them itself, if it can.
        if (TestcontainersSettings.ResourceReaperEnabled)
        {
            TestcontainersSettings.ResourceReaperImage ??= new DockerImage(ReaperImage);
            TestcontainersSettings.ResourceReaperEnabled = await FindImageAsync(TestcontainersSettings.ResourceReaperImage.FullName) is null;
        }

        return null;
    }

    private static async Task<string?> FindImageAsync(string image)
    {
        if ((await RunAsync("image", "inspect", image)).Succeeded)
        {
            return null;
        }

        var (pulled, output) = await RunAsync("pull", "--quiet", image);
        return pulled ? null : $"{image} could not be pulled ({output}).";
    }
}
