using SlackOAuth.Stores;

namespace SlackOAuth.Tests;

/// <summary>Hands every call of the contract on: a test's own store says what it can do beside that.</summary>
internal abstract class DelegatingStore(IInstallationStore inner) : IInstallationStore
{
    protected IInstallationStore Inner { get; } = inner;

    public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default) => Inner.SaveAsync(installation, cancellationToken);

    public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default) => Inner.SaveBotAsync(bot, cancellationToken);

    public ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => Inner.FindBotAsync(workspace, cancellationToken);

    public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        Inner.FindInstallationAsync(workspace, userId, cancellationToken);

    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => Inner.DeleteBotAsync(workspace, cancellationToken);

    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        Inner.DeleteInstallationAsync(workspace, userId, cancellationToken);

    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => Inner.DeleteAllAsync(workspace, cancellationToken);
}
