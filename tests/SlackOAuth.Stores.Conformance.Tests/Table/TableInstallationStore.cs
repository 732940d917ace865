using System.Runtime.CompilerServices;
using System.Text.Json;

namespace SlackOAuth.Stores.Conformance.Tests.Table;

/// <summary>A right store over <see cref="Engine"/>, as a relational one would be. What the broken stores change is virtual.</summary>
internal class TableInstallationStore(Engine engine, StoreScope scope) : IInstallationStore, IInstallationListing, IAppListing, IInstallationHistory, IHistoryTrimming, IRotationLeasing, IStorePreparation
{
    private const int PageSize = 50;

    protected Engine Engine => engine;

    protected StoreScope Scope => scope;

    protected string ClientId => scope.Options.ClientId;

    public virtual string PreparationScript => "CREATE TABLE IF NOT EXISTS rows (kind, client_id, enterprise_id, team_id, user_id, installed_at, json);";

    public virtual ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        Validate(installation);
        return ExecuteAsync(
            nameof(SaveAsync),
            tables =>
            {
                if (BotOf(installation) is { } bot)
                {
                    Put(tables, RowOf(bot));
                }

                Put(tables, RowOf(installation));
            },
            cancellationToken);
    }

    public virtual ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        Validate(bot);
        return ExecuteAsync(nameof(SaveBotAsync), tables => Put(tables, RowOf(bot)), cancellationToken);
    }

    public virtual ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        return CallAsync(nameof(FindBotAsync), tables => CurrentBot(tables, workspace), cancellationToken);
    }

    public virtual ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        return CallAsync(
            nameof(FindInstallationAsync),
            tables => Current(Of(tables, RowKind.Installation, workspace).Where(row => userId is null || IsUser(row, userId))) is { } row
                ? Shown(Read(row), CurrentBot(tables, workspace))
                : null,
            cancellationToken);
    }

    public virtual ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        return ExecuteAsync(nameof(DeleteBotAsync), tables => Remove(tables, row => row.Kind == RowKind.Bot && IsClient(row) && IsDeletedWith(row, workspace)), cancellationToken);
    }

    public virtual ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        return ExecuteAsync(
            nameof(DeleteInstallationAsync),
            tables => Remove(tables, row => row.Kind == RowKind.Installation && IsClient(row) && IsDeletedWith(row, workspace) && (userId is null || IsUserDeletedWith(row, userId))),
            cancellationToken);
    }

    public virtual ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        return ExecuteAsync(nameof(DeleteAllAsync), tables => Remove(tables, row => IsClient(row) && IsDeletedWith(row, workspace)), cancellationToken);
    }

    public virtual IAsyncEnumerable<Bot> ListBotsAsync(CancellationToken cancellationToken = default) =>
        PagesAsync(tables => Listed(tables, RowKind.Bot), RecordOf, (_, row) => StoreJson.ReadBot(row.Json)!, cancellationToken);

    public virtual IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default) =>
        PagesAsync(
            tables => Listed(tables, RowKind.Installation),
            RecordOf,
            (tables, row) => Shown(Read(row), CurrentBot(tables, new WorkspaceId(row.EnterpriseId, row.TeamId))),
            cancellationToken);

    public virtual IAsyncEnumerable<string> ListClientIdsAsync(CancellationToken cancellationToken = default) =>
        PagesAsync(RowsOfApps, row => row.ClientId, (_, row) => row.ClientId, cancellationToken);

    public virtual IAsyncEnumerable<Bot> ListBotHistoryAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        PagesAsync(tables => NewestFirst(Of(tables, RowKind.Bot, workspace)), VersionOf, (_, row) => StoreJson.ReadBot(row.Json)!, cancellationToken);

    public virtual IAsyncEnumerable<Installation> ListInstallationHistoryAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        PagesAsync(
            tables => NewestFirst(Of(tables, RowKind.Installation, workspace).Where(row => userId is null || IsUser(row, userId))),
            VersionOf,
            (tables, row) => Shown(Read(row), CurrentBot(tables, workspace)),
            cancellationToken);

    public virtual ValueTask<int> TrimHistoryAsync(WorkspaceId workspace, DateTimeOffset olderThan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        return CallAsync(nameof(TrimHistoryAsync), tables => RemoveOld(tables, OldOf(tables, workspace, olderThan)), cancellationToken);
    }

    public virtual ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        ValidateDuration(duration);
        var now = Now;
        return CallAsync(nameof(TryAcquireLeaseAsync), tables => Acquire(tables, workspace, userId, now, duration), cancellationToken);
    }

    public virtual ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default)
    {
        StoreArguments.Validate(lease, bot);
        return CallAsync(nameof(TrySaveBotAsync), tables => TryPut(tables, lease, RowOf(bot)), cancellationToken);
    }

    public virtual ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default)
    {
        StoreArguments.Validate(lease, installation);
        return CallAsync(nameof(TrySaveInstallationAsync), tables => TryPut(tables, lease, RowOf(installation)), cancellationToken);
    }

    public virtual ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return ExecuteAsync(nameof(ReleaseLeaseAsync), tables => Release(tables, lease), cancellationToken);
    }

    public virtual ValueTask PrepareAsync(CancellationToken cancellationToken = default) => ExecuteAsync(nameof(PrepareAsync), tables => tables.IsPrepared = true, cancellationToken);

    protected virtual void Validate(Installation installation) => StoreArguments.Validate(installation);

    protected virtual void Validate(Bot bot) => StoreArguments.Validate(bot);

    protected virtual Bot? BotOf(Installation installation) => installation.ToBot();

    protected virtual Row RowOf(Bot bot) => new(RowKind.Bot, ClientId, bot.EnterpriseId, bot.TeamId, null, bot.InstalledAt, StoreJson.Serialize(bot));

    protected virtual Row RowOf(Installation installation) =>
        new(RowKind.Installation, ClientId, installation.EnterpriseId, installation.TeamId, installation.UserId, installation.InstalledAt, StoreJson.Serialize(installation.WithBot(null)));

    protected virtual Installation Read(Row row) => StoreJson.ReadInstallation(row.Json);

    protected virtual Bot ReadBot(Row row) => StoreJson.ReadBot(row.Json)!;

    protected virtual Installation Shown(Installation stored, Bot? bot) => stored.WithBot(bot);

    protected virtual bool IsClient(Row row) => row.ClientId == ClientId;

    protected virtual bool IsWorkspace(Row row, WorkspaceId workspace) => row.EnterpriseId == workspace.EnterpriseId && row.TeamId == workspace.TeamId;

    protected virtual bool IsUser(Row row, string userId) => row.UserId == userId;

    protected virtual bool IsDeletedWith(Row row, WorkspaceId workspace) => IsWorkspace(row, workspace);

    protected virtual bool IsUserDeletedWith(Row row, string userId) => IsUser(row, userId);

    /// <summary>Whether two rows are versions of one record.</summary>
    protected virtual bool IsSameRecord(Row stored, Row saved) =>
        stored.Kind == saved.Kind && IsClient(stored) && IsWorkspace(stored, new WorkspaceId(saved.EnterpriseId, saved.TeamId)) && (saved.UserId is null || IsUser(stored, saved.UserId));

    protected virtual bool IsRefused(Row stored, Row saved) => stored.InstalledAt > saved.InstalledAt;

    protected virtual bool IsReplaced(Row stored, Row saved) => !scope.Options.HistoryEnabled || stored.InstalledAt == saved.InstalledAt;

    protected virtual Row? Current(IEnumerable<Row> rows) => rows.MaxBy(row => row.InstalledAt);

    protected virtual int HistoryLength => scope.Options.HistoryEnabled ? scope.Options.HistoryLength : 0;

    protected virtual void Put(Engine tables, Row saved)
    {
        var versions = tables.Rows.Where(row => IsSameRecord(row, saved)).ToArray();
        if (versions.Any(row => IsRefused(row, saved)))
        {
            return;
        }

        foreach (var row in versions.Where(row => IsReplaced(row, saved)))
        {
            tables.Rows.Remove(row);
        }

        tables.Rows.Add(saved);
        Trim(tables, saved);
    }

    protected virtual void Trim(Engine tables, Row saved)
    {
        var kept = NewestFirst(Of(tables, saved.Kind, new WorkspaceId(saved.EnterpriseId, saved.TeamId))).ToArray();
        foreach (var row in kept.Skip(HistoryLength).Where(row => kept.Any(newer => newer.UserId == row.UserId && newer.InstalledAt > row.InstalledAt)))
        {
            tables.Rows.Remove(row);
        }
    }

    /// <summary>What a trim removes.</summary>
    protected virtual Row[] OldOf(Engine tables, WorkspaceId workspace, DateTimeOffset olderThan) =>
        [.. tables.Rows.Where(row => IsClient(row) && IsTrimmedWith(row, workspace) && IsOlder(row, olderThan) && IsSuperseded(tables, row))];

    protected virtual bool IsTrimmedWith(Row row, WorkspaceId workspace) => IsWorkspace(row, workspace);

    protected virtual bool IsOlder(Row row, DateTimeOffset than) => row.InstalledAt < than;

    protected virtual bool IsSuperseded(Engine tables, Row row) => tables.Rows.Exists(newer => IsSameRecord(newer, row) && newer.InstalledAt > row.InstalledAt);

    protected virtual int RemoveOld(Engine tables, Row[] old)
    {
        foreach (var row in old)
        {
            tables.Rows.Remove(row);
        }

        return old.Length;
    }

    protected virtual void Remove(Engine tables, Predicate<Row> isRemoved)
    {
        foreach (var row in tables.Rows.Where(row => isRemoved(row)))
        {
            RemoveLease(tables, KeyOf(row));
        }

        tables.Rows.RemoveAll(isRemoved);
    }

    protected virtual DateTimeOffset Now => scope.Time.GetUtcNow();

    protected virtual void ValidateDuration(TimeSpan duration) => StoreArguments.ValidateLeaseDuration(duration);

    protected virtual LeaseKey KeyOf(WorkspaceId workspace, string? userId) => new(ClientId, workspace.EnterpriseId, workspace.TeamId, userId);

    protected LeaseKey KeyOf(Row row) => KeyOf(new WorkspaceId(row.EnterpriseId, row.TeamId), row.UserId);

    protected virtual LeaseRow LeaseOf(Engine tables, LeaseKey key) => tables.Leases.GetValueOrDefault(key) ?? new LeaseRow(0, DateTimeOffset.MinValue, 0);

    protected virtual void RemoveLease(Engine tables, LeaseKey key) => tables.Leases.Remove(key);

    protected virtual bool IsHeld(LeaseRow last, DateTimeOffset now) => now < last.EndsAt;

    protected virtual bool IsStored(Engine tables, WorkspaceId workspace, string? userId) =>
        Of(tables, userId is null ? RowKind.Bot : RowKind.Installation, workspace).Any(row => userId is null || IsUser(row, userId));

    protected virtual long NextToken(LeaseRow last) => last.FencingToken + 1;

    protected virtual RotationLease? Acquire(Engine tables, WorkspaceId workspace, string? userId, DateTimeOffset now, TimeSpan duration)
    {
        var key = KeyOf(workspace, userId);
        var last = LeaseOf(tables, key);
        if (!IsStored(tables, workspace, userId) || IsHeld(last, now))
        {
            return null;
        }

        var given = last with { FencingToken = NextToken(last), EndsAt = now + duration };
        tables.Leases[key] = given;
        return new RotationLease { Workspace = workspace, UserId = userId, FencingToken = given.FencingToken, ExpiresAt = given.EndsAt };
    }

    protected virtual bool IsOver(LeaseRow last, RotationLease lease) => last.FencingToken != lease.FencingToken || last.EndsAt != lease.ExpiresAt;

    protected virtual void Release(Engine tables, RotationLease lease)
    {
        var key = KeyOf(lease.Workspace, lease.UserId);
        var last = LeaseOf(tables, key);
        if (!IsOver(last, lease))
        {
            tables.Leases[key] = last with { EndsAt = DateTimeOffset.MinValue };
        }
    }

    protected virtual bool IsFenced(LeaseRow last, RotationLease lease) => last.SavedToken > lease.FencingToken;

    protected virtual bool TryPut(Engine tables, RotationLease lease, Row saved)
    {
        var key = KeyOf(lease.Workspace, lease.UserId);
        var last = LeaseOf(tables, key);
        var versions = tables.Rows.Where(row => IsSameRecord(row, saved)).ToArray();
        if (versions.Length == 0 || versions.Any(row => IsRefused(row, saved)) || IsFenced(last, lease))
        {
            return false;
        }

        Put(tables, saved);
        tables.Leases[key] = last with { SavedToken = lease.FencingToken };
        return true;
    }

    protected virtual IEnumerable<Row> NewestFirst(IEnumerable<Row> rows) => rows.OrderByDescending(row => row.InstalledAt);

    protected virtual IEnumerable<Row> Listed(Engine tables, RowKind kind) =>
        tables.Rows.Where(row => row.Kind == kind && IsClient(row)).GroupBy(row => (row.EnterpriseId, row.TeamId, row.UserId)).Select(versions => Current(versions)!);

    /// <summary>A row of each client id.</summary>
    protected virtual IEnumerable<Row> RowsOfApps(Engine tables) => tables.Rows.DistinctBy(row => row.ClientId);

    protected IEnumerable<Row> Of(Engine tables, RowKind kind, WorkspaceId workspace) => tables.Rows.Where(row => row.Kind == kind && IsClient(row) && IsWorkspace(row, workspace));

    protected virtual Bot? CurrentBot(Engine tables, WorkspaceId workspace) => Current(Of(tables, RowKind.Bot, workspace)) is { } row ? ReadBot(row) : null;

    protected async ValueTask ExecuteAsync(string operation, Action<Engine> statement, CancellationToken cancellation) =>
        await CallAsync<object?>(
            operation,
            tables =>
            {
                statement(tables);
                return null;
            },
            cancellation);

    protected virtual async ValueTask<T> CallAsync<T>(string operation, Func<Engine, T> statement, CancellationToken cancellation)
    {
        try
        {
            return await engine.CallAsync(statement, cancellation, needsTables: operation != nameof(PrepareAsync));
        }
        catch (EngineException exception)
        {
            throw new SlackOAuthStoreException("Table", operation, "the engine does not answer", isTransient: true, "Start it.", exception);
        }
    }

    private static object RecordOf(Row row) => (row.EnterpriseId, row.TeamId, row.UserId);

    private static object VersionOf(Row row) => (row.EnterpriseId, row.TeamId, row.UserId, row.InstalledAt);

    protected IAsyncEnumerable<T> PagesAsync<T>(Func<Engine, IEnumerable<Row>> query, Func<Row, object> keyOf, Func<Engine, Row, T> read, CancellationToken cancellation)
        where T : class => RecordListing.Read(
            RowsAsync(query, keyOf, (tables, row) => Attempt(tables, row, read), cancellation),
            attempt => attempt.Failure is null ? attempt.Record : throw attempt.Failure);

    private static (T? Record, SlackOAuthStoreException? Failure) Attempt<T>(Engine tables, Row row, Func<Engine, Row, T> read)
        where T : class
    {
        try
        {
            return (read(tables, row), null);
        }
        catch (JsonException exception)
        {
            return (null, new SlackOAuthStoreException("Table", "List", "a row is damaged", isTransient: false, "Delete it.", exception)
            {
                IsUnreadableRecord = true,
                Workspace = new WorkspaceId(row.EnterpriseId, row.TeamId),
                UserId = row.UserId,
            });
        }
    }

    /// <summary>Pages by the keys that were given, so that what comes and goes moves nothing.</summary>
    protected virtual async IAsyncEnumerable<T> RowsAsync<T>(
        Func<Engine, IEnumerable<Row>> query, Func<Row, object> keyOf, Func<Engine, Row, T> read, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var given = new HashSet<object>();
        while (true)
        {
            var page = await CallAsync(
                "List",
                tables => query(tables).Where(row => given.Add(keyOf(row))).Take(PageSize).Select(row => read(tables, row)).ToArray(),
                cancellation);
            if (page.Length == 0)
            {
                yield break;
            }

            foreach (var record in page)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return record;
            }

            cancellation.ThrowIfCancellationRequested();
        }
    }
}
