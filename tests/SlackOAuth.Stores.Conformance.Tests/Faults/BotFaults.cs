using SlackOAuth.Stores.Conformance.Tests.Table;
using Suite = SlackOAuth.Stores.Conformance.Tests.Suites.Installations;

namespace SlackOAuth.Stores.Conformance.Tests.Faults;

[RejectedBy<Suite>(nameof(Suite.After_a_bot_is_saved_every_installation_shows_it), nameof(Suite.After_the_bot_is_deleted_no_installation_shows_any))]
internal sealed class ShowsTheBotEachInstallationBrought(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row RowOf(Installation installation) => base.RowOf(installation) with { Json = StoreJson.Serialize(installation) };

    protected override Installation Shown(Installation stored, Bot? bot) => stored;
}

[RejectedBy<Suite>(nameof(Suite.After_the_bot_is_deleted_no_installation_shows_any))]
internal sealed class ShowsTheOldBotWhereThereIsNone(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row RowOf(Installation installation) => base.RowOf(installation) with { Json = StoreJson.Serialize(installation) };

    protected override Installation Shown(Installation stored, Bot? bot) => bot is null ? stored : stored.WithBot(bot);
}

[RejectedBy<Suite>(nameof(Suite.A_bot_saved_after_a_deletion_is_shown_again), nameof(Suite.What_was_deleted_can_be_saved_again_even_with_an_older_installed_at))]
internal sealed class RefusesWhatIsOlderThanADeletion(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    private readonly List<Row> _tombstones = [];

    protected override void Remove(Engine tables, Predicate<Row> isRemoved)
    {
        _tombstones.AddRange(tables.Rows.Where(row => isRemoved(row)));
        base.Remove(tables, isRemoved);
    }

    protected override void Put(Engine tables, Row saved)
    {
        if (!_tombstones.Any(row => IsSameRecord(row, saved) && row.InstalledAt > saved.InstalledAt))
        {
            base.Put(tables, saved);
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.A_refused_older_bot_is_shown_by_no_installation))]
internal sealed class ShowsTheBotWrittenLast(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    private Bot? _last;

    public override ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        _last = bot;
        return base.SaveBotAsync(bot, cancellationToken);
    }

    protected override Installation Shown(Installation stored, Bot? bot) => base.Shown(stored, _last ?? bot);
}

[RejectedBy<Suite>(nameof(Suite.An_installation_without_a_bot_token_leaves_the_bot_as_it_is))]
internal sealed class ErasesTheBotWithABotlessInstallation(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        await base.SaveAsync(installation, cancellationToken);
        if (installation.BotToken is null)
        {
            await DeleteBotAsync(StoreArguments.Validate(installation), cancellationToken);
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.Bot_fields_without_a_bot_token_are_no_bot))]
internal sealed class TakesABotIdForABot(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Bot? BotOf(Installation installation) => installation.BotId is null ? base.BotOf(installation) : (installation with { BotToken = installation.BotToken ?? "none" }).ToBot();
}

[RejectedBy<Suite>(nameof(Suite.A_bot_saved_alone_is_no_installation))]
internal sealed class MakesAnInstallationOfABot(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        await base.SaveBotAsync(bot, cancellationToken);
        await SaveAsync(
            new Installation { EnterpriseId = bot.EnterpriseId, TeamId = bot.TeamId, IsEnterpriseInstall = bot.IsEnterpriseInstall, UserId = bot.BotUserId ?? "U", InstalledAt = bot.InstalledAt },
            cancellationToken);
    }
}

[RejectedBy<Suite>(nameof(Suite.The_bots_of_a_workspace_and_of_its_organization_are_two))]
internal sealed class KeysBotsByTheEnterprise(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsWorkspace(Row row, WorkspaceId workspace) =>
        base.IsWorkspace(row, workspace) || (row.Kind == RowKind.Bot && row.EnterpriseId is not null && row.EnterpriseId == workspace.EnterpriseId);
}

[RejectedBy<Suite>(nameof(Suite.With_history_off_a_replaced_token_is_stored_no_longer))]
[RejectedBy<Suites.History>(nameof(Suites.History.History_is_off_by_default_and_lists_the_current_records_alone))]
internal sealed class KeepsHistoryThatIsOff(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override bool IsReplaced(Row stored, Row saved) => stored.InstalledAt == saved.InstalledAt;

    protected override void Trim(Engine tables, Row saved)
    {
        if (Scope.Options.HistoryEnabled)
        {
            base.Trim(tables, saved);
        }
    }
}
