using SlackOAuth.Stores.Conformance.Tests.Table;
using Suite = SlackOAuth.Stores.Conformance.Tests.Suites.History;

namespace SlackOAuth.Stores.Conformance.Tests.Faults;

[RejectedBy<Suite>(nameof(Suite.Trimming_removes_what_is_older_and_superseded_and_says_how_much))]
internal sealed class TrimsInstallationsAlone(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsSuperseded(Engine tables, Row row) => row.Kind == RowKind.Installation && base.IsSuperseded(tables, row);
}

[RejectedBy<Suite>(nameof(Suite.Trimming_removes_what_is_older_and_superseded_and_says_how_much))]
internal sealed class TrimsWhatWasInstalledAtTheTime(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsOlder(Row row, DateTimeOffset than) => row.InstalledAt <= than;
}

[RejectedBy<Suite>(nameof(Suite.Trimming_removes_what_is_older_and_superseded_and_says_how_much), nameof(Suite.Random_sequences_of_calls_leave_the_history_of_the_reference))]
internal sealed class SaysHowMuchIsLeft(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override int RemoveOld(Engine tables, Row[] old)
    {
        base.RemoveOld(tables, old);
        return tables.Rows.Count;
    }
}

[RejectedBy<Suite>(nameof(Suite.Trimming_leaves_the_current_records_however_old_they_are))]
internal sealed class TrimsCurrentRecords(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsSuperseded(Engine tables, Row row) => true;
}

[RejectedBy<Suite>(nameof(Suite.Trimming_leaves_the_current_records_however_old_they_are))]
internal sealed class KeepsTheNewestOfAllUsersAlone(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsSuperseded(Engine tables, Row row) => tables.Rows.Exists(newer => newer.Kind == row.Kind && IsClient(newer) && newer.InstalledAt > row.InstalledAt);
}

[RejectedBy<Suite>(nameof(Suite.Trimming_with_history_off_removes_what_was_kept_while_it_was_on))]
internal sealed class TrimsNothingWithHistoryOff(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsSuperseded(Engine tables, Row row) => Scope.Options.HistoryEnabled && base.IsSuperseded(tables, row);
}

[RejectedBy<Suite>(nameof(Suite.Trimming_where_history_was_never_on_removes_nothing))]
internal sealed class TakesEveryRecordForHistoryWithHistoryOff(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsSuperseded(Engine tables, Row row) => !Scope.Options.HistoryEnabled || base.IsSuperseded(tables, row);
}

[RejectedBy<Suite>(nameof(Suite.The_time_of_trimming_is_exact_and_in_any_zone))]
internal sealed class TrimsByTheClockOnTheWall(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsOlder(Row row, DateTimeOffset than) => row.InstalledAt.DateTime < than.DateTime;
}

[RejectedBy<Suite>(nameof(Suite.The_time_of_trimming_is_exact_and_in_any_zone))]
internal sealed class CutsTheTimeOfTrimming(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsOlder(Row row, DateTimeOffset than) => row.InstalledAt.UtcTicks < than.UtcTicks - (than.UtcTicks % TimeSpan.TicksPerMicrosecond);
}

[RejectedBy<Suite>(nameof(Suite.Trimming_one_workspace_leaves_its_neighbours))]
internal sealed class TrimsByPrefix(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsTrimmedWith(Row row, WorkspaceId workspace) => row.TeamId is not null && workspace.TeamId is not null && row.TeamId.StartsWith(workspace.TeamId, StringComparison.Ordinal);
}

[RejectedBy<Suite>(nameof(Suite.Trimming_what_is_not_there_or_cannot_have_been_saved_removes_nothing))]
internal sealed class LeavesTheRowThatItLocked(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row[] OldOf(Engine tables, WorkspaceId workspace, DateTimeOffset olderThan)
    {
        if (!tables.Rows.Exists(row => IsClient(row) && IsWorkspace(row, workspace)))
        {
            tables.Rows.Add(new Row(RowKind.Bot, ClientId, workspace.EnterpriseId, workspace.TeamId, null, default, []));
        }

        return base.OldOf(tables, workspace, olderThan);
    }
}

[RejectedBy<Suite>(nameof(Suite.Trimming_leaves_the_leases))]
internal sealed class DropsTheLeaseWithTheHistory(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override int RemoveOld(Engine tables, Row[] old)
    {
        Remove(tables, row => old.Contains(row));
        return old.Length;
    }
}

[RejectedBy<Suite>(nameof(Suite.Trimming_beside_saves_loses_none_of_them))]
internal sealed class WritesBackWhatItDidNotTrim(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask<int> TrimHistoryAsync(WorkspaceId workspace, DateTimeOffset olderThan, CancellationToken cancellationToken = default)
    {
        var (old, kept) = await CallAsync(
            nameof(TrimHistoryAsync),
            tables => (OldOf(tables, workspace, olderThan), tables.Rows.Except(OldOf(tables, workspace, olderThan)).ToArray()),
            cancellationToken);
        await ExecuteAsync(
            nameof(TrimHistoryAsync),
            tables =>
            {
                tables.Rows.Clear();
                tables.Rows.AddRange(kept);
            },
            cancellationToken);
        return old.Length;
    }
}
