using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using SlackOAuth.Stores;
using SlackOAuth.Testing;

namespace SlackOAuth.Tests.Rotation;

/// <summary>A Slack whose tokens rotate, a store, and as many rotators over both as a test starts: each is a process of its own to the others.</summary>
internal sealed class RotationApp : IAsyncDisposable
{
    public const string ClientId = "1234567890.1234567890";

    /// <summary>Over the client's longest timeout.</summary>
    public static readonly TimeSpan LeaseDuration = TimeSpan.FromHours(2);

    private readonly List<ServiceProvider> _processes = [];
    private int _calls;

    private RotationApp(FakeSlack slack, FakeTimeProvider time) => (Slack, Time) = (slack, time);

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public FakeSlack Slack { get; }

    public FakeTimeProvider Time { get; }

    public InMemoryStoreData Data { get; } = new();

    public FakeLogCollector Logs { get; } = new(Microsoft.Extensions.Options.Options.Create(new FakeLogCollectorOptions()));

    /// <summary>What the app was told. It is told beside the request that met the failure, and has been when its process has ended.</summary>
    public ConcurrentQueue<TokenRotationFailure> Failures { get; } = [];

    public InMemoryInstallationStore Store => new(new SlackOAuthStoresOptions { ClientId = ClientId }, Data, Time);

    /// <summary>How often a refresh token reached Slack.</summary>
    public int Refreshes => Slack.CountCalls("oauth.v2.access", "refresh_token");

    public static async Task<RotationApp> StartAsync()
    {
        var time = new FakeTimeProvider(new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));
        var slack = await FakeSlack.StartAsync(
            new() { Port = null, TimeProvider = time, Apps = [new() { TokenRotation = true, RedirectUris = [new("https://app.example/callback")] }], Workspaces = [new() { Users = [new(), new() { Id = "U0FAKEUSER2", Name = "bob" }] }] }, Cancellation);
        return new(slack, time);
    }

    public ServiceProvider StartProcess(IInstallationStore? store = null, Action<TokenRotationOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(Logs)));
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton(store ?? Store);
        services.AddSlackOAuthClient(options =>
            {
                (options.ClientId, options.ClientSecret, options.MaxRetries) = (ClientId, "fake-client-secret", 0);

                // By the test's clock, which a busy machine lets outrun the calls: no test here is of a timeout.
                options.AttemptTimeout = options.TotalTimeout = TimeSpan.FromHours(1);
            })
            .ConfigurePrimaryHttpMessageHandler(() => new CallCounter(this) { InnerHandler = Slack.CreateHandler() });
        services.AddSlackTokenRotation(options =>
        {
            options.LeaseDuration = LeaseDuration;
            options.Failed = failure =>
            {
                Failures.Enqueue(failure);
                return Task.CompletedTask;
            };
            configure?.Invoke(options);
        });
        var process = services.BuildServiceProvider();
        _processes.Add(process);
        return process;
    }

    public TokenRotator Start(IInstallationStore? store = null, Action<TokenRotationOptions>? configure = null) => StartProcess(store, configure).GetRequiredService<TokenRotator>();

    /// <summary>Installs the app with a bot and a user token, which both expire in 12 hours.</summary>
    public async Task<Installation> InstallAsync(string? userId = null)
    {
        var url = new Uri($"https://slack.com/oauth/v2/authorize?client_id={ClientId}&scope=commands&user_scope=search:read&state=s");
        var code = System.Web.HttpUtility.ParseQueryString(Slack.Authorize(url, AuthorizeDecision.Allow(userId: userId)).Query)["code"]!;
        var access = await StartProcess().GetRequiredService<SlackOAuthClient>().ExchangeCodeAsync(code, cancellationToken: Cancellation);
        Assert.True(access.Ok, $"{access}");
        var installation = SlackInstallationFactory.Create(access.Value, null, Time.GetUtcNow());
        await Store.SaveAsync(installation, Cancellation);
        return installation;
    }

    /// <summary>Installs, and lets the tokens become due, or expire.</summary>
    public async Task<Installation> InstallAsync(bool expired)
    {
        var installation = await InstallAsync();
        Time.Advance(expired ? TimeSpan.FromHours(12) : TimeSpan.FromHours(11));
        return installation;
    }

    public async Task<Bot?> FindBotAsync() => await Store.FindBotAsync(WorkspaceId.ForTeam("T0FAKETEAM1"), Cancellation);

    public async Task<Installation?> FindAsync(string userId) => await Store.FindInstallationAsync(WorkspaceId.ForTeam("T0FAKETEAM1"), userId, Cancellation);

    /// <summary>Moves the clock in steps until a task ends.</summary>
    public async Task<T> AdvanceUntilAsync<T>(Task<T> task, TimeSpan step)
    {
        await AdvanceUntilAsync(() => Task.FromResult(task.IsCompleted), step);
        return await task;
    }

    /// <summary>Moves the clock in steps until something is so. It stands while Slack is asked: calls run by the real clock, and shall take no time by this one.</summary>
    public async Task AdvanceUntilAsync(Func<Task<bool>> isReachedAsync, TimeSpan step)
    {
        while (!await isReachedAsync())
        {
            if (Volatile.Read(ref _calls) == 0)
            {
                Time.Advance(step);
            }

            await Task.Delay(1, Cancellation);
        }
    }

    /// <summary>Waits until something is so that the clock has no part in.</summary>
    public Task WaitUntilAsync(Func<bool> isReached) => AdvanceUntilAsync(() => Task.FromResult(isReached()), TimeSpan.Zero);

    public static MetricCollector<long> Collect(ServiceProvider process) => new(process.GetRequiredService<IMeterFactory>(), SlackOAuthTelemetry.Name, SlackOAuthTelemetry.RotationsName);

    /// <summary>Ends the processes, which end what they have begun.</summary>
    public async Task EndProcessesAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndProcessesAsync();
        await Slack.DisposeAsync();
    }

    /// <summary>Counts the calls that are on their way.</summary>
    private sealed class CallCounter(RotationApp app) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref app._calls);
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref app._calls);
            }
        }
    }
}

/// <summary>A store whose lease calls, lookups or saves fail on demand, and which can be without leases.</summary>
internal sealed class FailingStore(InMemoryInstallationStore inner) : IInstallationStore, IStoreDecorator, IRotationLeasing
{
    public bool HasLeases { get; init; } = true;

    public Func<string, bool> Fails { get; set; } = _ => false;

    public TCapability? GetCapability<TCapability>()
        where TCapability : class => typeof(TCapability) == typeof(IRotationLeasing) ? (HasLeases ? this as TCapability : null) : inner as TCapability;

    public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        Enter(nameof(SaveAsync));
        return inner.SaveAsync(installation, cancellationToken);
    }

    public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        Enter(nameof(SaveBotAsync));
        return inner.SaveBotAsync(bot, cancellationToken);
    }

    public ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        Enter(nameof(FindBotAsync));
        return inner.FindBotAsync(workspace, cancellationToken);
    }

    public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        Enter(nameof(FindInstallationAsync));
        return inner.FindInstallationAsync(workspace, userId, cancellationToken);
    }

    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => inner.DeleteBotAsync(workspace, cancellationToken);

    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        inner.DeleteInstallationAsync(workspace, userId, cancellationToken);

    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => inner.DeleteAllAsync(workspace, cancellationToken);

    public ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        Enter(nameof(TryAcquireLeaseAsync));
        return inner.TryAcquireLeaseAsync(workspace, userId, duration, cancellationToken);
    }

    public ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default)
    {
        Enter(nameof(TrySaveBotAsync));
        return inner.TrySaveBotAsync(lease, bot, cancellationToken);
    }

    public ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default)
    {
        Enter(nameof(TrySaveInstallationAsync));
        return inner.TrySaveInstallationAsync(lease, installation, cancellationToken);
    }

    public ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default)
    {
        Enter(nameof(ReleaseLeaseAsync));
        return inner.ReleaseLeaseAsync(lease, cancellationToken);
    }

    private void Enter(string operation)
    {
        if (Fails(operation))
        {
            throw new SlackOAuthStoreException("Test", operation, "the engine is down", isTransient: true, innerException: new IOException("driver-detail-with-a-key"));
        }
    }
}
