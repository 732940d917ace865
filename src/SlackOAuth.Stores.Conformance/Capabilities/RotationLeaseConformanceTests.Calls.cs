using SlackOAuth.Stores.Conformance.Modelling;
using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class RotationLeaseConformanceTests<TFixture>
{
    private int _modelRuns;

    [Fact, Contract(23, 28)]
    public virtual async Task A_lease_of_nothing_or_of_more_than_a_day_is_refused()
    {
        await SaveAsync(1, "stored");
        foreach (var duration in new[] { TimeSpan.Zero, TimeSpan.FromTicks(-1), TimeSpan.MinValue, TimeSpan.FromDays(1) + TimeSpan.FromTicks(1), TimeSpan.MaxValue, Timeout.InfiniteTimeSpan })
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Leasing.TryAcquireLeaseAsync(T1, null, duration, Cancellation));
        }

        await AcquireAsync(Store, null);
    }

    [Fact, Contract(23, 30)]
    public virtual async Task A_save_under_the_lease_of_another_credential_is_an_argument_error()
    {
        await SaveAsync(1, "stored");
        var (bot, user) = (await AcquireAsync(Store, null), await AcquireAsync(Store, "U1"));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Leasing.TrySaveBotAsync(user, Sample.Bot(1, "wrong"), Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Leasing.TrySaveBotAsync(bot, Sample.Bot(WorkspaceId.ForTeam("T2"), 1, "wrong"), Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Leasing.TrySaveInstallationAsync(bot, Sample.WithoutBot("U1", 1, "wrong"), Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Leasing.TrySaveInstallationAsync(user, Sample.WithoutBot("U12", 1, "wrong"), Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Leasing.TrySaveInstallationAsync(user, Sample.WithoutBot(WorkspaceId.ForTeam("T1", "E1"), "U1", 1, "wrong"), Cancellation));
        await AssertStoredAsync(null, 1, "stored");
        await AssertStoredAsync("U1", 1, "stored");
        Assert.Null(await Store.FindInstallationAsync(T1, "U12", Cancellation));
    }

    [Fact, Contract(9, 23, 30)]
    public virtual async Task What_cannot_be_saved_cannot_be_saved_under_a_lease()
    {
        await SaveAsync(1, "stored");
        var (bot, user) = (await AcquireAsync(Store, null), await AcquireAsync(Store, "U1"));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Leasing.TrySaveBotAsync(bot, Sample.Bot(1, "wrong") with { BotToken = null! }, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Leasing.TrySaveBotAsync(bot, Sample.Bot(1, "wrong") with { BotId = "B\n" }, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Leasing.TrySaveInstallationAsync(user, Sample.WithoutBot("U1", 1, "wrong") with { AppId = "A\0" }, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Leasing.TrySaveInstallationAsync(user, Sample.WithoutBot("U1", 1, "wrong") with { CustomValues = Sample.Json("[]") }, Cancellation));
        await AssertStoredAsync(null, 1, "stored");
        await AssertStoredAsync("U1", 1, "stored");
    }

    [Theory, Contract(22)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task A_call_about_a_lease_that_was_cancelled_before_it_began_does_nothing(string? userId)
    {
        await SaveAsync(1, "stored");
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Leasing.TryAcquireLeaseAsync(T1, userId, Duration, cancelled));
        var lease = await AcquireAsync(Store, userId);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await (userId is null
            ? Leasing.TrySaveBotAsync(lease, Sample.Bot(1, "cancelled"), cancelled)
            : Leasing.TrySaveInstallationAsync(lease, Sample.WithoutBot(userId, 1, "cancelled"), cancelled)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Leasing.ReleaseLeaseAsync(lease, cancelled));
        Assert.Null(await TryAcquireAsync(Store, userId));
        await AssertStoredAsync(userId, 1, "stored");
    }

    [Theory, Contract(22, 28)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task A_call_about_a_lease_that_is_cancelled_midway_has_happened_whole_or_not_at_all(string? userId)
    {
        await SaveAsync(0, "0");
        var stored = "0";
        for (var i = 1; i <= 32; i++)
        {
            await IsCancelledAsync(i, async cancellation => await Leasing.TryAcquireLeaseAsync(T1, userId, Duration, cancellation) is null);

            // Whether it was taken or not, it is free at its end.
            Scope.Time.Advance(Duration);
            var lease = await AcquireAsync(Store, userId);
            var cancelled = await IsCancelledAsync(i, cancellation => userId is null
                ? Leasing.TrySaveBotAsync(lease, Sample.Bot(0, $"{i}"), cancellation)
                : Leasing.TrySaveInstallationAsync(lease, Sample.WithoutBot(userId, 0, $"{i}"), cancellation));
            var found = userId is null ? (await Store.FindBotAsync(T1, Cancellation))?.AppId : (await Store.FindInstallationAsync(T1, userId, Cancellation))?.AppId;
            stored = !cancelled || found == $"A{i}" ? $"{i}" : stored;
            await AssertStoredAsync(userId, 0, stored);
            await IsCancelledAsync(i, async cancellation =>
            {
                await Leasing.ReleaseLeaseAsync(lease, cancellation);
                return true;
            });
            await ReleaseAsync(Store, lease);
        }
    }

    [Theory, Contract(23)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task An_engine_that_fails_gives_the_one_exception_type_and_the_lease_is_there_when_it_is_back(string? userId)
    {
        Requires(StoreCapabilities.Failure);
        await SaveAsync(1, "stored");
        var lease = await AcquireAsync(Store, userId);
        await Fixture.BreakAsync(Scope);
        try
        {
            await Task.WhenAll(
                AssertFailsAsync(nameof(IRotationLeasing.TryAcquireLeaseAsync), async () => await TryAcquireAsync(Store, userId)),
                AssertFailsAsync(
                    userId is null ? nameof(IRotationLeasing.TrySaveBotAsync) : nameof(IRotationLeasing.TrySaveInstallationAsync), async () => await TrySaveAsync(Store, lease, 1, "failed")),
                AssertFailsAsync(nameof(IRotationLeasing.ReleaseLeaseAsync), async () => await ReleaseAsync(Store, lease)));
        }
        finally
        {
            await Fixture.RepairAsync(Scope);
        }

        Assert.Null(await TryAcquireAsync(Store, userId));
        await AssertStoredAsync(userId, 1, "stored");
        Assert.True(await TrySaveAsync(Store, lease, 1, "rotated"));
        await AssertStoredAsync(userId, 1, "rotated");
        await ReleaseAsync(Store, lease);
        await AcquireAsync(Store, userId);

        Task AssertFailsAsync(string operation, Func<Task> callAsync) => Failure.AssertFailsAsync(operation, Fixture.CanRetryHelp, callAsync, "secret");
    }

    [Theory, Contract(24)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task A_call_about_a_lease_is_one_round_trip(string? userId)
    {
        Requires(StoreCapabilities.RoundTrips);

        // The first calls may connect and prepare the engine.
        await SaveAsync(1, "stored");
        var lease = await AcquireAsync(Store, userId);
        await TrySaveAsync(Store, lease, 1, "first");
        await ReleaseAsync(Store, lease);
        Assert.Equal(1, await CountAsync(async () => lease = await AcquireAsync(Store, userId)));
        Assert.Equal(1, await CountAsync(async () => await TryAcquireAsync(Store, userId)));
        Assert.Equal(1, await CountAsync(async () => await TrySaveAsync(Store, lease, 1, "second")));
        Assert.Equal(1, await CountAsync(async () => await ReleaseAsync(Store, lease)));

        async Task<long> CountAsync(Func<Task> callAsync)
        {
            var before = await Fixture.CountRoundTripsAsync(Scope);
            await callAsync();
            return await Fixture.CountRoundTripsAsync(Scope) - before;
        }
    }

    [Fact, Contract(27, 28, 29, 30, 31)]
    public virtual async Task Random_sequences_of_calls_about_leases_are_answered_as_by_the_reference()
    {
        var model = new ModelTest<IInstallationStore>
        {
            CreateAsync = async () =>
            {
                var (store, other) = (await Fixture.CreateAsync(ModelScope(_modelRuns)), await Fixture.CreateAsync(ModelScope(_modelRuns++)));
                return (new(store, Fixture.Capabilities.HasFlag(StoreCapabilities.SecondInstance) ? other : store, Scope.Time), async () =>
                {
                    await DisposeAsync(store);
                    await DisposeAsync(other);
                });
            },
            CreateReference = start =>
            {
                var time = new TestClock(start);
                var reference = new InMemoryInstallationStore(ModelScope(0).Options, data: null, time);
                return new(reference, reference, time);
            },
            Observations = InstallationModel.Observations,
            ComparesConcurrentLookups = true,
            Iterations = Fixture.ModelIterations,
            Cancellation = Cancellation,
        };
        await model.RunSequentiallyAsync(RotationLeaseModel.Step, length: 40);

        StoreScope ModelScope(int run) => Scope.With(options => options.ClientId = $"model-{run}");
    }

    /// <summary>Makes a call that is cancelled at some moment of it; where it was not, it has to give true.</summary>
    private static async Task<bool> IsCancelledAsync(int attempt, Func<CancellationToken, ValueTask<bool>> callAsync)
    {
        try
        {
            await Concurrently.RunCancelledAsync(attempt, callAsync);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
