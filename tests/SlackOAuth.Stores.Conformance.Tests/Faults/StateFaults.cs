using System.Text;
using SlackOAuth.Stores.Conformance.Tests.Table;
using Purging = SlackOAuth.Stores.Conformance.Tests.Suites.Purging;
using Suite = SlackOAuth.Stores.Conformance.Tests.Suites.States;

namespace SlackOAuth.Stores.Conformance.Tests.Faults;

/// <summary>A store that makes and hashes states in a way of its own, of any form.</summary>
internal abstract class OwnStates(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected abstract override string CreateState();

    protected override string? KeyOf(string? state, OAuthStatePurpose purpose) =>
        state is null ? null : Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes($"{state} {purpose} {Scope.Options.ClientId}")));
}

[RejectedBy<Suite>(nameof(Suite.A_state_is_43_to_64_characters_that_need_no_escaping))]
internal sealed class IssuesStatesThatNeedEscaping(Engine engine, StoreScope scope) : OwnStates(engine, scope)
{
    protected override string CreateState() => Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
}

[RejectedBy<Suite>(nameof(Suite.A_state_is_43_to_64_characters_that_need_no_escaping))]
internal sealed class IssuesShortStates(Engine engine, StoreScope scope) : OwnStates(engine, scope)
{
    protected override string CreateState() => Guid.NewGuid().ToString("N");
}

[RejectedBy<Suite>(nameof(Suite.No_two_issues_give_the_same_state))]
internal sealed class IssuesOneStateASecond(Engine engine, StoreScope scope) : OwnStates(engine, scope)
{
    protected override string CreateState() =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes($"{Scope.Options.ClientId} {Now.ToUnixTimeSeconds()}")));
}

[RejectedBy<Suite>(nameof(Suite.No_two_issues_give_the_same_state))]
internal sealed class IssuesGuessableStates(Engine engine, StoreScope scope) : OwnStates(engine, scope)
{
    protected override string CreateState() => $"{Now.Ticks:x16}{Scope.Name}{System.Security.Cryptography.RandomNumberGenerator.GetHexString(16, lowercase: true)}";
}

[RejectedBy<Suite>(nameof(Suite.A_state_is_consumed_once))]
internal sealed class NeverForgetsAState(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override StateRow? Take(Engine tables, string key) => tables.States.GetValueOrDefault(key);
}

[RejectedBy<Suite>(
    nameof(Suite.Of_64_concurrent_consumers_one_gets_the_data), nameof(Suite.Of_many_states_consumed_at_once_each_gives_its_own_data_once),
    nameof(Suite.Random_concurrent_calls_are_answered_as_in_some_order_of_them), nameof(Suite.An_issue_is_one_round_trip_and_a_consume_is_one))]
internal sealed class SelectsAndThenDeletes(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    public override async ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (KeyOf(state, purpose) is not { } key || await CallAsync(nameof(ConsumeAsync), tables => tables.States.GetValueOrDefault(key), cancellationToken) is not { } row)
        {
            return null;
        }

        await CallAsync(nameof(ConsumeAsync), tables => tables.States.Remove(key), cancellationToken);
        return IsValid(row, Now) ? Read(row, purpose) : null;
    }
}

[RejectedBy<Suite>(nameof(Suite.A_second_instance_consumes_what_the_first_issued), nameof(Suite.A_state_outlives_the_instance_that_issued_it))]
internal sealed class KeepsStatesInTheProcess(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    private readonly HashSet<string> _mine = [];

    public override async ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default)
    {
        var state = await base.IssueAsync(data, cancellationToken);
        lock (_mine)
        {
            _mine.Add(state);
        }

        return state;
    }

    public override async ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default)
    {
        var found = await base.ConsumeAsync(state, purpose, cancellationToken);
        lock (_mine)
        {
            return found is not null && _mine.Remove(state!) ? found : null;
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.What_is_stored_does_not_hold_the_state))]
internal sealed class StoresTheStateItself(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override string? KeyOf(string? state, OAuthStatePurpose purpose) => base.KeyOf(state, purpose) is null ? null : $"{Scope.Options.ClientId} {purpose} {state}";
}

[RejectedBy<Suite>(nameof(Suite.A_state_is_valid_to_the_last_tick_of_its_lifetime), nameof(Suite.Random_sequences_of_calls_are_answered_as_by_the_reference))]
internal sealed class ExpiresInWholeSeconds(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override bool IsValid(StateRow row, DateTimeOffset now) => now.ToUnixTimeSeconds() < row.ExpiresAt.ToUnixTimeSeconds();
}

[RejectedBy<Suite>(nameof(Suite.A_state_is_unknown_at_the_instant_its_lifetime_has_passed), nameof(Suite.Random_sequences_of_calls_are_answered_as_by_the_reference))]
[RejectedBy<Purging>(nameof(Purging.Purging_removes_what_has_expired_and_says_how_many))]
internal sealed class ExpiresAnInstantLate(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override bool IsValid(StateRow row, DateTimeOffset now) => now <= row.ExpiresAt;
}

[RejectedBy<Suite>(nameof(Suite.A_state_is_unknown_long_after_its_lifetime), nameof(Suite.A_state_is_unknown_at_the_instant_its_lifetime_has_passed))]
internal sealed class JudgesExpiryByTheSystemsClock(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override DateTimeOffset Now => TimeProvider.System.GetUtcNow();
}

[RejectedBy<Suite>(nameof(Suite.The_lifetime_is_that_of_the_options))]
internal sealed class HasALifetimeOfItsOwn(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override TimeSpan Lifetime => TimeSpan.FromSeconds(600);
}

[RejectedBy<Suite>(nameof(Suite.Each_state_has_its_own_lifetime))]
internal sealed class SweepsAllWhereOneHasExpired(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override int Sweep(Engine tables, DateTimeOffset now)
    {
        var removed = base.Sweep(tables, now);
        if (removed > 0)
        {
            tables.States.Clear();
        }

        return removed;
    }
}

[RejectedBy<Suite>(nameof(Suite.Expired_states_do_not_pile_up))]
[RejectedBy<Purging>(nameof(Purging.Purging_removes_what_has_expired_and_says_how_many), nameof(Purging.Purging_finds_what_expired_behind_a_state_of_a_longer_lifetime))]
internal sealed class NeverSweeps(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override int Sweep(Engine tables, DateTimeOffset now) => 0;
}

[RejectedBy<Suite>(nameof(Suite.Consumed_states_do_not_pile_up))]
[RejectedBy<Purging>(nameof(Purging.Purging_counts_no_state_that_was_consumed))]
internal sealed class MarksStatesAsUsed(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    private static readonly byte[] Used = "{}"u8.ToArray();

    protected override StateRow? Take(Engine tables, string key)
    {
        if (!tables.States.TryGetValue(key, out var row) || row.Json == Used)
        {
            return null;
        }

        tables.States[key] = row with { Json = Used };
        return row;
    }
}

[RejectedBy<Suite>(nameof(Suite.A_hostile_or_malformed_state_gives_null_and_consumes_no_other))]
internal sealed class ComparesStatesWithoutCase(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override string CreateState() => base.CreateState().ToLowerInvariant();

    protected override string? KeyOf(string? state, OAuthStatePurpose purpose) => base.KeyOf(state?.ToLowerInvariant(), purpose);
}

[RejectedBy<Suite>(nameof(Suite.A_hostile_or_malformed_state_gives_null_and_consumes_no_other))]
internal sealed class UsesStatesAsFileNames(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override string? KeyOf(string? state, OAuthStatePurpose purpose) =>
        state?.AsSpan().ContainsAny('/', '\0') == true ? throw new IOException($"No such file or directory: {state}") : base.KeyOf(state, purpose);
}

[RejectedBy<Suite>(nameof(Suite.A_hostile_or_malformed_state_gives_null_and_consumes_no_other))]
internal sealed class TrimsStates(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override string? KeyOf(string? state, OAuthStatePurpose purpose) => base.KeyOf(state?.Trim(), purpose);
}

[RejectedBy<Suite>(nameof(Suite.An_unknown_state_of_the_right_form_gives_null))]
internal sealed class ThrowsForAnUnknownState(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override StateRow? Take(Engine tables, string key) => base.Take(tables, key) ?? throw new KeyNotFoundException("Unknown state.");
}

[RejectedBy<Suite>(nameof(Suite.A_hostile_or_unknown_state_leaves_no_trace))]
internal sealed class RemembersWhatItRejected(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override StateRow? Take(Engine tables, string key)
    {
        var row = base.Take(tables, key);
        if (row is null)
        {
            tables.States["rejected " + key] = new StateRow(Scope.Options.ClientId, Now + Lifetime, []);
        }

        return row;
    }
}

[RejectedBy<Suite>(nameof(Suite.A_state_carries_all_that_was_put_in), nameof(Suite.Each_field_of_a_states_data_is_carried_on_its_own))]
internal sealed class DropsTheRedirectUri(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override byte[] Write(StoredOAuthState state) => base.Write(state with { Data = state.Data with { RedirectUri = null } });
}

[RejectedBy<Suite>(nameof(Suite.Each_field_of_a_states_data_is_carried_on_its_own))]
internal sealed class RewritesTheRedirectUri(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override byte[] Write(StoredOAuthState state) =>
        base.Write(state with { Data = state.Data with { RedirectUri = state.Data.RedirectUri is { } uri ? new Uri(uri.AbsoluteUri) : null } });
}

[RejectedBy<Suite>(nameof(Suite.Without_data_a_state_is_for_an_installation))]
internal sealed class AnswersNullWhereThereIsNoData(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override OAuthStateData? Read(StateRow row, OAuthStatePurpose purpose) => base.Read(row, purpose) is { } data && data != new OAuthStateData() ? data : null;
}

[RejectedBy<Suite>(nameof(Suite.App_data_of_4_KB_is_carried))]
internal sealed class DropsLargeAppData(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override byte[] Write(StoredOAuthState state) => base.Write(state.Data.AppData?.GetRawText().Length > 2_048 ? state with { Data = state.Data with { AppData = null } } : state);
}

[RejectedBy<Suite>(nameof(Suite.App_data_that_a_decorator_made_longer_is_carried))]
internal sealed class MeasuresAppDataAgain(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    public override ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default) =>
        base.IssueAsync(data?.AppData is { } json ? data with { AppData = json } : data, cancellationToken);
}

[RejectedBy<Suite>(nameof(Suite.A_stored_state_with_unknown_fields_is_read))]
internal sealed class RefusesUnknownFieldsOfStates(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override OAuthStateData? Read(StateRow row, OAuthStatePurpose purpose) =>
        System.Text.Json.Nodes.JsonNode.Parse(row.Json)!.AsObject().Count > 8 ? null : base.Read(row, purpose);
}

[RejectedBy<Suite>(nameof(Suite.A_state_of_one_purpose_is_unknown_to_another_and_stays_valid))]
internal sealed class AcceptsStatesOfAnyPurpose(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override string? KeyOf(string? state, OAuthStatePurpose purpose) => base.KeyOf(state, OAuthStatePurpose.Install);
}

[RejectedBy<Suite>(nameof(Suite.A_state_of_one_purpose_is_unknown_to_another_and_stays_valid))]
internal sealed class BurnsStatesOfAnotherPurpose(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override string? KeyOf(string? state, OAuthStatePurpose purpose) => base.KeyOf(state, OAuthStatePurpose.Install);

    protected override OAuthStateData? Read(StateRow row, OAuthStatePurpose purpose) => base.Read(row, purpose) is { } data && data.Purpose == purpose ? data : null;
}

[RejectedBy<Suite>(nameof(Suite.A_state_of_one_client_id_is_unknown_to_another_and_stays_valid))]
internal sealed class AcceptsStatesOfAnyClientId(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override string? KeyOf(string? state, OAuthStatePurpose purpose) => OAuthState.ComputeKey(state, "any", purpose);
}

[RejectedBy<Suite>(nameof(Suite.A_call_that_was_cancelled_before_it_began_does_nothing))]
[RejectedBy<Purging>(nameof(Purging.Purging_can_be_cancelled))]
[RejectedBy<Suites.StatePreparation>(nameof(Suites.StatePreparation.Preparing_can_be_cancelled))]
internal sealed class IgnoresCancellationOfStates(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    public override ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default) =>
        base.ConsumeAsync(state, purpose, CancellationToken.None);

    protected override ValueTask<T> CallAsync<T>(string operation, Func<Engine, T> statement, CancellationToken cancellation) => base.CallAsync(operation, statement, CancellationToken.None);
}

[RejectedBy<Suite>(nameof(Suite.A_state_whose_consumer_was_cancelled_midway_gives_its_data_once_at_most))]
internal sealed class DeletesOnceItHasAnswered(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    private readonly List<string> _read = [];

    // The delete rides on the next call but one.
    protected override StateRow? Take(Engine tables, string key)
    {
        var row = tables.States.GetValueOrDefault(key);
        if (_read.Contains(key))
        {
            tables.States.Remove(key);
        }

        _read.Add(key);
        return row;
    }
}

[RejectedBy<Suite>(nameof(Suite.An_engine_that_fails_gives_the_one_exception_type_and_works_when_it_is_back))]
[RejectedBy<Suites.StatePreparation>(nameof(Suites.StatePreparation.Preparing_an_engine_that_fails_gives_the_one_exception_type_and_works_when_it_is_back))]
internal sealed class LetsTheDriversExceptionOutOfStates(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override ValueTask<T> CallAsync<T>(string operation, Func<Engine, T> statement, CancellationToken cancellation) => Engine.CallAsync(statement, cancellation);
}

[RejectedBy<Suite>(nameof(Suite.An_engine_that_fails_gives_the_one_exception_type_and_works_when_it_is_back))]
internal sealed class AnswersNullWhereTheEngineFails(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    public override async ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.ConsumeAsync(state, purpose, cancellationToken);
        }
        catch (SlackOAuthStoreException)
        {
            return null;
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.The_declared_capabilities_are_those_of_the_store_and_have_their_suites_derived))]
internal sealed class HidesThatItPurges(Engine engine, StoreScope scope) : IOAuthStateStore
{
    private readonly TableStateStore _inner = new(engine, scope);

    public ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default) => _inner.IssueAsync(data, cancellationToken);

    public ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default) =>
        _inner.ConsumeAsync(state, purpose, cancellationToken);
}

[RejectedBy<Purging>(nameof(Purging.Purging_leaves_what_is_valid_to_the_last_tick))]
internal sealed class PurgesATickTooEarly(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    public override ValueTask<int> PurgeExpiredAsync(CancellationToken cancellationToken = default) =>
        CallAsync(nameof(PurgeExpiredAsync), tables => Sweep(tables, Now.AddTicks(1)), cancellationToken);
}

[RejectedBy<Purging>(nameof(Purging.Purging_leaves_the_states_of_other_client_ids))]
internal sealed class PurgesUnderAllClientIds(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override int Sweep(Engine tables, DateTimeOffset now) =>
        tables.States.Where(entry => !IsValid(entry.Value, now)).Select(entry => entry.Key).ToArray().Count(key => tables.States.Remove(key));
}

[RejectedBy<Purging>(nameof(Purging.Purging_finds_what_expired_behind_a_state_of_a_longer_lifetime))]
internal sealed class StopsPurgingAtTheFirstValidState(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override int Sweep(Engine tables, DateTimeOffset now) =>
        tables.States.Where(entry => entry.Value.ClientId == Scope.Options.ClientId).TakeWhile(entry => !IsValid(entry.Value, now)).Select(entry => entry.Key).ToArray()
            .Count(key => tables.States.Remove(key));
}

[RejectedBy<Purging>(nameof(Purging.Purging_at_once_from_all_sides_removes_each_state_once_and_no_valid_one))]
internal sealed class PurgesByRewritingWhatIsValid(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    public override async ValueTask<int> PurgeExpiredAsync(CancellationToken cancellationToken = default)
    {
        var all = await CallAsync(nameof(PurgeExpiredAsync), tables => tables.States.ToArray(), cancellationToken);
        var valid = all.Where(entry => IsValid(entry.Value, Now)).ToArray();
        await CallAsync<object?>(
            nameof(PurgeExpiredAsync),
            tables =>
            {
                tables.States.Clear();
                foreach (var (key, row) in valid)
                {
                    tables.States[key] = row;
                }

                return null;
            },
            cancellationToken);
        return all.Length - valid.Length;
    }
}

[RejectedBy<Suites.StatePreparation>(nameof(Suites.StatePreparation.A_prepared_store_works_and_preparing_it_again_keeps_what_it_holds))]
internal sealed class PreparesByDroppingStates(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    public override async ValueTask PrepareAsync(CancellationToken cancellationToken = default) => await CallAsync(
        nameof(PrepareAsync),
        tables =>
        {
            tables.States.Clear();
            return true;
        },
        cancellationToken);
}

[RejectedBy<Suites.StatePreparation>(nameof(Suites.StatePreparation.Twenty_instances_can_prepare_and_be_used_at_once))]
internal sealed class PreparesStatesBesideAnother(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    public override async ValueTask PrepareAsync(CancellationToken cancellationToken = default)
    {
        if (await CallAsync(nameof(PrepareAsync), tables => tables.Rows.Count > 0, cancellationToken))
        {
            return;
        }

        // CREATE TABLE without IF NOT EXISTS.
        await CallAsync(
            nameof(PrepareAsync),
            tables =>
            {
                tables.Rows.Add(new Row(RowKind.Bot, "", null, null, null, default, []));
                return tables.Rows.Count == 1 ? true : throw new InvalidOperationException("The table is there already.");
            },
            cancellationToken);
    }
}

[RejectedBy<Suites.StatePreparation>(nameof(Suites.StatePreparation.The_script_can_be_printed_and_is_the_same_each_time))]
internal sealed class PrintsAnotherScriptEachTime(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    private int _printed;

    public override string PreparationScript => $"-- number {++_printed}";
}

[RejectedBy<Suite>(nameof(Suite.A_consumer_whose_answer_was_lost_gets_its_data_or_the_exception_and_is_never_told_that_the_state_is_unknown))]
internal sealed class RepeatsAConsumeThatTookTheState(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    protected override async ValueTask<T> CallAsync<T>(string operation, Func<Engine, T> statement, CancellationToken cancellation)
    {
        try
        {
            return await base.CallAsync(operation, statement, cancellation);
        }
        catch (SlackOAuthStoreException)
        {
            return await base.CallAsync(operation, statement, cancellation);
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.A_consumer_whose_answer_was_lost_gets_its_data_or_the_exception_and_is_never_told_that_the_state_is_unknown))]
internal sealed class TakesALostAnswerForNone(Engine engine, StoreScope scope) : TableStateStore(engine, scope)
{
    public override async ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.ConsumeAsync(state, purpose, cancellationToken);
        }
        catch (SlackOAuthStoreException exception) when (exception.InnerException!.Message.Contains("ended", StringComparison.Ordinal))
        {
            return null;
        }
    }
}
