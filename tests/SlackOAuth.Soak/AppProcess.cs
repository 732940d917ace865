using System.Diagnostics;

namespace SlackOAuth.Soak;

/// <summary>One process of the app. It can be killed at any time, as a power cut or an orchestrator does, and started again on the same port.</summary>
internal sealed class AppProcess(int port, IReadOnlyList<string> arguments) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private Process? _process;
    private long _changes;

    internal HttpClient Client { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = 256 })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{port}/"),
        Timeout = TimeSpan.FromMinutes(2),
    };

    /// <summary>Which life of the process this is; odd while it is down. To be given to <see cref="WasUpSince"/>.</summary>
    internal long Life => Interlocked.Read(ref _changes);

    /// <summary>Whether the process was up then, and has been since.</summary>
    internal bool WasUpSince(long life) => life % 2 == 0 && Life == life;

    internal async Task StartAsync()
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", ["exec", typeof(AppProcess).Assembly.Location, "app", $"--Urls=http://127.0.0.1:{port}", .. arguments]) { RedirectStandardOutput = true },
        };
        process.Start();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == SoakApp.Ready)
            {
                _process = process;
                _ = process.StandardOutput.ReadToEndAsync();
                return;
            }
        }

        throw new InvalidOperationException($"The app's process ended with {process.ExitCode} before it was ready.");
    }

    internal async Task KillAndStartAsync()
    {
        await _gate.WaitAsync();
        try
        {
            Interlocked.Increment(ref _changes);
            _process!.Kill();
            await _process.WaitForExitAsync();
            await StartAsync();
            Interlocked.Increment(ref _changes);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _gate.Dispose();
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
    }
}
