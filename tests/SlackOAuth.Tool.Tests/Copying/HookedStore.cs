using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Tests.Copying;

/// <summary>A store that says which call is about to be made, so that a test can fail it or be another process meanwhile.</summary>
internal sealed class HookedStore(InMemoryInstallationStore inner) : IInstallationStore, IRotationLeasing, IInstallationListing
{
    private int _saves;

    /// <summary>Runs before each call, with its name.</summary>
    internal Func<string, ValueTask> Before { get; set; } = _ => ValueTask.CompletedTask;

    /// <summary>How many saves came through, those under a lease included.</summary>
    internal int Saves => _saves;

    public async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        await BeforeSaveAsync(nameof(SaveAsync));
        await inner.SaveAsync(installation, cancellationToken);
    }

    public async ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        await BeforeSaveAsync(nameof(SaveBotAsync));
        await inner.SaveBotAsync(bot, cancellationToken);
    }

    public async ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        await Before(nameof(FindBotAsync));
        return await inner.FindBotAsync(workspace, cancellationToken);
    }

    public async ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        await Before(nameof(FindInstallationAsync));
        return await inner.FindInstallationAsync(workspace, userId, cancellationToken);
    }

    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => inner.DeleteBotAsync(workspace, cancellationToken);

    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        inner.DeleteInstallationAsync(workspace, userId, cancellationToken);

    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => inner.DeleteAllAsync(workspace, cancellationToken);

    public IAsyncEnumerable<Bot> ListBotsAsync(CancellationToken cancellationToken = default) => inner.ListBotsAsync(cancellationToken);

    public IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default) => inner.ListInstallationsAsync(cancellationToken);

    public async ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        await Before(nameof(TryAcquireLeaseAsync));
        return await inner.TryAcquireLeaseAsync(workspace, userId, duration, cancellationToken);
    }

    public async ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default)
    {
        await BeforeSaveAsync(nameof(TrySaveBotAsync));
        return await inner.TrySaveBotAsync(lease, bot, cancellationToken);
    }

    public async ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default)
    {
        await BeforeSaveAsync(nameof(TrySaveInstallationAsync));
        return await inner.TrySaveInstallationAsync(lease, installation, cancellationToken);
    }

    public async ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default)
    {
        await Before(nameof(ReleaseLeaseAsync));
        await inner.ReleaseLeaseAsync(lease, cancellationToken);
    }

    private ValueTask BeforeSaveAsync(string call)
    {
        Interlocked.Increment(ref _saves);
        return Before(call);
    }
}
