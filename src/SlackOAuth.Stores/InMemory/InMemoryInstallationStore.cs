using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace SlackOAuth.Stores;

/// <summary>Keeps installations in the memory of the process: the reference that the conformance suite compares other stores with, and a store for tests and trials.</summary>
/// <remarks>Everything is lost with the process. Safe for concurrent use.</remarks>
public sealed class InMemoryInstallationStore : IInstallationStore, IInstallationListing, IInstallationHistory
{
    private readonly InMemoryStoreData _data;
    private readonly string _clientId;
    private readonly int _historyLength;

    /// <summary>Creates a store.</summary>
    /// <param name="options">The client id and the history's length.</param>
    /// <param name="data">What the store holds, to share it with other instances; null for data of its own.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is wrong.</exception>
    public InMemoryInstallationStore(SlackOAuthStoresOptions options, InMemoryStoreData? data = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _data = data ?? new InMemoryStoreData();
        _clientId = options.ClientId;
        _historyLength = options.HistoryEnabled ? options.HistoryLength : 0;
    }

    /// <inheritdoc />
    public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(installation);
        var bot = installation.ToBot();
        return Change(workspace, record => WithInstallation(bot is null ? record : WithBot(record, bot), installation.WithBot(null)), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default) =>
        Change(StoreArguments.Validate(bot), record => WithBot(record, bot), cancellationToken);

    /// <inheritdoc />
    public ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<Bot?>(cancellationToken)
            : new ValueTask<Bot?>(Read(workspace).Bot);

    /// <inheritdoc />
    public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Installation?>(cancellationToken);
        }

        var record = Read(workspace);
        var found = userId is null ? record.Latest : record.Installations.GetValueOrDefault(userId);
        return new ValueTask<Installation?>(found?.WithBot(record.Bot));
    }

    /// <inheritdoc />
    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        Change(workspace, record => record with { Bot = null, BotHistory = [] }, cancellationToken);

    /// <inheritdoc />
    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        Change(
            workspace,
            record =>
            {
                var installations = userId is null ? record.Installations.Clear() : record.Installations.Remove(userId);
                return record with
                {
                    Installations = installations,
                    Latest = installations.Values.MaxBy(installation => installation.InstalledAt),
                    InstallationHistory = userId is null ? [] : record.InstallationHistory.RemoveAll(installation => installation.UserId == userId),
                };
            },
            cancellationToken);

    /// <inheritdoc />
    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        Change(workspace, _ => WorkspaceRecord.Empty, cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<Bot> ListBotsAsync(CancellationToken cancellationToken = default) =>
        List(Snapshot().Select(record => record.Bot).OfType<Bot>(), cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default) =>
        List(Snapshot().SelectMany(record => record.Installations.Values.Select(installation => installation.WithBot(record.Bot))), cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<Bot> ListBotHistoryAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        var record = Read(workspace);
        return List(_historyLength > 0 ? record.BotHistory : record.Bot is null ? [] : [record.Bot], cancellationToken);
    }

    /// <inheritdoc />
    public IAsyncEnumerable<Installation> ListInstallationHistoryAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        var record = Read(workspace);
        IEnumerable<Installation> kept = _historyLength > 0
            ? record.InstallationHistory
            : record.Installations.Values.OrderByDescending(installation => installation.InstalledAt);
        return List(kept.Where(installation => userId is null || installation.UserId == userId).Select(installation => installation.WithBot(record.Bot)), cancellationToken);
    }

    private static async IAsyncEnumerable<T> List<T>(IEnumerable<T> records, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var record in records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return record;
        }

        cancellationToken.ThrowIfCancellationRequested();
        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    private WorkspaceRecord WithBot(WorkspaceRecord record, Bot bot) =>
        record.Bot is { } stored && stored.InstalledAt > bot.InstalledAt
            ? record
            : record with { Bot = bot, BotHistory = Remember(record.BotHistory, bot, kept => kept.InstalledAt == bot.InstalledAt, _ => false) };

    private WorkspaceRecord WithInstallation(WorkspaceRecord record, Installation installation)
    {
        if (record.Installations.TryGetValue(installation.UserId, out var stored) && stored.InstalledAt > installation.InstalledAt)
        {
            return record;
        }

        var installations = record.Installations.SetItem(installation.UserId, installation);
        return record with
        {
            Installations = installations,
            Latest = record.Latest is { } latest && latest.UserId != installation.UserId && latest.InstalledAt > installation.InstalledAt ? latest : installation,
            InstallationHistory = Remember(
                record.InstallationHistory,
                installation,
                kept => kept.InstalledAt == installation.InstalledAt && kept.UserId == installation.UserId,
                kept => ReferenceEquals(installations[kept.UserId], kept)),
        };
    }

    /// <summary>Adds a record in its place, newest first, and drops the oldest beyond the limit that are not current.</summary>
    private ImmutableList<T> Remember<T>(ImmutableList<T> history, T record, Predicate<T> isReplaced, Func<T, bool> isCurrent)
        where T : class
    {
        if (_historyLength == 0)
        {
            return [];
        }

        var newer = history.RemoveAll(isReplaced);
        var at = newer.FindIndex(kept => InstalledAt(kept) <= InstalledAt(record));
        var all = newer.Insert(at < 0 ? newer.Count : at, record);
        return [.. all.Where((kept, index) => index < _historyLength || isCurrent(kept))];
    }

    private static DateTimeOffset InstalledAt<T>(T record) => record is Bot bot ? bot.InstalledAt : ((Installation)(object)record!).InstalledAt;

    private WorkspaceRecord Read(WorkspaceId workspace)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        lock (_data.Gate)
        {
            return _data.Workspaces.GetValueOrDefault((_clientId, workspace)) ?? WorkspaceRecord.Empty;
        }
    }

    private WorkspaceRecord[] Snapshot()
    {
        lock (_data.Gate)
        {
            return [.. _data.Workspaces.Where(entry => entry.Key.ClientId == _clientId).Select(entry => entry.Value)];
        }
    }

    private ValueTask Change(WorkspaceId workspace, Func<WorkspaceRecord, WorkspaceRecord> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        lock (_data.Gate)
        {
            var key = (_clientId, workspace);
            var changed = change(_data.Workspaces.GetValueOrDefault(key) ?? WorkspaceRecord.Empty);
            if (changed.IsEmpty)
            {
                _data.Workspaces.Remove(key);
            }
            else
            {
                _data.Workspaces[key] = changed;
            }
        }

        return ValueTask.CompletedTask;
    }
}
