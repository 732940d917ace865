using System.Collections.Concurrent;
using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Copying;

/// <summary>A destination of which nobody has said whether its app keeps a history: a save with history off drops what a workspace has, so that workspaces which have one are saved to with it on.</summary>
/// <param name="plain">The store, with history off.</param>
/// <param name="keeping">The same, with history on and as long as it can be.</param>
/// <param name="turns">How many calls of it are made at once, over all apps.</param>
internal sealed class HistoryKeepingStore(IInstallationStore plain, IInstallationStore keeping, SemaphoreSlim turns) : IInstallationStore, IStoreDecorator, IRotationLeasing
{
    // Few, for they have connections of their own, and an engine gives 100 by default.
    internal const int AtOnce = 8;

    // Some 10 MB. A source goes workspace by workspace, so that what was looked up is asked for soon or no more.
    private const int Remembered = 100_000;

    private readonly ConcurrentDictionary<WorkspaceId, bool> _haveHistory = new();

    public TCapability? GetCapability<TCapability>()
        where TCapability : class =>
        typeof(TCapability) == typeof(IRotationLeasing) && plain.GetCapability<IRotationLeasing>() is null ? null : this as TCapability ?? plain.GetCapability<TCapability>();

    public ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => plain.FindBotAsync(workspace, cancellationToken);

    public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        plain.FindInstallationAsync(workspace, userId, cancellationToken);

    public async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default) =>
        await WriteAsync(StoreArguments.Validate(installation), async store =>
        {
            await store.SaveAsync(installation, cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);

    public async ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default) =>
        await WriteAsync(StoreArguments.Validate(bot), async store =>
        {
            await store.SaveBotAsync(bot, cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);

    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => plain.DeleteBotAsync(workspace, cancellationToken);

    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        plain.DeleteInstallationAsync(workspace, userId, cancellationToken);

    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => plain.DeleteAllAsync(workspace, cancellationToken);

    public ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default) =>
        Leasing(plain).TryAcquireLeaseAsync(workspace, userId, duration, cancellationToken);

    public ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default) =>
        WriteAsync(StoreArguments.Validate(bot), store => Leasing(store).TrySaveBotAsync(lease, bot, cancellationToken), cancellationToken);

    public ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default) =>
        WriteAsync(StoreArguments.Validate(installation), store => Leasing(store).TrySaveInstallationAsync(lease, installation, cancellationToken), cancellationToken);

    public ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default) => Leasing(plain).ReleaseLeaseAsync(lease, cancellationToken);

    private static IRotationLeasing Leasing(IInstallationStore store) => store.GetCapability<IRotationLeasing>()!;

    private async ValueTask<bool> WriteAsync(WorkspaceId workspace, Func<IInstallationStore, ValueTask<bool>> write, CancellationToken cancellationToken)
    {
        if (!_haveHistory.TryGetValue(workspace, out var hasHistory) || hasHistory)
        {
            await turns.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                hasHistory = hasHistory || await HasHistoryAsync(workspace, cancellationToken).ConfigureAwait(false);
                if (_haveHistory.Count >= Remembered)
                {
                    _haveHistory.Clear();
                }

                _haveHistory[workspace] = hasHistory;
                if (hasHistory)
                {
                    return await write(keeping).ConfigureAwait(false);
                }
            }
            finally
            {
                turns.Release();
            }
        }

        return await write(plain).ConfigureAwait(false);
    }

    /// <summary>Whether more than the current records is kept. What cannot be read is taken for a history: a save with it on leaves the rest as it is.</summary>
    private async ValueTask<bool> HasHistoryAsync(WorkspaceId workspace, CancellationToken cancellationToken)
    {
        var history = keeping.GetCapability<IInstallationHistory>()!;
        try
        {
            var bots = 0;
            await foreach (var bot in history.ListBotHistoryAsync(workspace, cancellationToken).ConfigureAwait(false))
            {
                if (++bots > 1)
                {
                    return true;
                }
            }

            var users = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var installation in history.ListInstallationHistoryAsync(workspace, userId: null, cancellationToken).ConfigureAwait(false))
            {
                if (!users.Add(installation.UserId))
                {
                    return true;
                }
            }

            return false;
        }
        catch (SlackOAuthStoreException exception) when (!exception.IsTransient)
        {
            return true;
        }
    }
}
