using System.Runtime.CompilerServices;
using System.Text.Json;

namespace SlackOAuth.Stores.Relational;

/// <summary>Keeps installations in tables. A dialect's store derives it and adds its constructors.</summary>
/// <remarks>
/// A record is a row with the JSON document of <see cref="StoreJson"/>: every field is kept whole, and a field that Slack adds needs no change of the tables. The bot stands in the row of its
/// workspace, once, and a find brings it along. Safe for concurrent use by threads and processes.
/// </remarks>
public abstract class RelationalInstallationStore : IInstallationStore, IInstallationListing, IAppListing, IInstallationHistory, IHistoryTrimming, IRotationLeasing, IStorePreparation, IAsyncDisposable, IDisposable
{
    private const int PageSize = 200;

    private readonly RelationalDatabase _database;
    private readonly bool _ownsDatabase;
    private readonly byte[] _client;
    private readonly string _clientId;
    private readonly int _kept;
    private readonly TimeProvider _timeProvider;

    /// <summary>Creates a store. It connects on its first use.</summary>
    /// <param name="options">The client id and the history.</param>
    /// <param name="database">The engine.</param>
    /// <param name="ownsDatabase">Whether the store disposes <paramref name="database"/>.</param>
    /// <param name="timeProvider">The clock that judges when a lease is over; null for the system's.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is wrong.</exception>
    protected RelationalInstallationStore(SlackOAuthStoresOptions options, RelationalDatabase database, bool ownsDatabase, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(database);
        options.Validate();
        _database = database;
        _ownsDatabase = ownsDatabase;
        _clientId = options.ClientId;
        _client = StoreKeys.Client(_clientId);
        _kept = options.HistoryEnabled ? options.HistoryLength : 0;
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <inheritdoc />
    public string PreparationScript => _database.Statements.Prepare;

    /// <inheritdoc />
    public ValueTask PrepareAsync(CancellationToken cancellationToken = default) => _database.PrepareAsync(nameof(PrepareAsync), cancellationToken);

    /// <inheritdoc />
    public async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(installation);
        await _database.ExecuteAsync(
            nameof(SaveAsync),
            _kept > 0 ? _database.Statements.SaveWithHistory : _database.Statements.Save,
            InstallationParameters(workspace, installation),
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(bot);
        await _database.ExecuteAsync(
            nameof(SaveBotAsync),
            _kept > 0 ? _database.Statements.SaveBotWithHistory : _database.Statements.SaveBot,
            BotParameters(workspace, bot),
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        if (!IsStorable(workspace, null, cancellationToken))
        {
            return null;
        }

        var row = await _database.ReadFirstAsync(nameof(FindBotAsync), _database.Statements.FindBot, writes: false, [Key(workspace)], cancellationToken).ConfigureAwait(false);
        return row is null ? null : ReadBot(nameof(FindBotAsync), row);
    }

    /// <inheritdoc />
    public async ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        if (!IsStorable(workspace, userId, cancellationToken))
        {
            return null;
        }

        var row = userId is null
            ? await _database.ReadFirstAsync(nameof(FindInstallationAsync), _database.Statements.FindLatestInstallation, writes: false, [Key(workspace)], cancellationToken).ConfigureAwait(false)
            : await _database.ReadFirstAsync(nameof(FindInstallationAsync), _database.Statements.FindInstallation, writes: false, [Key(workspace), User(userId)], cancellationToken).ConfigureAwait(false);
        return row is null ? null : ReadInstallation(nameof(FindInstallationAsync), row);
    }

    /// <inheritdoc />
    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        DeleteAsync(nameof(DeleteBotAsync), _database.Statements.DeleteBot, workspace, null, cancellationToken);

    /// <inheritdoc />
    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        DeleteAsync(
            nameof(DeleteInstallationAsync),
            userId is null ? _database.Statements.DeleteInstallations : _database.Statements.DeleteInstallation,
            workspace,
            userId,
            cancellationToken);

    /// <inheritdoc />
    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        DeleteAsync(nameof(DeleteAllAsync), _database.Statements.DeleteAll, workspace, null, cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<Bot> ListBotsAsync(CancellationToken cancellationToken = default) => RecordListing.Read(
        ListAsync(
            nameof(ListBotsAsync),
            _database.Statements.ListBots,
            StoreKeys.FirstWorkspace(_client),
            PageParameters,
            static row => row.WorkspaceKey!,
            cancellationToken),
        row => ReadBot(nameof(ListBotsAsync), row, row.Workspace));

    /// <inheritdoc />
    public IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default) => RecordListing.Read(
        ListAsync(
            nameof(ListInstallationsAsync),
            _database.Statements.ListInstallations,
            (Workspace: StoreKeys.FirstWorkspace(_client), User: StoreKeys.Nobody),
            after => [.. PageParameters(after.Workspace), new("@after_user", RelationalParameterKind.Key, after.User)],
            static row => (Workspace: row.WorkspaceKey!, User: row.UserKey!),
            cancellationToken),
        row => ReadInstallation(nameof(ListInstallationsAsync), row, row.Workspace, row.UserId));

    /// <inheritdoc />
    /// <remarks>One round trip for each app, whatever it holds: from the first workspace of one, the index leads to the first of the next.</remarks>
    public async IAsyncEnumerable<string> ListClientIdsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var after = StoreKeys.First;
        while (await _database.ReadClientAsync(
            nameof(ListClientIdsAsync),
            _database.Statements.FindNextClient,
            [new("@after", RelationalParameterKind.Key, after)],
            cancellationToken).ConfigureAwait(false) is { } found)
        {
            yield return found.ClientId;
            after = StoreKeys.LastWorkspace(StoreKeys.ClientOf(found.WorkspaceKey));
        }
    }

    /// <inheritdoc />
    public IAsyncEnumerable<Bot> ListBotHistoryAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => RecordListing.Read(
        ListKeptAsync(nameof(ListBotHistoryAsync), _database.Statements.ListBotHistory, workspace, userId: null, () => [Key(workspace), Nobody, Kept], cancellationToken),
        row => ReadBot(nameof(ListBotHistoryAsync), row, workspace));

    /// <inheritdoc />
    public IAsyncEnumerable<Installation> ListInstallationHistoryAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) => RecordListing.Read(
        ListKeptAsync(
            nameof(ListInstallationHistoryAsync),
            _database.Statements.ListInstallationHistory,
            workspace,
            userId,
            () => [Key(workspace), User(userId), Nobody, Kept],
            cancellationToken),
        row => ReadInstallation(nameof(ListInstallationHistoryAsync), row, workspace, userId));

    /// <inheritdoc />
    public async ValueTask<int> TrimHistoryAsync(WorkspaceId workspace, DateTimeOffset olderThan, CancellationToken cancellationToken = default) =>
        IsStorable(workspace, null, cancellationToken)
            ? (int)(await _database.ReadNumberAsync(
                nameof(TrimHistoryAsync),
                _database.Statements.TrimHistory,
                [.. WorkspaceParameters(workspace), new("@older_than", RelationalParameterKind.Instant, StoreArguments.WholeMicroseconds(olderThan))],
                cancellationToken).ConfigureAwait(false) ?? 0)
            : 0;

    /// <inheritdoc />
    public async ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        StoreArguments.ValidateLeaseDuration(duration);
        if (!IsStorable(workspace, userId, cancellationToken))
        {
            return null;
        }

        var now = _timeProvider.GetUtcNow();
        var lease = new RotationLease { Workspace = workspace, UserId = userId, FencingToken = 0, ExpiresAt = now + duration };
        var fence = await _database.ReadNumberAsync(
            nameof(TryAcquireLeaseAsync),
            userId is null ? _database.Statements.AcquireBotLease : _database.Statements.AcquireInstallationLease,
            [.. LeaseParameters(lease), RelationalParameter.Ticks("@now", now)],
            cancellationToken,
            isNullOfRepeatCertain: false).ConfigureAwait(false);
        return fence is { } token ? lease with { FencingToken = token } : null;
    }

    /// <inheritdoc />
    public async ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(lease, bot);
        return await _database.ReadNumberAsync(
            nameof(TrySaveBotAsync),
            _kept > 0 ? _database.Statements.SaveLeasedBotWithHistory : _database.Statements.SaveLeasedBot,
            [.. BotParameters(workspace, bot), Fence(lease)],
            cancellationToken).ConfigureAwait(false) is not null;
    }

    /// <inheritdoc />
    public async ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(lease, installation);
        return await _database.ReadNumberAsync(
            nameof(TrySaveInstallationAsync),
            _kept > 0 ? _database.Statements.SaveLeasedInstallationWithHistory : _database.Statements.SaveLeasedInstallation,
            [.. InstallationParameters(workspace, installation), Fence(lease)],
            cancellationToken).ConfigureAwait(false) is not null;
    }

    /// <inheritdoc />
    public async ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        if (IsStorable(lease.Workspace, lease.UserId, cancellationToken))
        {
            await _database.ExecuteAsync(
                nameof(ReleaseLeaseAsync),
                lease.UserId is null ? _database.Statements.ReleaseBotLease : _database.Statements.ReleaseInstallationLease,
                LeaseParameters(lease),
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_ownsDatabase)
        {
            _database.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_ownsDatabase)
        {
            await _database.DisposeAsync().ConfigureAwait(false);
        }

        GC.SuppressFinalize(this);
    }

    private static bool IsStorable(WorkspaceId workspace, string? userId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        cancellationToken.ThrowIfCancellationRequested();
        return StoreArguments.CanBeStored(workspace, userId);
    }

    private async ValueTask DeleteAsync(string operation, string statement, WorkspaceId workspace, string? userId, CancellationToken cancellationToken)
    {
        if (IsStorable(workspace, userId, cancellationToken))
        {
            await _database.ExecuteAsync(operation, statement, [.. WorkspaceParameters(workspace), User(userId)], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Rows in the order of their keys, a page at a time.</summary>
    private async IAsyncEnumerable<StoredRow> ListAsync<TKey>(
        string operation,
        string statement,
        TKey after,
        Func<TKey, RelationalParameter[]> parameters,
        Func<StoredRow, TKey> key,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var isLast = false; !isLast;)
        {
            var page = await _database.ReadAllAsync(operation, statement, parameters(after), cancellationToken).ConfigureAwait(false);
            foreach (var row in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return row;
            }

            isLast = page.Count < PageSize;
            after = isLast ? after : key(page[^1]);
        }
    }

    /// <summary>What is kept of a workspace.</summary>
    private async IAsyncEnumerable<StoredRow> ListKeptAsync(
        string operation,
        string statement,
        WorkspaceId workspace,
        string? userId,
        Func<RelationalParameter[]> parameters,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!IsStorable(workspace, userId, cancellationToken))
        {
            yield break;
        }

        foreach (var row in await _database.ReadAllAsync(operation, statement, parameters(), cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    private Bot? ReadBot(string operation, StoredRow row, WorkspaceId? workspace = null)
    {
        try
        {
            return StoreJson.ReadBot(row.Document);
        }
        catch (JsonException exception)
        {
            throw _database.Damaged(operation, exception, workspace);
        }
    }

    private Installation ReadInstallation(string operation, StoredRow row, WorkspaceId? workspace = null, string? userId = null)
    {
        try
        {
            return StoreJson.ReadInstallation(row.Document).WithBot(row.Bot is null ? null : StoreJson.ReadBot(row.Bot));
        }
        catch (JsonException exception)
        {
            throw _database.Damaged(operation, exception, workspace, userId);
        }
    }

    private static RelationalParameter Nobody { get; } = new("@nobody", RelationalParameterKind.Key, StoreKeys.Nobody);

    private RelationalParameter Kept => new("@kept", RelationalParameterKind.Count, _kept);

    private RelationalParameter Key(WorkspaceId workspace) => new("@workspace", RelationalParameterKind.Key, StoreKeys.Workspace(_client, workspace));

    private static RelationalParameter User(string? userId) => new("@user", RelationalParameterKind.Key, userId is null ? null : StoreKeys.User(userId));

    private RelationalParameter[] WorkspaceParameters(WorkspaceId workspace) =>
    [
        Key(workspace),
        new("@client_id", RelationalParameterKind.Id, _clientId),
        new("@enterprise_id", RelationalParameterKind.Id, workspace.EnterpriseId),
        new("@team_id", RelationalParameterKind.Id, workspace.TeamId),
        Nobody,
    ];

    private RelationalParameter[] BotParameters(WorkspaceId workspace, Bot? bot) =>
    [
        .. WorkspaceParameters(workspace),
        new("@bot_installed_at", RelationalParameterKind.Instant, bot?.InstalledAt),
        new("@bot", RelationalParameterKind.Document, bot is null ? null : StoreJson.Serialize(bot)),
        Kept,
    ];

    private RelationalParameter[] InstallationParameters(WorkspaceId workspace, Installation installation) =>
    [
        .. BotParameters(workspace, installation.ToBot()),
        User(installation.UserId),
        new("@user_id", RelationalParameterKind.Id, installation.UserId),
        new("@installed_at", RelationalParameterKind.Instant, installation.InstalledAt),
        new("@document", RelationalParameterKind.Document, StoreJson.Serialize(installation.WithBot(null))),
    ];

    /// <summary>The end tells a lease of a record from one of the record that was deleted before, whose fencing tokens were the same.</summary>
    private RelationalParameter[] LeaseParameters(RotationLease lease) => [Key(lease.Workspace), User(lease.UserId), Fence(lease), RelationalParameter.Ticks("@lease_ends_at", lease.ExpiresAt)];

    private static RelationalParameter Fence(RotationLease lease) => new("@fence", RelationalParameterKind.Ticks, lease.FencingToken);

    private RelationalParameter[] PageParameters(byte[] after) =>
    [
        new("@after", RelationalParameterKind.Key, after),
        new("@end", RelationalParameterKind.Key, StoreKeys.LastWorkspace(_client)),
        new("@page", RelationalParameterKind.Count, PageSize),
    ];
}
