using System.Text.Json;
using System.Text.RegularExpressions;
using SlackOAuth.Stores.Conformance.Tests.Table;
using Suite = SlackOAuth.Stores.Conformance.Tests.Suites.Installations;

namespace SlackOAuth.Stores.Conformance.Tests.Faults;

[RejectedBy<Suite>(nameof(Suite.Hostile_team_ids_are_found_exactly_kept_apart_and_deleted_apart))]
internal sealed class ComparesTeamsWithoutCase(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsWorkspace(Row row, WorkspaceId workspace) => row.EnterpriseId == workspace.EnterpriseId && string.Equals(row.TeamId, workspace.TeamId, StringComparison.OrdinalIgnoreCase);
}

[RejectedBy<Suite>(nameof(Suite.Hostile_enterprise_ids_are_found_exactly_kept_apart_and_deleted_apart))]
internal sealed class ComparesEnterprisesWithoutWidth(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsWorkspace(Row row, WorkspaceId workspace) => row.TeamId == workspace.TeamId && Narrow(row.EnterpriseId) == Narrow(workspace.EnterpriseId);

    private static string? Narrow(string? id) => id is null ? null : string.Concat(id.Select(character => character is >= '！' and <= '～' ? (char)(character - 0xFEE0) : character));
}

[RejectedBy<Suite>(nameof(Suite.Hostile_user_ids_are_found_exactly_kept_apart_and_deleted_apart))]
internal sealed class IgnoresTrailingBlanksOfUsers(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsUser(Row row, string userId) => row.UserId!.TrimEnd(' ') == userId.TrimEnd(' ');
}

[RejectedBy<Suite>(nameof(Suite.Hostile_user_ids_are_found_exactly_kept_apart_and_deleted_apart))]
internal sealed class TakesUsersForPatterns(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsUserDeletedWith(Row row, string userId) =>
        Regex.IsMatch(row.UserId!, "^" + Regex.Escape(userId).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$", RegexOptions.Singleline);
}

[RejectedBy<Suite>(nameof(Suite.Hostile_user_ids_are_found_exactly_kept_apart_and_deleted_apart))]
internal sealed class CutsIdsAt254(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsUser(Row row, string userId) => row.UserId!.AsSpan(0, Math.Min(254, row.UserId!.Length)).SequenceEqual(userId.AsSpan(0, Math.Min(254, userId.Length)));
}

[RejectedBy<Suite>(nameof(Suite.Ids_that_join_to_the_same_text_are_kept_apart))]
internal sealed class JoinsIdsToAKey(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsWorkspace(Row row, WorkspaceId workspace) => $"{row.EnterpriseId ?? "none"}-{row.TeamId ?? "none"}" == $"{workspace.EnterpriseId ?? "none"}-{workspace.TeamId ?? "none"}";
}

[RejectedBy<Suite>(nameof(Suite.Other_ids_are_kept_as_they_are))]
internal sealed class TrimsOtherIds(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row RowOf(Installation installation) => base.RowOf(installation with { AppId = installation.AppId?.Trim() });
}

[RejectedBy<Suite>(nameof(Suite.An_id_that_cannot_be_saved_is_refused_by_its_fields_name_with_nothing_written))]
internal sealed class SavesIdsOfAnyLength(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void Validate(Installation installation)
    {
        if (installation.UserId.Length <= StoreArguments.MaxIdLength)
        {
            base.Validate(installation);
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.Bad_arguments_are_ArgumentExceptions))]
internal sealed class SavesJsonOfAnyDepth(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void Validate(Installation installation) =>
        base.Validate(installation.CustomValues is { ValueKind: JsonValueKind.Object } ? installation with { CustomValues = null } : installation);
}

[RejectedBy<Suite>(nameof(Suite.An_id_that_cannot_be_saved_is_refused_by_its_fields_name_with_nothing_written))]
internal sealed class SavesControlCharacters(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void Validate(Bot bot) => base.Validate(bot with { AppId = null });
}

[RejectedBy<Suite>(nameof(Suite.An_id_that_cannot_be_saved_is_refused_by_its_fields_name_with_nothing_written))]
internal sealed class RefusesIdsWithoutNamingTheField(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void Validate(Installation installation)
    {
        try
        {
            base.Validate(installation);
        }
        catch (ArgumentException)
        {
            throw new ArgumentException("The value is invalid.");
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.An_id_that_cannot_be_saved_is_refused_by_its_fields_name_with_nothing_written))]
internal sealed class WritesBeforeItRefuses(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        if (installation.ToBot() is { } bot)
        {
            await SaveBotAsync(bot, cancellationToken);
        }

        await base.SaveAsync(installation, cancellationToken);
    }
}

[RejectedBy<Suite>(nameof(Suite.Finding_by_an_id_that_cannot_have_been_saved_finds_nothing))]
internal sealed class TakesAnEmptyUserForAny(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        base.FindInstallationAsync(workspace, string.IsNullOrEmpty(userId) ? null : userId, cancellationToken);
}

[RejectedBy<Suite>(nameof(Suite.Finding_by_an_id_that_cannot_have_been_saved_finds_nothing))]
internal sealed class ThrowsForIdsThatCannotBeSaved(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        StoreArguments.CanBeStored(workspace, userId) ? base.FindInstallationAsync(workspace, userId, cancellationToken) : throw new ArgumentException("The id is too long.", nameof(userId));
}

[RejectedBy<Suite>(nameof(Suite.Deleting_by_an_id_that_cannot_have_been_saved_deletes_nothing))]
internal sealed class DeletesAllForAnEmptyUser(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        base.DeleteInstallationAsync(workspace, string.IsNullOrEmpty(userId) ? null : userId, cancellationToken);
}

[RejectedBy<Suite>(nameof(Suite.Deleting_by_an_id_that_cannot_have_been_saved_deletes_nothing))]
internal sealed class EndsIdsAtAControlCharacter(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsUserDeletedWith(Row row, string userId) => base.IsUserDeletedWith(row, userId.Split('\0')[0]);
}

[RejectedBy<Suite>(nameof(Suite.Bad_arguments_are_ArgumentExceptions))]
internal sealed class FailsOnNullWithoutSayingSo(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        workspace.TeamId == "never" ? default : base.FindBotAsync(workspace, cancellationToken);
}

[RejectedBy<Suite>(nameof(Suite.Bad_arguments_are_ArgumentExceptions))]
internal sealed class SavesABotWithoutAToken(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override void Validate(Bot bot)
    {
        if (bot is null || bot.BotToken.Length > 0)
        {
            base.Validate(bot!);
        }
    }
}
