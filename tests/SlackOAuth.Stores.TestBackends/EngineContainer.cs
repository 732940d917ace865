using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Docker.DotNet;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>An engine in a container. It keeps its port when it is killed and started again.</summary>
public sealed class EngineContainer : IAsyncDisposable
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);

    private readonly TimeSpan _patience;
    private readonly IContainer _container;
    private readonly Func<string, CancellationToken, Task> _probe;

    private EngineContainer(Engine engine, IContainer container, int port, Func<string, CancellationToken, Task> probe)
    {
        _patience = engine.Patience;
        _container = container;
        _probe = probe;
        Host = container.Hostname;
        Port = port;
        ConnectionString = engine.ConnectionString(Host, port);
    }

    /// <summary>The host to connect to.</summary>
    public string Host { get; }

    /// <summary>The port to connect to.</summary>
    public int Port { get; }

    /// <summary>Where the engine is.</summary>
    public string ConnectionString { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal static async Task<EngineContainer> StartAsync(Func<Engine> configure, Func<string, CancellationToken, Task> probe)
    {
        for (var attempt = 1; ; attempt++)
        {
            // A port that Docker chose would be another one after a restart. Between here and Docker somebody else may take it: then again.
            var engine = configure();
            var port = FreePort();
            var builder = new ContainerBuilder(engine.Image)
                .WithLogger(NullLogger.Instance)
                .WithPortBinding(port, engine.Port)
                .WithEnvironment(engine.Environment)
                .WithLabel("slackoauth-stores.tests", engine.Name);
            if (engine.Command.Count > 0)
            {
                builder = builder.WithCommand([.. engine.Command]);
            }

            foreach (var same in engine.SamePorts)
            {
                builder = builder.WithPortBinding(same, same);
            }

            var container = builder.Build();
            try
            {
                await container.StartAsync(Cancellation);
            }
            catch (Exception exception) when (attempt < 5 && exception.Message.Contains("already", StringComparison.Ordinal))
            {
                await container.DisposeAsync();
                continue;
            }
            catch (Exception exception)
            {
                // One that ended by itself: its log says why.
                var log = container.State == TestcontainersStates.Undefined ? "" : await LogAsync(container);
                await container.DisposeAsync();
                Cancellation.ThrowIfCancellationRequested();
                throw new InvalidOperationException($"The container of {engine.Image} did not start: {exception.Message} Its log:\n{log}", exception);
            }

            var started = new EngineContainer(engine, container, port, probe);
            try
            {
                await started.WaitUntilReadyAsync();
                return started;
            }
            catch
            {
                await started.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>A port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Kills the engine at once, as a power cut does: nothing is written any more.</summary>
    public Task KillAsync() => DockerAsync("kill", _container.Id);

    /// <summary>Starts the engine again after <see cref="KillAsync"/>, with the data its container holds, and waits until it answers.</summary>
    public async Task RestartAsync()
    {
        await DockerAsync("start", _container.Id);
        await WaitUntilReadyAsync();
    }

    /// <summary>Stops the engine's processes where they are: connections stay open and nothing answers.</summary>
    public async Task PauseAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await _container.PauseAsync(Cancellation);
                return;
            }
            catch (DockerApiException exception) when (attempt < 10 && exception.Message.Contains("unable to freeze", StringComparison.Ordinal))
            {
                // The freezer gives up on a machine under load; then the container runs on as before.
                await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
            }
        }
    }

    /// <summary>Undoes <see cref="PauseAsync"/>.</summary>
    public Task UnpauseAsync() => _container.UnpauseAsync(Cancellation);

    /// <summary>Runs a command in the container.</summary>
    /// <returns>What it wrote.</returns>
    /// <param name="command">The program and its arguments.</param>
    public async Task<string> ExecuteAsync(params string[] command)
    {
        var result = await _container.ExecAsync(command, Cancellation);
        return result.ExitCode == 0 ? result.Stdout : throw new InvalidOperationException($"'{string.Join(' ', command)}' ended with {result.ExitCode}: {result.Stdout}{result.Stderr}");
    }

    /// <summary>Removes the container.</summary>
    public ValueTask DisposeAsync() => _container.DisposeAsync();

    private static async Task DockerAsync(params string[] arguments)
    {
        var (succeeded, output) = await Docker.RunAsync(arguments);
        Assert.True(succeeded, $"'docker {string.Join(' ', arguments)}' failed: {output}");
    }

    private static async Task<string> LogAsync(IContainer container)
    {
        var (stdout, stderr) = await container.GetLogsAsync(ct: CancellationToken.None);
        return stdout + stderr;
    }

    private async Task WaitUntilReadyAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(_patience);
        Exception? failure = null;
        while (!patience.IsCancellationRequested && _container.State != TestcontainersStates.Exited)
        {
            try
            {
                await _probe(ConnectionString, patience.Token);
                return;
            }
            catch (Exception exception) when (!Cancellation.IsCancellationRequested)
            {
                // What went wrong before the time was up says more than that it was up.
                failure = patience.IsCancellationRequested ? failure ?? exception : exception;
            }

            await Task.Delay(PollEvery, Cancellation);
        }

        throw new InvalidOperationException($"The container of {_container.Image.FullName} started and does not work: {failure?.Message} Its log:\n{await LogAsync(_container)}", failure);
    }
}
