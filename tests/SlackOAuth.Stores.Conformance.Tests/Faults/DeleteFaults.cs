using SlackOAuth.Stores.Conformance.Tests.Table;
using Suite = SlackOAuth.Stores.Conformance.Tests.Suites.Installations;

namespace SlackOAuth.Stores.Conformance.Tests.Faults;

[RejectedBy<Suite>(nameof(Suite.Deleting_a_user_removes_that_user_alone))]
internal sealed class DeletesAllUsersForOne(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsUserDeletedWith(Row row, string userId) => true;
}

[RejectedBy<Suite>(nameof(Suite.Deleting_the_latest_user_gives_the_next_latest_and_never_the_deleted_tokens), nameof(Suite.Random_sequences_of_calls_are_answered_as_by_the_reference))]
internal sealed class LeavesTheDeletedUserInALatestRecord(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) => userId is null
        ? base.DeleteInstallationAsync(workspace, userId, cancellationToken)
        : ExecuteAsync(
            nameof(DeleteInstallationAsync),
            tables =>
            {
                var latest = Current(Of(tables, RowKind.Installation, workspace));
                Remove(tables, row => row.Kind == RowKind.Installation && IsClient(row) && IsWorkspace(row, workspace) && IsUser(row, userId));
                if (latest?.UserId == userId)
                {
                    tables.Rows.Add(latest with { UserId = "latest\0" });
                }
            },
            cancellationToken);
}

[RejectedBy<Suite>(nameof(Suite.Deleting_without_a_user_removes_every_installation_and_leaves_the_bot))]
internal sealed class DeletesTheBotWithTheInstallations(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        userId is null ? DeleteAllAsync(workspace, cancellationToken) : base.DeleteInstallationAsync(workspace, userId, cancellationToken);
}

[RejectedBy<Suite>(nameof(Suite.Deleting_all_removes_the_bot_and_every_installation))]
internal sealed class LeavesTheBotWhenAllIsDeleted(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => DeleteInstallationAsync(workspace, null, cancellationToken);
}

[RejectedBy<Suite>(nameof(Suite.Deleting_what_is_not_there_does_nothing))]
internal sealed class ThrowsWhereNothingIsDeleted(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void Remove(Engine tables, Predicate<Row> isRemoved)
    {
        if (!tables.Rows.Exists(isRemoved))
        {
            throw new InvalidOperationException("Nothing was deleted.");
        }

        base.Remove(tables, isRemoved);
    }
}

[RejectedBy<Suite>(nameof(Suite.Deleting_a_user_leaves_users_whose_ids_are_alike))]
internal sealed class DeletesUsersByPrefix(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsUserDeletedWith(Row row, string userId) => row.UserId!.StartsWith(userId, StringComparison.Ordinal);
}

[RejectedBy<Suite>(nameof(Suite.Deleting_in_a_workspace_leaves_workspaces_whose_ids_are_alike))]
internal sealed class DeletesWorkspacesByPrefix(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsDeletedWith(Row row, WorkspaceId workspace) => $"{row.EnterpriseId}-{row.TeamId}".StartsWith($"{workspace.EnterpriseId}-{workspace.TeamId}", StringComparison.Ordinal);
}

[RejectedBy<Suite>(nameof(Suite.Deleting_in_a_workspace_of_an_enterprise_leaves_the_org_wide_installation))]
internal sealed class DeletesTheOrganizationWithAWorkspace(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsDeletedWith(Row row, WorkspaceId workspace) =>
        base.IsDeletedWith(row, workspace) || (workspace.EnterpriseId is not null && row.EnterpriseId == workspace.EnterpriseId && row.TeamId is null);
}

[RejectedBy<Suite>(nameof(Suite.Deleting_in_an_organization_removes_the_org_wide_installation_and_leaves_the_workspaces))]
internal sealed class DeletesTheWorkspacesWithTheOrganization(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsDeletedWith(Row row, WorkspaceId workspace) => workspace.TeamId is null ? row.EnterpriseId == workspace.EnterpriseId : base.IsDeletedWith(row, workspace);
}

[RejectedBy<Suite>(nameof(Suite.Deleting_in_an_organization_removes_the_org_wide_installation_and_leaves_the_workspaces))]
internal sealed class DeletesNothingOrgWide(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    // As SQL does: nothing equals NULL.
    protected override bool IsDeletedWith(Row row, WorkspaceId workspace) => workspace.TeamId is not null && base.IsDeletedWith(row, workspace);
}

[RejectedBy<Suite>(nameof(Suite.The_tokens_of_what_was_deleted_are_stored_no_longer))]
internal sealed class MarksAsDeleted(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void Remove(Engine tables, Predicate<Row> isRemoved)
    {
        var deleted = tables.Rows.Where(row => isRemoved(row)).Select(row => row with { ClientId = "deleted from " + row.ClientId }).ToArray();
        base.Remove(tables, isRemoved);
        tables.Rows.AddRange(deleted);
    }
}
