namespace SlackOAuth.Stores.Tests;

/// <summary>A store that notes its calls, and fails where it is told to.</summary>
internal sealed class RecordingStore : IInstallationStore, IAsyncDisposable
{
    internal List<string> Calls { get; } = [];

    internal Exception? Failure { get; init; }

    public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default) => Note(nameof(SaveAsync));

    public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default) => Note(nameof(SaveBotAsync));

    public async ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        await Note(nameof(FindBotAsync));
        return Samples.Bot;
    }

    public async ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        await Note(nameof(FindInstallationAsync));
        return Samples.Installation;
    }

    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => Note(nameof(DeleteBotAsync));

    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) => Note(nameof(DeleteInstallationAsync));

    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => Note(nameof(DeleteAllAsync));

    public ValueTask DisposeAsync() => Note(nameof(DisposeAsync));

    private ValueTask Note(string call)
    {
        Calls.Add(call);
        return Failure is null ? ValueTask.CompletedTask : ValueTask.FromException(Failure);
    }
}
