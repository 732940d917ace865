using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace SlackOAuth.Stores;

/// <summary>Keeps installations in the memory of the process: the reference that the conformance suite compares other stores with, and a store for tests and trials.</summary>
/// <remarks>Everything is lost with the process. Safe for concurrent use.</remarks>
public sealed class InMemoryInstallationStore : IInstallationStore, IInstallationListing, IAppListing, IInstallationHistory, IHistoryTrimming, IRotationLeasing
{
    private readonly InMemoryStoreData _data;
    private readonly string _clientId;
    private readonly int _historyLength;
    private readonly TimeProvider _timeProvider;

    /// <summary>Creates a store.</summary>
    /// <param name="options">The client id and the history's length.</param>
    /// <param name="data">What the store holds, to share it with other instances; null for data of its own.</param>
    /// <param name="timeProvider">The clock that judges when a lease is over; null for the system's.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is wrong.</exception>
    public InMemoryInstallationStore(SlackOAuthStoresOptions options, InMemoryStoreData? data = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _data = data ?? new InMemoryStoreData();
        _clientId = options.ClientId;
        _historyLength = options.HistoryEnabled ? options.HistoryLength : 0;
        _timeProvider = timeProvider ?? TimeProvider.System;
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
        Change(workspace, record => record with { Bot = null, BotLease = null, BotHistory = [] }, cancellationToken);

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
                    Leases = userId is null ? record.Leases.Clear() : record.Leases.Remove(userId),
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
    public IAsyncEnumerable<string> ListClientIdsAsync(CancellationToken cancellationToken = default)
    {
        lock (_data.Gate)
        {
            return List(_data.Workspaces.Keys.Select(key => key.ClientId).ToHashSet(StringComparer.Ordinal), cancellationToken);
        }
    }

    /// <inheritdoc />
    public IAsyncEnumerable<Bot> ListBotHistoryAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        var record = Read(workspace);
        return List(Kept(record.BotHistory, record.Bot is null ? [] : [record.Bot]), cancellationToken);
    }

    /// <inheritdoc />
    public IAsyncEnumerable<Installation> ListInstallationHistoryAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        var record = Read(workspace);
        return List(Kept(record.InstallationHistory, record.Installations.Values).Where(installation => userId is null || installation.UserId == userId).Select(installation => installation.WithBot(record.Bot)), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<int> TrimHistoryAsync(WorkspaceId workspace, DateTimeOffset olderThan, CancellationToken cancellationToken = default) =>
        Change(
            workspace,
            record =>
            {
                var trimmed = record with
                {
                    BotHistory = record.BotHistory.RemoveAll(kept => kept.InstalledAt < olderThan && !ReferenceEquals(kept, record.Bot)),
                    InstallationHistory = record.InstallationHistory.RemoveAll(kept => kept.InstalledAt < olderThan && !ReferenceEquals(kept, record.Installations[kept.UserId])),
                };
                return (trimmed, record.BotHistory.Count - trimmed.BotHistory.Count + record.InstallationHistory.Count - trimmed.InstallationHistory.Count);
            },
            cancellationToken);

    /// <inheritdoc />
    public ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        StoreArguments.ValidateLeaseDuration(duration);
        return Change<RotationLease?>(
            workspace,
            record =>
            {
                var now = _timeProvider.GetUtcNow();
                var last = LeaseOf(record, userId);
                if (!IsStored(record, userId) || now < last.EndsAt)
                {
                    return (record, null);
                }

                var given = last with { FencingToken = last.FencingToken + 1, EndsAt = now + duration };
                return (WithLease(record, userId, given), new RotationLease { Workspace = workspace, UserId = userId, FencingToken = given.FencingToken, ExpiresAt = given.EndsAt });
            },
            cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default) =>
        Change(StoreArguments.Validate(lease, bot), record => Save(record, lease, record.Bot?.InstalledAt <= bot.InstalledAt, () => WithBot(record, bot)), cancellationToken);

    /// <inheritdoc />
    public ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default) =>
        Change(
            StoreArguments.Validate(lease, installation),
            record => Save(
                record,
                lease,
                record.Installations.GetValueOrDefault(installation.UserId)?.InstalledAt <= installation.InstalledAt,
                () => WithInstallation(record, installation.WithBot(null))),
            cancellationToken);

    /// <inheritdoc />
    public ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);

        // The record after a delete counts from the start: the end tells its lease from one of before.
        return Change(
            lease.Workspace,
            record => LeaseOf(record, lease.UserId) is var last && last.FencingToken == lease.FencingToken && last.EndsAt == lease.ExpiresAt
                ? WithLease(record, lease.UserId, last with { EndsAt = DateTimeOffset.MinValue })
                : record,
            cancellationToken);
    }

    private static bool IsStored(WorkspaceRecord record, string? userId) => userId is null ? record.Bot is not null : record.Installations.ContainsKey(userId);

    private static LeaseRecord LeaseOf(WorkspaceRecord record, string? userId) => (userId is null ? record.BotLease : record.Leases.GetValueOrDefault(userId)) ?? LeaseRecord.None;

    private static WorkspaceRecord WithLease(WorkspaceRecord record, string? userId, LeaseRecord lease) =>
        userId is null ? record with { BotLease = lease } : record with { Leases = record.Leases.SetItem(userId, lease) };

    private static (WorkspaceRecord Changed, bool Answer) Save(WorkspaceRecord record, RotationLease lease, bool isReplaced, Func<WorkspaceRecord> save) =>
        LeaseOf(record, lease.UserId) is var last && isReplaced && last.SavedToken <= lease.FencingToken
            ? (WithLease(save(), lease.UserId, last with { SavedToken = lease.FencingToken }), true)
            : (record, false);

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

    /// <summary>The history, newest first, and with it what is current and was saved while the history was off.</summary>
    private IEnumerable<T> Kept<T>(ImmutableList<T> history, IEnumerable<T> current)
        where T : class =>
        (_historyLength == 0 ? current : history.Concat(current.Where(record => !history.Any(kept => ReferenceEquals(kept, record))))).OrderByDescending(InstalledAt);

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
        var changed = Change<object?>(workspace, record => (change(record), null), cancellationToken);
        return changed.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(changed.AsTask());
    }

    private ValueTask<T> Change<T>(WorkspaceId workspace, Func<WorkspaceRecord, (WorkspaceRecord Changed, T Answer)> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        lock (_data.Gate)
        {
            var key = (_clientId, workspace);
            var (changed, answer) = change(_data.Workspaces.GetValueOrDefault(key) ?? WorkspaceRecord.Empty);
            if (changed.IsEmpty)
            {
                _data.Workspaces.Remove(key);
            }
            else
            {
                _data.Workspaces[key] = changed;
            }

            return new ValueTask<T>(answer);
        }
    }
}
