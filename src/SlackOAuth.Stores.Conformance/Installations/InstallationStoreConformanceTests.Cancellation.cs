using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class InstallationStoreConformanceTests<TFixture>
{
    [Fact, Contract(22)]
    public virtual async Task A_call_that_was_cancelled_before_it_began_does_nothing()
    {
        var saved = Sample.Installation("U1", 1, "kept");
        await SaveAsync(saved);
        var cancelled = new CancellationToken(canceled: true);
        await AssertCancelledAsync(() => Store.SaveAsync(Sample.Installation("U1", 2, "cancelled"), cancelled));
        await AssertCancelledAsync(() => Store.SaveAsync(Sample.Installation("U2", 2, "cancelled"), cancelled));
        await AssertCancelledAsync(() => Store.SaveBotAsync(Sample.Bot(2, "cancelled"), cancelled));
        await AssertCancelledAsync(async () => await Store.FindBotAsync(T1, cancelled));
        await AssertCancelledAsync(async () => await Store.FindInstallationAsync(T1, null, cancelled));
        await AssertCancelledAsync(async () => await Store.FindInstallationAsync(T1, "U1", cancelled));
        await AssertCancelledAsync(() => Store.DeleteBotAsync(T1, cancelled));
        await AssertCancelledAsync(() => Store.DeleteInstallationAsync(T1, "U1", cancelled));
        await AssertCancelledAsync(() => Store.DeleteInstallationAsync(T1, null, cancelled));
        await AssertCancelledAsync(() => Store.DeleteAllAsync(T1, cancelled));
        await AssertFoundAsync(saved, T1, "U1");
        await AssertFoundAsync(saved, T1, null);
        await AssertBotFoundAsync(saved.ToBot()!, T1);
        Assert.Null(await FindAsync(T1, "U2"));
    }

    [Fact, Contract(22)]
    public virtual async Task A_call_that_waits_for_the_engine_can_be_cancelled()
    {
        Requires(StoreCapabilities.Pause);
        await SaveAsync(Sample.Installation("U1", 1, "stored"));
        (string Operation, Func<CancellationToken, Task> CallAsync)[] calls =
        [
            (nameof(IInstallationStore.SaveAsync), async cancellation => await Store.SaveAsync(Sample.Installation("U1", 2, "cancelled"), cancellation)),
            (nameof(IInstallationStore.SaveBotAsync), async cancellation => await Store.SaveBotAsync(Sample.Bot(2, "cancelled"), cancellation)),
            (nameof(IInstallationStore.FindBotAsync), async cancellation => await Store.FindBotAsync(T1, cancellation)),
            (nameof(IInstallationStore.FindInstallationAsync), async cancellation => await Store.FindInstallationAsync(T1, "U1", cancellation)),
            (nameof(IInstallationStore.DeleteInstallationAsync), async cancellation => await Store.DeleteInstallationAsync(T1, "U1", cancellation)),
            (nameof(IInstallationStore.DeleteAllAsync), async cancellation => await Store.DeleteAllAsync(T1, cancellation)),
        ];
        await Fixture.PauseAsync(Scope);
        try
        {
            // At once: a store may have to wait for a while until what it has sent is settled.
            await Task.WhenAll(calls.Select(call => Waiting.AssertCancelledAsync(call.Operation, Fixture.CancellationPatience, call.CallAsync)));
        }
        finally
        {
            await Fixture.ResumeAsync(Scope);
        }

        // Elsewhere, so that what the engine still does of the cancelled calls changes nothing.
        var next = Sample.Installation(WorkspaceId.ForTeam("T2"), "U1", 3, "next");
        await SaveAsync(next);
        await AssertFoundAsync(next, WorkspaceId.ForTeam("T2"), "U1");
    }

    [Fact, Contract(7, 22)]
    public virtual async Task A_save_that_is_cancelled_midway_has_happened_whole_or_not_at_all()
    {
        var stored = Sample.Installation("U1", 0, "t0");
        await SaveAsync(stored);
        for (var i = 1; i <= 48; i++)
        {
            var saved = Sample.Installation("U1", i, "t" + i);
            if (!await RunCancelledAsync(i, cancellation => Store.SaveAsync(saved, cancellation)))
            {
                await AssertFoundAsync(saved, T1, "U1", "a save that was acknowledged");
                stored = saved;
                continue;
            }

            var found = await FindAsync(T1, "U1");
            stored = found?.UserToken == saved.UserToken ? saved : stored;
            Same.AssertEqual(stored, found, "the installation after a cancelled save");
            await AssertBotFoundAsync(stored.ToBot()!, T1, "the bot after a cancelled save");
            await AssertFoundAsync(stored, T1, null, "the latest installation after a cancelled save");
        }
    }

    [Fact, Contract(22)]
    public virtual async Task A_delete_that_is_cancelled_midway_leaves_the_store_in_order()
    {
        for (var i = 1; i <= 24; i++)
        {
            var saved = Sample.Installation("U1", i, "t" + i);
            await SaveAsync(saved);
            var cancelled = await RunCancelledAsync(i, cancellation => i % 2 == 0 ? Store.DeleteAllAsync(T1, cancellation) : Store.DeleteInstallationAsync(T1, "U1", cancellation));
            var found = await FindAsync(T1, "U1");
            if (!cancelled)
            {
                Assert.Null(found);
            }

            if (found is not null)
            {
                Same.AssertEqual(saved.WithBot(await FindBotAsync(T1)), found, "the installation after a cancelled delete");
            }

            await DeleteAllAsync(T1);
            await AssertEmptyAsync(T1, "U1");
        }
    }

    [Fact, Contract(7, 22)]
    public virtual async Task A_save_whose_answer_was_lost_has_happened_whole_or_not_at_all_and_is_acknowledged_only_if_it_has()
    {
        Requires(StoreCapabilities.LostAnswers);
        var stored = Sample.Installation("U1", 0, "t0");
        await SaveAsync(stored);
        for (var i = 1; i <= 8; i++)
        {
            var saved = Sample.Installation("U1", i, "t" + i);
            await Fixture.LoseAnswerAsync(Scope);
            try
            {
                await SaveAsync(saved);
                stored = saved;
            }
            catch (SlackOAuthStoreException exception)
            {
                Assert.True(exception.IsTransient, "An answer that was lost is nothing that lasts: IsTransient has to be true.");
                stored = (await FindAsync(T1, "U1"))?.UserToken == saved.UserToken ? saved : stored;
            }

            await AssertFoundAsync(stored, T1, "U1", "the installation after a lost answer");
            await AssertBotFoundAsync(stored.ToBot()!, T1, "the bot after a lost answer");
        }
    }

    private static async Task AssertCancelledAsync(Func<ValueTask> callAsync) => await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await callAsync());

    /// <summary>Makes a call that is cancelled at some moment of it.</summary>
    /// <returns>Whether it was cancelled rather than acknowledged.</returns>
    private static async Task<bool> RunCancelledAsync(int attempt, Func<CancellationToken, ValueTask> callAsync)
    {
        try
        {
            return await Concurrently.RunCancelledAsync(attempt, async cancellation =>
            {
                await callAsync(cancellation);
                return false;
            });
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
