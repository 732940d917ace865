using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using SlackOAuth.Stores.Conformance.Tests.Table;
using Apps = SlackOAuth.Stores.Conformance.Tests.Suites.Apps;
using History = SlackOAuth.Stores.Conformance.Tests.Suites.History;
using Listing = SlackOAuth.Stores.Conformance.Tests.Suites.Listing;
using Preparation = SlackOAuth.Stores.Conformance.Tests.Suites.InstallationPreparation;

namespace SlackOAuth.Stores.Conformance.Tests.Faults;

[RejectedBy<Listing>(nameof(Listing.An_empty_store_lists_nothing))]
internal sealed class ListsARowOfItsOwn(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override IAsyncEnumerable<Bot> ListBotsAsync(CancellationToken cancellationToken = default) =>
        base.ListBotsAsync(cancellationToken).Prepend(new Bot { TeamId = "T0", BotToken = "schema version", InstalledAt = DateTimeOffset.UnixEpoch });
}

[RejectedBy<Listing>(nameof(Listing.Everything_is_listed_once_over_all_pages))]
internal sealed class ListsTheFirstPageAlone(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default) => base.ListInstallationsAsync(cancellationToken).Take(100);
}

[RejectedBy<Listing>(nameof(Listing.Everything_is_listed_once_over_all_pages))]
internal sealed class ListsTheEdgesOfPagesTwice(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override IAsyncEnumerable<Bot> ListBotsAsync(CancellationToken cancellationToken = default) =>
        base.ListBotsAsync(cancellationToken).Index().SelectMany(bot => bot.Index % 50 == 49 ? new[] { bot.Item, bot.Item } : [bot.Item]);
}

[RejectedBy<Listing>(nameof(Listing.Listed_installations_show_the_current_bot))]
internal sealed class ListsWithoutTheBot(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default) =>
        base.ListInstallationsAsync(cancellationToken).Select(installation => installation.WithBot(null));
}

[RejectedBy<Listing>(nameof(Listing.Current_records_alone_are_listed_with_history_on_too))]
internal sealed class ListsTheHistoryToo(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override IEnumerable<Row> Listed(Engine tables, RowKind kind) =>
        tables.Rows.Where(row => row.Kind == kind && IsClient(row)).Select((row, i) => Scope.Options.HistoryEnabled ? row with { UserId = $"{row.UserId}{i}" } : row);
}

[RejectedBy<Listing>(nameof(Listing.What_was_deleted_is_not_listed))]
internal sealed class ListsWhatWasDeleted(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    private readonly List<Row> _deleted = [];

    protected override void Remove(Engine tables, Predicate<Row> isRemoved)
    {
        _deleted.AddRange(tables.Rows.Where(row => isRemoved(row)));
        base.Remove(tables, isRemoved);
    }

    protected override IEnumerable<Row> Listed(Engine tables, RowKind kind) => base.Listed(tables, kind).Concat(_deleted.Where(row => row.Kind == kind));
}

[RejectedBy<Listing>(nameof(Listing.Hostile_ids_are_listed_as_they_were_saved))]
internal sealed class ListsIdsFromEscapedKeys(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default) =>
        base.ListInstallationsAsync(cancellationToken).Select(installation => installation with { UserId = Uri.UnescapeDataString(installation.UserId) });
}

[RejectedBy<Listing>(nameof(Listing.What_is_there_from_start_to_end_is_listed_once_while_others_come_and_go))]
[RejectedBy<Apps>(nameof(Apps.What_is_there_from_start_to_end_is_listed_once_while_others_come_and_go))]
internal sealed class PagesByOffset(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override async IAsyncEnumerable<T> RowsAsync<T>(
        Func<Engine, IEnumerable<Row>> query, Func<Row, object> keyOf, Func<Engine, Row, T> read, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var offset = 0; ; offset++)
        {
            var page = await CallAsync("List", tables => query(tables).Reverse().Skip(offset).Take(1).Select(row => read(tables, row)).ToArray(), cancellation);
            if (page.Length == 0)
            {
                yield break;
            }

            yield return page[0];
        }
    }
}

/// <summary>As an iterator method is, which has thrown.</summary>
[RejectedBy<Listing>(nameof(Listing.A_damaged_record_is_named_and_hides_no_other))]
internal sealed class EndsAtADamagedRecord(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async IAsyncEnumerable<Installation> ListInstallationsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var installation in base.ListInstallationsAsync(cancellationToken))
        {
            yield return installation;
        }
    }
}

[RejectedBy<Listing>(nameof(Listing.A_damaged_record_is_named_and_hides_no_other))]
internal sealed class PassesOverDamagedRecords(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override IEnumerable<Row> Listed(Engine tables, RowKind kind) => base.Listed(tables, kind).Where(row => row.Json[0] == '{');
}

[RejectedBy<Listing>(nameof(Listing.A_damaged_record_is_named_and_hides_no_other))]
internal sealed class NamesNoDamagedRecord(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override IEnumerable<Row> Listed(Engine tables, RowKind kind) => base.Listed(tables, kind).Select(row => row.Json[0] == '{' ? row : row with { UserId = null });
}

[RejectedBy<Apps>(nameof(Apps.Every_app_is_listed_once_however_much_it_holds))]
internal sealed class ListsItsOwnAppAlone(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override IEnumerable<Row> RowsOfApps(Engine tables) => base.RowsOfApps(tables).Where(IsClient);
}

[RejectedBy<Apps>(nameof(Apps.Every_app_is_listed_once_however_much_it_holds))]
internal sealed class ListsAnAppForEachWorkspace(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override IAsyncEnumerable<string> ListClientIdsAsync(CancellationToken cancellationToken = default) =>
        PagesAsync(tables => tables.Rows, row => (row.ClientId, row.EnterpriseId, row.TeamId), (_, row) => row.ClientId, cancellationToken);
}

[RejectedBy<Apps>(nameof(Apps.An_app_that_holds_nothing_is_not_listed))]
internal sealed class ListsItsOwnAppInAnyCase(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override IAsyncEnumerable<string> ListClientIdsAsync(CancellationToken cancellationToken = default) => base.ListClientIdsAsync(cancellationToken).Append(ClientId).Distinct();
}

[RejectedBy<Apps>(nameof(Apps.An_app_is_listed_while_it_holds_a_bot_or_an_installation))]
internal sealed class ListsTheAppsOfBotsAlone(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override IEnumerable<Row> RowsOfApps(Engine tables) => base.RowsOfApps(tables).Where(app => tables.Rows.Any(row => row.Kind == RowKind.Bot && row.ClientId == app.ClientId));
}

[RejectedBy<Apps>(nameof(Apps.An_app_whose_last_record_was_deleted_is_not_listed))]
internal sealed class ListsTheAppsOfLeasesThatItLeft(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void RemoveLease(Engine tables, LeaseKey key)
    {
    }

    protected override IEnumerable<Row> RowsOfApps(Engine tables) =>
        base.RowsOfApps(tables).Concat(tables.Leases.Keys.Select(key => new Row(RowKind.Bot, key.ClientId, null, null, null, default, []))).DistinctBy(row => row.ClientId);
}

[RejectedBy<Apps>(nameof(Apps.Hostile_client_ids_are_listed_as_they_were_given))]
internal sealed class ListsClientIdsFromEscapedKeys(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override IAsyncEnumerable<string> ListClientIdsAsync(CancellationToken cancellationToken = default) => base.ListClientIdsAsync(cancellationToken).Select(Uri.UnescapeDataString);
}

[RejectedBy<Apps>(nameof(Apps.No_app_of_another_part_of_the_engine_is_listed))]
internal sealed class ListsTheAppsOfEveryPrefix(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    private static readonly ConcurrentDictionary<string, Row> Everywhere = new(StringComparer.Ordinal);

    protected override void Put(Engine tables, Row saved)
    {
        Everywhere[saved.ClientId] = saved;
        base.Put(tables, saved);
    }

    protected override IEnumerable<Row> RowsOfApps(Engine tables) => Everywhere.Values;
}

[RejectedBy<History>(nameof(History.History_lists_every_accepted_record_newest_first), nameof(History.Random_sequences_of_calls_leave_the_history_of_the_reference))]
internal sealed class ListsTheOldestFirst(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void Trim(Engine tables, Row saved)
    {
    }

    protected override IEnumerable<Row> NewestFirst(IEnumerable<Row> rows) => rows.OrderBy(row => row.InstalledAt);
}

[RejectedBy<History>(nameof(History.A_refused_record_is_not_in_the_history))]
internal sealed class KeepsWhatItRefused(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsRefused(Row stored, Row saved) => !Scope.Options.HistoryEnabled && base.IsRefused(stored, saved);
}

[RejectedBy<History>(nameof(History.A_record_with_equal_installed_at_replaces_the_one_in_the_history))]
internal sealed class KeepsRotatedTokensInTheHistory(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsReplaced(Row stored, Row saved) => !Scope.Options.HistoryEnabled;

    protected override Row? Current(IEnumerable<Row> rows) => rows.Reverse().MaxBy(row => row.InstalledAt);
}

[RejectedBy<History>(nameof(History.The_newest_records_up_to_the_limit_are_kept))]
internal sealed class KeepsHistoryWithoutLimit(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void Trim(Engine tables, Row saved)
    {
    }
}

[RejectedBy<History>(nameof(History.The_limit_is_10_by_default))]
internal sealed class KeepsTheCurrentBesideTheLimit(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override int HistoryLength => base.HistoryLength + 1;
}

[RejectedBy<History>(nameof(History.The_limit_holds_for_the_users_of_a_workspace_together_and_removes_no_current_installation))]
internal sealed class TrimsCurrentInstallations(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void Trim(Engine tables, Row saved)
    {
        foreach (var row in NewestFirst(Of(tables, saved.Kind, new WorkspaceId(saved.EnterpriseId, saved.TeamId))).Skip(HistoryLength).ToArray())
        {
            tables.Rows.Remove(row);
        }
    }
}

[RejectedBy<History>(nameof(History.A_save_with_history_off_removes_what_was_kept))]
internal sealed class KeepsTheHistoryOfOthersWhenItIsOff(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void Trim(Engine tables, Row saved)
    {
        if (Scope.Options.HistoryEnabled)
        {
            base.Trim(tables, saved);
        }
    }
}

[RejectedBy<History>(nameof(History.History_that_is_switched_on_later_begins_with_the_current_records))]
internal sealed class ListsWhatItRememberedAlone(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    private static readonly ConditionalWeakTable<Row, object> Remembered = [];

    protected override void Put(Engine tables, Row saved)
    {
        if (Scope.Options.HistoryEnabled)
        {
            Remembered.AddOrUpdate(saved, saved);
        }

        base.Put(tables, saved);
    }

    protected override IEnumerable<Row> NewestFirst(IEnumerable<Row> rows) => base.NewestFirst(rows).Where(row => !Scope.Options.HistoryEnabled || Remembered.TryGetValue(row, out _));
}

[RejectedBy<History>(nameof(History.Old_installations_show_the_current_bot))]
internal sealed class ListsHistoryWithoutTheBot(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override IAsyncEnumerable<Installation> ListInstallationHistoryAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        base.ListInstallationHistoryAsync(workspace, userId, cancellationToken).Select(installation => installation.WithBot(null));
}

[RejectedBy<History>(nameof(History.Lookups_answer_the_same_with_history_on))]
internal sealed class FindsAnyOfTheHistory(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row? Current(IEnumerable<Row> rows) => rows.FirstOrDefault();
}

[RejectedBy<History>(nameof(History.Deleting_deletes_the_history))]
internal sealed class LeavesTheHistory(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    private readonly List<Row> _left = [];

    protected override void Remove(Engine tables, Predicate<Row> isRemoved)
    {
        _left.AddRange(tables.Rows.Where(row => isRemoved(row)));
        base.Remove(tables, isRemoved);
    }

    protected override IEnumerable<Row> NewestFirst(IEnumerable<Row> rows) => base.NewestFirst(rows).Concat(_left);
}

[RejectedBy<History>(nameof(History.The_histories_of_neighbours_are_apart))]
internal sealed class ListsTheHistoryByPrefix(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override IAsyncEnumerable<Installation> ListInstallationHistoryAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        base.ListInstallationsAsync(cancellationToken).Where(installation => installation.TeamId?.StartsWith(workspace.TeamId ?? "", StringComparison.Ordinal) == true);
}

[RejectedBy<History>(nameof(History.The_history_of_an_id_that_cannot_have_been_saved_is_empty))]
internal sealed class ListsEveryHistoryForAnEmptyUser(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override IAsyncEnumerable<Installation> ListInstallationHistoryAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        base.ListInstallationHistoryAsync(workspace, string.IsNullOrEmpty(userId) ? null : userId, cancellationToken);
}

[RejectedBy<History>(nameof(History.A_second_instance_reads_the_history_of_the_first))]
internal sealed class KeepsTheHistoryInTheProcess(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    private readonly HashSet<DateTimeOffset> _mine = [];

    protected override void Put(Engine tables, Row saved)
    {
        _mine.Add(saved.InstalledAt);
        base.Put(tables, saved);
    }

    protected override IEnumerable<Row> NewestFirst(IEnumerable<Row> rows) => base.NewestFirst(rows.Where(row => _mine.Contains(row.InstalledAt)));
}

[RejectedBy<Preparation>(nameof(Preparation.A_prepared_store_works_and_preparing_it_again_keeps_what_it_holds))]
internal sealed class PreparesByDroppingWhatIsThere(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override ValueTask PrepareAsync(CancellationToken cancellationToken = default) => ExecuteAsync(nameof(PrepareAsync), tables => tables.Rows.Clear(), cancellationToken);
}

[RejectedBy<Preparation>(nameof(Preparation.Twenty_instances_can_prepare_and_be_used_at_once))]
internal sealed class FailsWhereAnotherPrepares(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask PrepareAsync(CancellationToken cancellationToken = default)
    {
        if (await CallAsync(nameof(PrepareAsync), tables => tables.States.ContainsKey("prepared"), cancellationToken))
        {
            return;
        }

        // CREATE TABLE without IF NOT EXISTS.
        await ExecuteAsync(nameof(PrepareAsync), tables => tables.States.Add("prepared", new StateRow("", default, [])), cancellationToken);
    }
}

[RejectedBy<Preparation>(nameof(Preparation.The_script_can_be_printed_and_is_the_same_each_time))]
internal sealed class PrintsNoScript(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override string PreparationScript => "";
}
