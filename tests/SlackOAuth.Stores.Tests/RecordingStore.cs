namespace SlackOAuth.Stores.Tests;

/// <summary>A store that notes its calls, and fails where it is told to.</summary>
internal sealed class RecordingStore : IInstallationStore, IRotationLeasing, IStoreDecorator, IAsyncDisposable
{
    internal List<string> Calls { get; } = [];

    /// <summary>What was saved under a lease, as JSON.</summary>
    internal List<byte[]> Saved { get; } = [];

    internal Exception? Failure { get; set; }

    internal bool HasLeases { get; init; } = true;

    /// <summary>What is found.</summary>
    internal Bot Bot { get; set; } = Samples.Bot;

    public TCapability? GetCapability<TCapability>()
        where TCapability : class => HasLeases ? this as TCapability : null;

    public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default) => Note(nameof(SaveAsync));

    public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default) => Note(nameof(SaveBotAsync));

    public async ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        await Note(nameof(FindBotAsync));
        return Bot;
    }

    public async ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        await Note(nameof(FindInstallationAsync));
        return Samples.Installation;
    }

    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => Note(nameof(DeleteBotAsync));

    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) => Note(nameof(DeleteInstallationAsync));

    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => Note(nameof(DeleteAllAsync));

    public async ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        await Note(nameof(TryAcquireLeaseAsync));
        return new RotationLease { Workspace = workspace, UserId = userId, FencingToken = 1, ExpiresAt = Samples.InstalledAt };
    }

    public async ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default)
    {
        await Note(nameof(TrySaveBotAsync));
        Saved.Add(StoreJson.Serialize(bot));
        return true;
    }

    public async ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default)
    {
        await Note(nameof(TrySaveInstallationAsync));
        Saved.Add(StoreJson.Serialize(installation));
        return true;
    }

    public ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default) => Note(nameof(ReleaseLeaseAsync));

    public ValueTask DisposeAsync() => Note(nameof(DisposeAsync));

    private ValueTask Note(string call)
    {
        Calls.Add(call);
        return Failure is null ? ValueTask.CompletedTask : ValueTask.FromException(Failure);
    }
}
