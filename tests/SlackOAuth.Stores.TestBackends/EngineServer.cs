using Xunit;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>The server that the tests of an assembly share: derive it for an engine, and name it in an <c>AssemblyFixture</c> attribute.</summary>
/// <remarks>
/// <para>The ladder: a server that the engine's environment variable names; a container from the engine's image; else the test is skipped with its reason, or fails where the
/// engine is required. What listens and does not work is a failure.</para>
/// <para>The server starts with the first test that asks for it. A test keeps to a prefix, a database or tables of its own: the server may be someone else's.</para>
/// </remarks>
/// <param name="engine">The engine.</param>
/// <param name="configure">Makes it a server of another kind, such as a cluster, for which the environment variable has no name; null for the plain one.</param>
public abstract class EngineServer(Engine engine, Func<Engine, Engine>? configure = null) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private EngineContainer? _container;
    private Exception? _failure;

    /// <summary>The engine.</summary>
    public Engine Engine { get; } = engine;

    /// <summary>Connects and runs a statement that only a working server answers. Tried again for a while where it throws.</summary>
    /// <param name="connectionString">Where the server is.</param>
    /// <param name="cancellationToken">Cancelled when there was time enough.</param>
    protected abstract Task ProbeAsync(string connectionString, CancellationToken cancellationToken);

    /// <summary>The connection string of the shared server, which answers. Skips the calling test, or fails it, where there can be none.</summary>
    public async ValueTask<string> GetConnectionStringAsync()
    {
        if (configure is null && Environment.GetEnvironmentVariable(Engine.Variable) is { Length: > 0 } named)
        {
            return named;
        }

        await _gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            // A server that does not start is tried once, not by every test.
            if (_failure is not null)
            {
                throw new InvalidOperationException($"The {Engine.Name} server of these tests did not start.", _failure);
            }

            _container ??= await StartContainerAsync(configure);
            return _container.ConnectionString;
        }
        catch (Exception exception) when (!Unavailable.IsSkip(exception) && exception is not OperationCanceledException)
        {
            _failure ??= exception;
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Starts a container that is the calling test's own, to be killed, paused and disposed. Skips the test, or fails it, where there can be none.</summary>
    /// <param name="change">Changes the engine for this container: its command, its environment; null for the engine as it is. Called again where a port was taken meanwhile.</param>
    public async Task<EngineContainer> StartContainerAsync(Func<Engine, Engine>? change = null)
    {
        if (await Docker.FindWhyUnavailableAsync(Engine) is { } reason)
        {
            throw Unavailable.For(Engine, reason);
        }

        return await EngineContainer.StartAsync(() => change?.Invoke(Engine) ?? Engine, ProbeAsync);
    }

    /// <summary>Ends the shared server.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        if (_container is not null)
        {
            await _container.DisposeAsync();
        }

        _gate.Dispose();
        GC.SuppressFinalize(this);
    }
}
