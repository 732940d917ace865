using SlackOAuth.Stores.Conformance.Tests.Table;
using Suite = SlackOAuth.Stores.Conformance.Tests.Suites.Installations;

namespace SlackOAuth.Stores.Conformance.Tests.Faults;

[RejectedBy<Suite>(nameof(Suite.Nothing_saved_under_one_client_id_is_found_under_another), nameof(Suite.Nothing_saved_under_one_client_id_is_changed_or_deleted_under_another))]
[RejectedBy<Suites.Listing>(nameof(Suites.Listing.Nothing_of_another_client_id_is_listed))]
internal sealed class KeepsAllClientIdsTogether(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsClient(Row row) => true;
}

[RejectedBy<Suite>(nameof(Suite.Nothing_saved_under_one_client_id_is_changed_or_deleted_under_another))]
internal sealed class DeletesUnderAllClientIds(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        ExecuteAsync(nameof(DeleteAllAsync), tables => Remove(tables, row => IsDeletedWith(row, workspace)), cancellationToken);
}

[RejectedBy<Suite>(nameof(Suite.A_second_instance_sees_what_the_first_wrote_at_once))]
internal sealed class CachesBotsWithoutExpiry(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    private readonly Dictionary<WorkspaceId, Bot> _cache = [];

    public override ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        _cache.Clear();
        return base.SaveBotAsync(bot, cancellationToken);
    }

    public override async ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        if (_cache.TryGetValue(workspace, out var cached))
        {
            return cached;
        }

        var found = await base.FindBotAsync(workspace, cancellationToken);
        return found is null ? null : _cache[workspace] = found;
    }
}

[RejectedBy<Suite>(nameof(Suite.Instances_judge_older_and_newer_together))]
internal sealed class RemembersTheNewestInTheProcess(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    private readonly Dictionary<(string?, string?, string?), DateTimeOffset> _newest = [];

    protected override bool IsRefused(Row stored, Row saved) => false;

    protected override void Put(Engine tables, Row saved)
    {
        var key = (saved.EnterpriseId, saved.TeamId, saved.UserId);
        if (!_newest.TryGetValue(key, out var newest) || newest <= saved.InstalledAt)
        {
            _newest[key] = saved.InstalledAt;
            base.Put(tables, saved);
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.What_one_instance_saved_is_found_after_it_is_gone))]
internal sealed class TakesItsRecordsWithIt(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope), IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await Engine.CallAsync(tables => tables.Rows.RemoveAll(_ => true), CancellationToken.None);
}

[RejectedBy<Suite>(
    nameof(Suite.Of_concurrent_saves_of_one_user_the_newest_stays), nameof(Suite.Of_concurrent_saves_of_a_bot_the_newest_stays), nameof(Suite.Random_concurrent_calls_are_answered_as_in_some_order_of_them))]
internal sealed class ReadsAndThenWrites(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        Validate(installation);
        if (installation.ToBot() is { } bot)
        {
            await SaveBotAsync(bot, cancellationToken);
        }

        await WriteAsync(RowOf(installation), cancellationToken);
    }

    public override ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        Validate(bot);
        return WriteAsync(RowOf(bot), cancellationToken);
    }

    private async ValueTask WriteAsync(Row saved, CancellationToken cancellationToken)
    {
        if (await CallAsync(nameof(SaveAsync), tables => tables.Rows.Exists(row => IsSameRecord(row, saved) && IsRefused(row, saved)), cancellationToken))
        {
            return;
        }

        await ExecuteAsync(
            nameof(SaveAsync),
            tables =>
            {
                tables.Rows.RemoveAll(row => IsSameRecord(row, saved));
                tables.Rows.Add(saved);
            },
            cancellationToken);
    }
}

[RejectedBy<Suite>(
    nameof(Suite.Concurrent_saves_of_many_users_with_one_installed_at_are_all_kept), nameof(Suite.Concurrent_first_saves_in_many_workspaces_are_all_kept),
    nameof(Suite.Deleting_one_user_while_others_are_saved_loses_none_of_them))]
internal sealed class RewritesTheWholeWorkspace(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        var workspace = StoreArguments.Validate(installation);
        var document = await ReadAsync(workspace, cancellationToken);
        if (installation.ToBot() is { } bot && !document.Exists(row => row.Kind == RowKind.Bot && row.InstalledAt > bot.InstalledAt))
        {
            document.RemoveAll(row => row.Kind == RowKind.Bot);
            document.Add(RowOf(bot));
        }

        document.RemoveAll(row => row.UserId == installation.UserId);
        document.Add(RowOf(installation));
        await WriteAsync(workspace, document, cancellationToken);
    }

    public override async ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        var document = await ReadAsync(workspace, cancellationToken);
        document.RemoveAll(row => row.Kind == RowKind.Installation && (userId is null || row.UserId == userId));
        await WriteAsync(workspace, document, cancellationToken);
    }

    private ValueTask<List<Row>> ReadAsync(WorkspaceId workspace, CancellationToken cancellationToken) =>
        CallAsync("Read", tables => tables.Rows.Where(row => IsClient(row) && IsWorkspace(row, workspace)).ToList(), cancellationToken);

    private ValueTask WriteAsync(WorkspaceId workspace, List<Row> document, CancellationToken cancellationToken) => ExecuteAsync(
        "Write",
        tables =>
        {
            tables.Rows.RemoveAll(row => IsClient(row) && IsWorkspace(row, workspace));
            tables.Rows.AddRange(document);
        },
        cancellationToken);
}

[RejectedBy<Suite>(nameof(Suite.A_late_save_and_a_deletion_of_all_leave_both_its_records_or_none))]
internal sealed class DeletesOnlyWhatItRead(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        var read = await CallAsync(
            nameof(DeleteAllAsync),
            tables => tables.Rows.Where(row => IsClient(row) && IsWorkspace(row, workspace)).Select(row => (row.Kind, row.UserId)).ToHashSet(),
            cancellationToken);
        await ExecuteAsync(nameof(DeleteAllAsync), tables => Remove(tables, row => IsClient(row) && IsWorkspace(row, workspace) && read.Contains((row.Kind, row.UserId))), cancellationToken);
    }
}

[RejectedBy<Suite>(nameof(Suite.Concurrent_saves_and_finds_show_no_torn_record))]
internal sealed class RewritesInPlace(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        // The first half of the new record, and the second half of what was there.
        var stored = await FindInstallationAsync(StoreArguments.Validate(installation), installation.UserId, cancellationToken);
        if (stored is not null && stored.InstalledAt <= installation.InstalledAt)
        {
            await base.SaveAsync(stored with { AppId = installation.AppId, TeamName = installation.TeamName }, cancellationToken);
        }

        await base.SaveAsync(installation, cancellationToken);
    }
}

[RejectedBy<Suite>(nameof(Suite.A_save_shows_its_installation_and_its_bot_together), nameof(Suite.A_save_that_is_cancelled_midway_has_happened_whole_or_not_at_all), nameof(Suite.A_lookup_is_one_round_trip_and_a_save_is_one))]
internal sealed class WritesTheBotAndThenTheInstallation(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        Validate(installation);
        if (installation.ToBot() is { } bot)
        {
            await SaveBotAsync(bot, cancellationToken);
        }

        await ExecuteAsync(nameof(SaveAsync), tables => Put(tables, RowOf(installation)), cancellationToken);
    }
}
