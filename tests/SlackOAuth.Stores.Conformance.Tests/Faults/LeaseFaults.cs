using SlackOAuth.Stores.Conformance.Tests.Table;
using Suite = SlackOAuth.Stores.Conformance.Tests.Suites.Leases;

namespace SlackOAuth.Stores.Conformance.Tests.Faults;

[RejectedBy<Suite>(nameof(Suite.Of_any_number_that_ask_at_once_one_gets_the_lease), nameof(Suite.Holders_take_turns_with_ever_greater_tokens), nameof(Suite.A_call_about_a_lease_is_one_round_trip))]
internal sealed class LooksWhetherALeaseIsFreeAndThenTakesIt(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        var (now, key) = (Now, KeyOf(workspace, userId));
        var last = await CallAsync(nameof(TryAcquireLeaseAsync), tables => LeaseOf(tables, key), cancellationToken);
        if (IsHeld(last, now))
        {
            return null;
        }

        return await CallAsync(
            nameof(TryAcquireLeaseAsync),
            tables =>
            {
                tables.Leases[key] = last;
                return Acquire(tables, workspace, userId, now, duration);
            },
            cancellationToken);
    }
}

[RejectedBy<Suite>(nameof(Suite.A_lease_held_by_one_instance_is_given_by_no_other))]
internal sealed class KeepsLeasesInTheProcess(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    private readonly Guid _process = Guid.NewGuid();

    protected override LeaseKey KeyOf(WorkspaceId workspace, string? userId) => base.KeyOf(workspace, $"{_process} {userId}");
}

[RejectedBy<Suite>(nameof(Suite.What_is_not_stored_has_no_lease), nameof(Suite.A_lease_is_deleted_with_its_record_and_ends_none_of_the_record_after_it))]
internal sealed class LeasesWhatIsNotStored(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsStored(Engine tables, WorkspaceId workspace, string? userId) => true;
}

[RejectedBy<Suite>(nameof(Suite.What_is_not_stored_has_no_lease))]
internal sealed class TakesAnEmptyUserForTheBot(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsStored(Engine tables, WorkspaceId workspace, string? userId) => base.IsStored(tables, workspace, userId?.Length == 0 ? null : userId);
}

[RejectedBy<Suite>(nameof(Suite.A_lease_holds_back_no_other_credential), nameof(Suite.Hostile_ids_have_leases_of_their_own))]
internal sealed class LeasesTheWholeWorkspace(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override LeaseKey KeyOf(WorkspaceId workspace, string? userId) => base.KeyOf(workspace, null);
}

[RejectedBy<Suite>(nameof(Suite.A_lease_holds_back_no_other_credential))]
internal sealed class LeasesForAllClientIds(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override LeaseKey KeyOf(WorkspaceId workspace, string? userId) => base.KeyOf(workspace, userId) with { ClientId = "" };
}

[RejectedBy<Suite>(nameof(Suite.Hostile_ids_have_leases_of_their_own))]
internal sealed class ComparesIdsOfLeasesWithoutCase(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override LeaseKey KeyOf(WorkspaceId workspace, string? userId) =>
        base.KeyOf(new WorkspaceId(workspace.EnterpriseId?.ToUpperInvariant(), workspace.TeamId?.ToUpperInvariant()), userId?.ToUpperInvariant());
}

[RejectedBy<Suite>(nameof(Suite.A_lease_lasts_to_the_tick_before_its_end), nameof(Suite.A_lease_lasts_for_as_long_as_was_asked))]
internal sealed class CutsTheEndToASecond(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsHeld(LeaseRow last, DateTimeOffset now) => now.ToUnixTimeSeconds() < last.EndsAt.ToUnixTimeSeconds();
}

[RejectedBy<Suite>(nameof(Suite.A_lease_lasts_to_the_tick_before_its_end))]
internal sealed class HoldsALeaseAtItsEnd(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsHeld(LeaseRow last, DateTimeOffset now) => now <= last.EndsAt;
}

[RejectedBy<Suite>(nameof(Suite.A_lease_lasts_to_the_tick_before_its_end), nameof(Suite.Of_any_number_that_ask_at_once_one_gets_the_lease))]
internal sealed class JudgesLeasesByTheEnginesClock(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override DateTimeOffset Now => DateTimeOffset.UtcNow;
}

[RejectedBy<Suite>(nameof(Suite.A_lease_lasts_for_as_long_as_was_asked))]
internal sealed class HasADurationOfItsOwn(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override RotationLease? Acquire(Engine tables, WorkspaceId workspace, string? userId, DateTimeOffset now, TimeSpan duration) =>
        base.Acquire(tables, workspace, userId, now, TimeSpan.FromSeconds(30));
}

[RejectedBy<Suite>(nameof(Suite.A_released_lease_can_be_had_at_once), nameof(Suite.Random_sequences_of_calls_about_leases_are_answered_as_by_the_reference))]
internal sealed class HoldsReleasedLeasesToTheirEnd(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void Release(Engine tables, RotationLease lease)
    {
    }
}

[RejectedBy<Suite>(nameof(Suite.Releasing_a_lease_that_is_over_does_nothing))]
internal sealed class ReleasesWhoeverHoldsIt(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsOver(LeaseRow last, RotationLease lease) => false;
}

[RejectedBy<Suite>(nameof(Suite.A_lease_is_deleted_with_its_record_and_ends_none_of_the_record_after_it))]
internal sealed class KnowsALeaseByItsTokenAlone(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsOver(LeaseRow last, RotationLease lease) => last.FencingToken != lease.FencingToken;
}

[RejectedBy<Suite>(nameof(Suite.A_lease_is_deleted_with_its_record_and_ends_none_of_the_record_after_it))]
internal sealed class LeavesTheLeasesOfWhatIsDeleted(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void RemoveLease(Engine tables, LeaseKey key)
    {
    }
}

[RejectedBy<Suite>(nameof(Suite.Deleting_one_credential_leaves_the_leases_of_the_others))]
internal sealed class DeletesAllLeasesOfAWorkspace(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void RemoveLease(Engine tables, LeaseKey key)
    {
        foreach (var other in tables.Leases.Keys.Where(other => (other.EnterpriseId, other.TeamId) == (key.EnterpriseId, key.TeamId)).ToArray())
        {
            tables.Leases.Remove(other);
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.Lookups_do_not_show_a_lease))]
internal sealed class KeepsTheLeaseInTheRecord(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Bot? CurrentBot(Engine tables, WorkspaceId workspace) =>
        base.CurrentBot(tables, workspace) is not { } bot ? null
        : tables.Leases.TryGetValue(KeyOf(workspace, null), out var lease) ? bot with { CustomValues = System.Text.Json.JsonElement.Parse($$"""{"lease":{{lease.FencingToken}}}""") }
        : bot;

    protected override Installation Shown(Installation stored, Bot? bot) => Engine.Leases.ContainsKey(KeyOf(new WorkspaceId(stored.EnterpriseId, stored.TeamId), stored.UserId))
        ? base.Shown(stored, bot) with { TokenType = "leased" }
        : base.Shown(stored, bot);
}

[RejectedBy<Suite>(
    nameof(Suite.Saves_without_a_lease_do_not_end_it), nameof(Suite.Each_lease_has_a_greater_fencing_token_than_those_before), nameof(Suite.A_save_is_refused_once_a_later_lease_has_saved),
    nameof(Suite.Random_sequences_of_calls_about_leases_are_answered_as_by_the_reference))]
internal sealed class WritesTheRowAnewWithoutItsLease(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void Put(Engine tables, Row saved)
    {
        RemoveLease(tables, KeyOf(saved));
        base.Put(tables, saved);
    }
}

[RejectedBy<Suite>(nameof(Suite.Each_lease_has_a_greater_fencing_token_than_those_before))]
internal sealed class GivesEachLeaseTheSameToken(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override long NextToken(LeaseRow last) => 1;
}

[RejectedBy<Suite>(nameof(Suite.Each_lease_has_a_greater_fencing_token_than_those_before))]
internal sealed class TakesTheTimeForAToken(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override long NextToken(LeaseRow last) => Now.Ticks;
}

[RejectedBy<Suite>(nameof(Suite.A_save_is_refused_once_a_later_lease_has_saved), nameof(Suite.Of_holders_that_save_at_once_the_latest_ones_result_stays))]
internal sealed class SavesUnderAnyLease(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsFenced(LeaseRow last, RotationLease lease) => false;
}

[RejectedBy<Suite>(nameof(Suite.A_lease_that_has_run_out_saves_as_long_as_no_later_one_has))]
internal sealed class RefusesALeaseThatHasRunOut(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsFenced(LeaseRow last, RotationLease lease) => base.IsFenced(last, lease) || lease.ExpiresAt <= Now;
}

[RejectedBy<Suite>(nameof(Suite.A_lease_that_has_run_out_saves_as_long_as_no_later_one_has))]
internal sealed class RefusesOnceALaterLeaseIsHeld(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsFenced(LeaseRow last, RotationLease lease) => base.IsFenced(last, lease) || last.FencingToken > lease.FencingToken;
}

[RejectedBy<Suite>(nameof(Suite.Saving_the_same_again_under_the_same_lease_is_accepted))]
internal sealed class TakesOneSavePerLease(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsFenced(LeaseRow last, RotationLease lease) => last.SavedToken >= lease.FencingToken;
}

[RejectedBy<Suite>(nameof(Suite.A_bot_saved_under_a_lease_replaces_the_bot_everywhere), nameof(Suite.Hostile_ids_have_leases_of_their_own))]
internal sealed class SavesNothingUnderALease(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool TryPut(Engine tables, RotationLease lease, Row saved) => true;
}

[RejectedBy<Suite>(nameof(Suite.An_installation_saved_under_a_lease_leaves_the_bot_and_the_other_users_as_they_are))]
internal sealed class SavesTheBotOfARotatedInstallation(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default)
    {
        if (installation.ToBot() is { } bot)
        {
            await SaveBotAsync(bot, cancellationToken);
        }

        return await base.TrySaveInstallationAsync(lease, installation, cancellationToken);
    }
}

[RejectedBy<Suite>(nameof(Suite.An_installation_saved_under_a_lease_is_the_latest_where_it_was))]
internal sealed class TakesTheRotatedForTheLatest(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        await base.FindInstallationAsync(workspace, userId ?? Engine.Inspect(tables => tables.Leases.Keys.FirstOrDefault(key => key.UserId is not null)?.UserId), cancellationToken);
}

[RejectedBy<Suite>(nameof(Suite.What_was_deleted_stays_deleted), nameof(Suite.A_delete_at_the_moment_of_a_save_under_a_lease_leaves_nothing))]
internal sealed class BringsBackWhatWasDeleted(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool TryPut(Engine tables, RotationLease lease, Row saved)
    {
        if (Of(tables, saved.Kind, lease.Workspace).Any(row => row.UserId == lease.UserId))
        {
            return base.TryPut(tables, lease, saved);
        }

        Put(tables, saved);
        return true;
    }
}

[RejectedBy<Suite>(nameof(Suite.A_delete_at_the_moment_of_a_save_under_a_lease_leaves_nothing), nameof(Suite.Of_holders_that_save_at_once_the_latest_ones_result_stays), nameof(Suite.A_call_about_a_lease_is_one_round_trip))]
internal sealed class ChecksALeaseAndThenSaves(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default)
    {
        if (!await MaySaveAsync(lease, RowOf(bot), cancellationToken))
        {
            return false;
        }

        await SaveBotAsync(bot, cancellationToken);
        return true;
    }

    private async ValueTask<bool> MaySaveAsync(RotationLease lease, Row saved, CancellationToken cancellationToken)
    {
        var maySave = await CallAsync(
            nameof(TrySaveBotAsync),
            tables =>
            {
                var stored = tables.Rows.ToArray();
                var isSaved = TryPut(tables, lease, saved);
                tables.Rows.Clear();
                tables.Rows.AddRange(stored);
                return isSaved;
            },
            cancellationToken);

        // The way of some takes longer than that of others.
        for (var i = lease.FencingToken % 3; i > 0; i--)
        {
            await FindBotAsync(lease.Workspace, cancellationToken);
        }

        return maySave;
    }
}

[RejectedBy<Suite>(nameof(Suite.What_is_newer_stays))]
internal sealed class SavesOverWhatIsNewer(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool TryPut(Engine tables, RotationLease lease, Row saved)
    {
        tables.Rows.RemoveAll(row => IsSameRecord(row, saved) && row.InstalledAt > saved.InstalledAt);
        return base.TryPut(tables, lease, tables.Rows.Exists(row => IsSameRecord(row, saved)) ? saved : Added(tables, saved));
    }

    private static Row Added(Engine tables, Row saved)
    {
        tables.Rows.Add(saved);
        return saved;
    }
}

[RejectedBy<Suite>(nameof(Suite.A_save_under_a_lease_replaces_its_record_in_the_history))]
internal sealed class AddsRotationsToTheHistory(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsReplaced(Row stored, Row saved) => !Scope.Options.HistoryEnabled;

    protected override Row? Current(IEnumerable<Row> rows) => rows.Reverse().MaxBy(row => row.InstalledAt);
}

[RejectedBy<Suite>(nameof(Suite.A_lease_of_nothing_or_of_more_than_a_day_is_refused))]
internal sealed class LeasesForAnyTime(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void ValidateDuration(TimeSpan duration)
    {
    }

    protected override RotationLease? Acquire(Engine tables, WorkspaceId workspace, string? userId, DateTimeOffset now, TimeSpan duration) =>
        base.Acquire(tables, workspace, userId, now, duration > TimeSpan.Zero && duration < TimeSpan.FromDays(365) ? duration : TimeSpan.Zero);
}

[RejectedBy<Suite>(nameof(Suite.A_save_under_the_lease_of_another_credential_is_an_argument_error))]
internal sealed class DoesNotLookWhatALeaseIsOn(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default)
    {
        StoreArguments.Validate(installation);
        return CallAsync(nameof(TrySaveInstallationAsync), tables => TryPut(tables, lease, RowOf(installation)), cancellationToken);
    }
}

[RejectedBy<Suite>(nameof(Suite.What_cannot_be_saved_cannot_be_saved_under_a_lease))]
internal sealed class DoesNotValidateWhatALeaseSaves(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default) =>
        CallAsync(nameof(TrySaveBotAsync), tables => TryPut(tables, lease, RowOf(bot)), cancellationToken);
}

[RejectedBy<Suite>(nameof(Suite.A_call_about_a_lease_that_is_cancelled_midway_has_happened_whole_or_not_at_all))]
internal sealed class BlanksBeforeItSavesUnderALease(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default) =>
        await base.TrySaveBotAsync(lease, bot with { AppId = null, CustomValues = null }, cancellationToken) && await base.TrySaveBotAsync(lease, bot, cancellationToken);
}
