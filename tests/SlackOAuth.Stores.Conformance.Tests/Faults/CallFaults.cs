using SlackOAuth.Stores.Conformance.Tests.Table;
using Suite = SlackOAuth.Stores.Conformance.Tests.Suites.Installations;

namespace SlackOAuth.Stores.Conformance.Tests.Faults;

[RejectedBy<Suite>(nameof(Suite.A_call_that_was_cancelled_before_it_began_does_nothing))]
[RejectedBy<Suites.Listing>(nameof(Suites.Listing.A_listing_can_be_cancelled_before_and_midway_and_left))]
[RejectedBy<Suites.Apps>(nameof(Suites.Apps.A_listing_can_be_cancelled_before_and_midway_and_left))]
[RejectedBy<Suites.History>(nameof(Suites.History.Reading_a_history_can_be_cancelled), nameof(Suites.History.Trimming_can_be_cancelled))]
[RejectedBy<Suites.Leases>(nameof(Suites.Leases.A_call_about_a_lease_that_was_cancelled_before_it_began_does_nothing))]
[RejectedBy<Suites.InstallationPreparation>(nameof(Suites.InstallationPreparation.Preparing_can_be_cancelled))]
internal sealed class IgnoresCancellation(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override ValueTask<T> CallAsync<T>(string operation, Func<Engine, T> statement, CancellationToken cancellation) => base.CallAsync(operation, statement, CancellationToken.None);

    protected override IAsyncEnumerable<T> RowsAsync<T>(Func<Engine, IEnumerable<Row>> query, Func<Row, object> keyOf, Func<Engine, Row, T> read, CancellationToken cancellation) =>
        base.RowsAsync(query, keyOf, read, CancellationToken.None);
}

[RejectedBy<Suite>(nameof(Suite.A_call_that_was_cancelled_before_it_began_does_nothing))]
internal sealed class WrapsCancellation(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override async ValueTask<T> CallAsync<T>(string operation, Func<Engine, T> statement, CancellationToken cancellation)
    {
        try
        {
            return await base.CallAsync(operation, statement, cancellation);
        }
        catch (Exception exception)
        {
            throw new SlackOAuthStoreException("Table", operation, "the call failed", isTransient: true, null, exception);
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.A_delete_that_is_cancelled_midway_leaves_the_store_in_order))]
internal sealed class BlanksBeforeItDeletes(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        await ExecuteAsync(
            nameof(DeleteInstallationAsync),
            tables =>
            {
                for (var i = 0; i < tables.Rows.Count; i++)
                {
                    if (tables.Rows[i] is { Kind: RowKind.Installation } row && IsWorkspace(row, workspace))
                    {
                        tables.Rows[i] = row with { Json = StoreJson.Serialize(Read(row) with { UserToken = null }) };
                    }
                }
            },
            cancellationToken);
        await base.DeleteInstallationAsync(workspace, userId, cancellationToken);
    }
}

[RejectedBy<Suite>(nameof(Suite.An_engine_that_fails_gives_the_one_exception_type))]
[RejectedBy<Suites.History>(nameof(Suites.History.Trimming_an_engine_that_fails_gives_the_one_exception_type))]
[RejectedBy<Suites.Leases>(nameof(Suites.Leases.An_engine_that_fails_gives_the_one_exception_type_and_the_lease_is_there_when_it_is_back))]
[RejectedBy<Suites.InstallationPreparation>(nameof(Suites.InstallationPreparation.Preparing_an_engine_that_fails_gives_the_one_exception_type_and_works_when_it_is_back))]
internal sealed class LetsTheDriversExceptionOut(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override ValueTask<T> CallAsync<T>(string operation, Func<Engine, T> statement, CancellationToken cancellation) => Engine.CallAsync(statement, cancellation);
}

[RejectedBy<Suite>(nameof(Suite.An_engine_that_fails_gives_the_one_exception_type))]
internal sealed class ShowsTheTokenThatItCouldNotSave(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        try
        {
            await base.SaveAsync(installation, cancellationToken);
        }
        catch (SlackOAuthStoreException exception)
        {
            throw new SlackOAuthStoreException("Table", nameof(SaveAsync), $"the statement INSERT … VALUES ('{installation.UserToken}') failed", true, null, exception.InnerException);
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.An_engine_that_fails_gives_the_one_exception_type))]
internal sealed class LosesTheCause(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override async ValueTask<T> CallAsync<T>(string operation, Func<Engine, T> statement, CancellationToken cancellation)
    {
        try
        {
            return await base.CallAsync(operation, statement, cancellation);
        }
        catch (SlackOAuthStoreException)
        {
            throw new SlackOAuthStoreException("Table", operation, "something went wrong", isTransient: false);
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.An_engine_that_fails_gives_the_one_exception_type))]
internal sealed class SaysThatNoRetryCanHelp(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override async ValueTask<T> CallAsync<T>(string operation, Func<Engine, T> statement, CancellationToken cancellation)
    {
        try
        {
            return await base.CallAsync(operation, statement, cancellation);
        }
        catch (SlackOAuthStoreException exception)
        {
            throw new SlackOAuthStoreException("Table", operation, "the engine does not answer", isTransient: false, "Start it.", exception.InnerException);
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.A_call_that_waits_for_the_engine_can_be_cancelled))]
[RejectedBy<Suites.History>(nameof(Suites.History.Trimming_that_waits_for_the_engine_can_be_cancelled))]
internal sealed class LooksAtItsTokenBeforeTheCallAlone(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override ValueTask<T> CallAsync<T>(string operation, Func<Engine, T> statement, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return base.CallAsync(operation, statement, CancellationToken.None);
    }
}

[RejectedBy<Suites.States>(nameof(Suites.States.A_call_that_waits_for_the_engine_can_be_cancelled))]
internal sealed class LooksAtItsTokenBeforeAnIssueAlone(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override ValueTask<T> CallAsync<T>(string operation, Func<Engine, T> statement, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return base.CallAsync(operation, statement, CancellationToken.None);
    }
}

[RejectedBy<Suites.InstallationPreparation>(nameof(Suites.InstallationPreparation.The_script_prepares_the_engine_for_a_store_that_does_not))]
internal sealed class PreparesThoughItIsSwitchedOff(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        await PrepareAsync(cancellationToken);
        await base.SaveAsync(installation, cancellationToken);
    }
}

[RejectedBy<Suites.StatePreparation>(nameof(Suites.StatePreparation.The_script_prepares_the_engine_for_a_store_that_does_not))]
internal sealed class PrintsAScriptOfAnotherVersion(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    public override string PreparationScript => "ALTER TABLE states ADD COLUMN json;";
}

[RejectedBy<Suite>(nameof(Suite.When_the_engine_is_back_the_next_call_works))]
internal sealed class StaysBroken(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    private Exception? _broken;

    protected override async ValueTask<T> CallAsync<T>(string operation, Func<Engine, T> statement, CancellationToken cancellation)
    {
        try
        {
            return _broken is null ? await base.CallAsync(operation, statement, cancellation) : throw _broken;
        }
        catch (SlackOAuthStoreException exception)
        {
            _broken = exception;
            throw;
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.A_lookup_is_one_round_trip_and_a_save_is_one))]
internal sealed class AsksForTheBotInACallOfItsOwn(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        var found = await base.FindInstallationAsync(workspace, userId, cancellationToken);
        return found?.WithBot(await FindBotAsync(workspace, cancellationToken));
    }
}

[RejectedBy<Suite>(nameof(Suite.The_round_trips_of_a_call_do_not_grow_with_what_is_stored))]
internal sealed class ReadsTheHistoryToFindTheLatest(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
        await ListBotHistoryAsync(workspace, cancellationToken).FirstOrDefaultAsync(cancellationToken) is null ? null : await base.FindBotAsync(workspace, cancellationToken);
}

[RejectedBy<Suite>(nameof(Suite.The_declared_capabilities_are_those_of_the_store_and_have_their_suites_derived))]
internal sealed class HidesItsCapabilities(Engine engine, StoreScope scope) : IInstallationStore
{
    private readonly TableInstallationStore _inner = new(engine, scope);

    public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default) => _inner.SaveAsync(installation, cancellationToken);

    public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default) => _inner.SaveBotAsync(bot, cancellationToken);

    public ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => _inner.FindBotAsync(workspace, cancellationToken);

    public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        _inner.FindInstallationAsync(workspace, userId, cancellationToken);

    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => _inner.DeleteBotAsync(workspace, cancellationToken);

    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
        _inner.DeleteInstallationAsync(workspace, userId, cancellationToken);

    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => _inner.DeleteAllAsync(workspace, cancellationToken);
}

[RejectedBy<Suite>(nameof(Suite.A_save_whose_answer_was_lost_has_happened_whole_or_not_at_all_and_is_acknowledged_only_if_it_has))]
internal sealed class UndoesHalfOfASaveWhoseAnswerWasLost(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        try
        {
            await base.SaveAsync(installation, cancellationToken);
        }
        catch (SlackOAuthStoreException exception) when (exception.InnerException!.Message.Contains("ended", StringComparison.Ordinal))
        {
            await DeleteBotAsync(new WorkspaceId(installation.EnterpriseId, installation.TeamId, installation.IsEnterpriseInstall), cancellationToken);
            throw;
        }
    }
}
