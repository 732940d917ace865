using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class StateStoreConformanceTests<TFixture>
{
    [Fact, Contract(22)]
    public virtual async Task A_call_that_was_cancelled_before_it_began_does_nothing()
    {
        var state = await IssueAsync();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.IssueAsync(null, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.ConsumeAsync(state, OAuthStatePurpose.Install, cancelled));
        Assert.NotNull(await ConsumeAsync(state));
    }

    [Fact, Contract(17, 22)]
    public virtual async Task A_state_whose_consumer_was_cancelled_midway_gives_its_data_once_at_most()
    {
        for (var i = 0; i < 32; i++)
        {
            var state = await IssueAsync();
            OAuthStateData? answer = null;
            try
            {
                answer = await Concurrently.RunCancelledAsync(i, cancellation => Store.ConsumeAsync(state, OAuthStatePurpose.Install, cancellation));
                Assert.NotNull(answer);
            }
            catch (OperationCanceledException)
            {
                // Then it may have been consumed, or may still be.
            }

            var again = await ConsumeAsync(state);
            Assert.False(answer is not null && again is not null, "A state was consumed twice.");
            Assert.Null(await ConsumeAsync(state));
        }
    }

    [Fact, Contract(22)]
    public virtual async Task A_call_that_waits_for_the_engine_can_be_cancelled()
    {
        Requires(StoreCapabilities.Pause);
        var state = await IssueAsync();
        await Fixture.PauseAsync(Scope);
        try
        {
            await Task.WhenAll(
                Waiting.AssertCancelledAsync(nameof(IOAuthStateStore.IssueAsync), Fixture.CancellationPatience, async cancellation => await Store.IssueAsync(null, cancellation)),
                Waiting.AssertCancelledAsync(
                    nameof(IOAuthStateStore.ConsumeAsync), Fixture.CancellationPatience, async cancellation => await Store.ConsumeAsync(state, OAuthStatePurpose.Install, cancellation)));
        }
        finally
        {
            await Fixture.ResumeAsync(Scope);
        }

        Assert.NotNull(await ConsumeAsync(await IssueAsync()));
    }

    [Fact, Contract(17, 22)]
    public virtual async Task A_consumer_whose_answer_was_lost_gets_its_data_or_the_exception_and_is_never_told_that_the_state_is_unknown()
    {
        Requires(StoreCapabilities.LostAnswers);
        for (var i = 0; i < 8; i++)
        {
            var data = new OAuthStateData { TeamId = $"T{i}" };
            var state = await IssueAsync(data);
            OAuthStateData? answer = null;
            await Fixture.LoseAnswerAsync(Scope);
            try
            {
                answer = await ConsumeAsync(state);
                Assert.True(answer is not null, "The engine gave the state, its answer was lost, and a repeated call said that there is no such state. Consume with a claim by which a repeat is known, or repeat no consume.");
                Same.AssertEqual(data, answer, "the state's data");
            }
            catch (SlackOAuthStoreException exception)
            {
                Assert.True(exception.IsTransient, "An answer that was lost is nothing that lasts: IsTransient has to be true.");
            }

            Assert.False(answer is not null && await ConsumeAsync(state) is not null, "A state was consumed twice.");
        }
    }

    [Fact, Contract(23)]
    public virtual async Task An_engine_that_fails_gives_the_one_exception_type_and_works_when_it_is_back()
    {
        Requires(StoreCapabilities.Failure);
        var state = await IssueAsync();
        await Fixture.BreakAsync(Scope);
        try
        {
            var data = new OAuthStateData { NonceHash = "nonce-secret", AppData = Sample.Json("""{"a":"secret"}""") };
            await Task.WhenAll(
                Failure.AssertFailsAsync(nameof(IOAuthStateStore.IssueAsync), Fixture.CanRetryHelp, async () => await IssueAsync(data), "secret"),
                Failure.AssertFailsAsync(nameof(IOAuthStateStore.ConsumeAsync), Fixture.CanRetryHelp, async () => await ConsumeAsync(state), state));
        }
        finally
        {
            await Fixture.RepairAsync(Scope);
        }

        Assert.NotNull(await ConsumeAsync(await IssueAsync()));
        Assert.NotNull(await ConsumeAsync(state));
    }

    [Fact, Contract(24)]
    public virtual async Task An_issue_is_one_round_trip_and_a_consume_is_one()
    {
        Requires(StoreCapabilities.RoundTrips);

        // The first calls may connect and prepare the engine.
        await ConsumeAsync(await IssueAsync());
        for (var i = 0; i < 20; i++)
        {
            await IssueAsync();
        }

        var before = await Fixture.CountRoundTripsAsync(Scope);
        var state = await IssueAsync();
        Assert.Equal(1, await Fixture.CountRoundTripsAsync(Scope) - before);
        Assert.NotNull(await ConsumeAsync(state));
        Assert.Equal(2, await Fixture.CountRoundTripsAsync(Scope) - before);
    }
}
