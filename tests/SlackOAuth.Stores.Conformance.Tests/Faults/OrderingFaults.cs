using SlackOAuth.Stores.Conformance.Tests.Table;
using Suite = SlackOAuth.Stores.Conformance.Tests.Suites.Installations;

namespace SlackOAuth.Stores.Conformance.Tests.Faults;

[RejectedBy<Suite>(nameof(Suite.What_was_never_saved_is_null))]
internal sealed class ThrowsWhereNothingIsFound(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        await base.FindInstallationAsync(workspace, userId, cancellationToken) ?? throw new KeyNotFoundException("No installation.");
}

[RejectedBy<Suite>(nameof(Suite.Of_bots_the_one_with_the_greatest_installed_at_is_found), nameof(Suite.A_refused_older_bot_is_shown_by_no_installation))]
internal sealed class ReplacesANewerBot(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsRefused(Row stored, Row saved) => saved.Kind != RowKind.Bot && base.IsRefused(stored, saved);
}

[RejectedBy<Suite>(nameof(Suite.Of_bots_with_equal_installed_at_the_one_written_last_is_found))]
internal sealed class KeepsTheFirstOfEqualBots(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsRefused(Row stored, Row saved) => saved.Kind == RowKind.Bot ? stored.InstalledAt >= saved.InstalledAt : base.IsRefused(stored, saved);
}

[RejectedBy<Suite>(nameof(Suite.The_bot_of_an_older_installation_does_not_replace_a_newer_bot), nameof(Suite.Random_sequences_of_calls_are_answered_as_by_the_reference))]
internal sealed class TakesTheBotOfAnyInstallation(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        await base.SaveAsync(installation, cancellationToken);
        if (installation.ToBot() is { } bot)
        {
            await DeleteBotAsync(StoreArguments.Validate(installation), cancellationToken);
            await SaveBotAsync(bot, cancellationToken);
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.The_bot_of_an_installation_is_judged_apart_from_the_installation))]
internal sealed class RefusesTheBotOfAnOldInstallation(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        var stored = await FindInstallationAsync(StoreArguments.Validate(installation), installation.UserId, cancellationToken);
        if (stored is null || stored.InstalledAt <= installation.InstalledAt)
        {
            await base.SaveAsync(installation, cancellationToken);
        }
    }
}

[RejectedBy<Suite>(
    nameof(Suite.An_older_installation_does_not_replace_a_newer_one_of_its_user), nameof(Suite.Random_sequences_of_calls_are_answered_as_by_the_reference), nameof(Suite.Instances_judge_older_and_newer_together))]
internal sealed class ReplacesANewerInstallation(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsRefused(Row stored, Row saved) => saved.Kind != RowKind.Installation && base.IsRefused(stored, saved);
}

[RejectedBy<Suite>(nameof(Suite.An_installation_with_equal_installed_at_replaces_the_stored_one))]
internal sealed class KeepsTheFirstOfEqualInstallations(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsRefused(Row stored, Row saved) => saved.Kind == RowKind.Installation ? stored.InstalledAt >= saved.InstalledAt : base.IsRefused(stored, saved);
}

[RejectedBy<Suite>(nameof(Suite.A_newer_installation_replaces_the_stored_one_whole))]
internal sealed class KeepsOldFieldsWhereNewOnesAreAbsent(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        var stored = await FindInstallationAsync(StoreArguments.Validate(installation), installation.UserId, cancellationToken);
        await base.SaveAsync(installation with { UserToken = installation.UserToken ?? stored?.UserToken }, cancellationToken);
    }
}

[RejectedBy<Suite>(nameof(Suite.A_microsecond_decides_which_is_newer))]
internal sealed class ComparesWholeSeconds(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsRefused(Row stored, Row saved) => stored.InstalledAt.ToUnixTimeSeconds() > saved.InstalledAt.ToUnixTimeSeconds();
}

[RejectedBy<Suite>(nameof(Suite.Two_users_with_the_same_installed_at_are_two_installations), nameof(Suite.Concurrent_saves_of_many_users_with_one_installed_at_are_all_kept))]
internal sealed class UpdatesByInstalledAtWithoutTheUser(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void Put(Engine tables, Row saved)
    {
        tables.Rows.RemoveAll(row => row.Kind == saved.Kind && IsClient(row) && row.TeamId == saved.TeamId && row.InstalledAt == saved.InstalledAt);
        base.Put(tables, saved);
    }
}

[RejectedBy<Suite>(nameof(Suite.A_users_installation_is_found_and_never_anothers))]
internal sealed class CachesOneUsersTokenUnderAnothers(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    private readonly Dictionary<WorkspaceId, Installation?> _cache = [];

    public override async ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        if (!_cache.TryGetValue(workspace, out var found))
        {
            _cache[workspace] = found = await base.FindInstallationAsync(workspace, userId, cancellationToken);
        }

        return found;
    }
}

[RejectedBy<Suite>(nameof(Suite.A_users_installation_is_found_and_never_anothers))]
internal sealed class FallsBackToTheLatestUser(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        await base.FindInstallationAsync(workspace, userId, cancellationToken) ?? await base.FindInstallationAsync(workspace, null, cancellationToken);
}

[RejectedBy<Suite>(nameof(Suite.Without_a_user_the_latest_installation_is_found))]
internal sealed class TakesTheLastWrittenForTheLatest(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row? Current(IEnumerable<Row> rows) => rows.LastOrDefault();
}

[RejectedBy<Suite>(nameof(Suite.An_older_installation_of_another_user_is_kept_beside_the_newer))]
internal sealed class RefusesWhatIsOlderThanAnotherUsers(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void Put(Engine tables, Row saved)
    {
        if (!Of(tables, saved.Kind, new WorkspaceId(saved.EnterpriseId, saved.TeamId)).Any(row => row.InstalledAt > saved.InstalledAt))
        {
            base.Put(tables, saved);
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.A_workspace_is_keyed_by_both_its_ids))]
internal sealed class KeysByTheTeamAlone(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsWorkspace(Row row, WorkspaceId workspace) => workspace.TeamId is null ? base.IsWorkspace(row, workspace) : row.TeamId == workspace.TeamId;
}

[RejectedBy<Suite>(nameof(Suite.An_org_wide_installation_is_found_whatever_team_is_asked_for))]
internal sealed class FallsBackToTheOrganization(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        await base.FindBotAsync(workspace, cancellationToken)
        ?? (workspace.EnterpriseId is { } enterprise ? await base.FindBotAsync(WorkspaceId.ForEnterprise(enterprise), cancellationToken) : null);
}
