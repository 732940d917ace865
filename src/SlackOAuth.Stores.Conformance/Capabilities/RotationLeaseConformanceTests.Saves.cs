using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class RotationLeaseConformanceTests<TFixture>
{
    [Theory, Contract(29)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task Each_lease_has_a_greater_fencing_token_than_those_before(string? userId)
    {
        await SaveAsync(1, "stored");
        var last = await AcquireAsync(Store, userId);
        for (var i = 0; i < 8; i++)
        {
            switch (i % 4)
            {
                case 0:
                    await ReleaseAsync(Store, last);
                    break;
                case 1:
                    Scope.Time.Advance(Duration);
                    break;
                case 2:
                    await SaveAsync(i, "newer");
                    Scope.Time.Advance(Duration);
                    break;
                default:
                    Assert.True(await TrySaveAsync(Store, last, i, "rotated"));
                    await ReleaseAsync(Store, last);
                    break;
            }

            var next = await AcquireAsync(Store, userId);
            Assert.True(next.FencingToken > last.FencingToken, $"The lease after the one of token {last.FencingToken} has the token {next.FencingToken}.");
            last = next;
        }
    }

    [Theory, Contract(27, 29)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task Holders_take_turns_with_ever_greater_tokens(string? userId)
    {
        await SaveAsync(1, "stored");
        var instances = await CreateInstancesAsync();
        var (holders, tokens) = (0, new List<long>());
        await Concurrently.RunAsync(8, async caller =>
        {
            for (var i = 0; i < 12; i++)
            {
                var store = instances[(caller + i) % instances.Length];
                if (await TryAcquireAsync(store, userId) is not { } lease)
                {
                    continue;
                }

                Assert.Equal(1, Interlocked.Increment(ref holders));
                tokens.Add(lease.FencingToken);
                await Task.Yield();
                Assert.Equal(0, Interlocked.Decrement(ref holders));
                await ReleaseAsync(store, lease);
            }
        });
        Assert.NotEmpty(tokens);
        Assert.Equal(tokens.Distinct().Order(), tokens);
    }

    [Theory, Contract(29)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task A_save_is_refused_once_a_later_lease_has_saved(string? userId)
    {
        await SaveAsync(1, "stored");
        var first = await AcquireAsync(Store, userId);
        Scope.Time.Advance(Duration);
        var second = await AcquireAsync(Store, userId);
        Assert.True(await TrySaveAsync(Store, second, 1, "second"));
        Assert.False(await TrySaveAsync(Store, first, 1, "first"));
        await AssertStoredAsync(userId, 1, "second");

        // Neither the next lease nor a save without one makes the first holder's result the later one.
        await ReleaseAsync(Store, second);
        await AcquireAsync(Store, userId);
        Assert.False(await TrySaveAsync(Store, first, 1, "first"));
        await SaveAsync(1, "without");
        Assert.False(await TrySaveAsync(Store, first, 1, "first"));
        await AssertStoredAsync(userId, 1, "without");
    }

    [Theory, Contract(29)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task A_lease_that_has_run_out_saves_as_long_as_no_later_one_has(string? userId)
    {
        await SaveAsync(1, "stored");
        var first = await AcquireAsync(Store, userId);
        Scope.Time.Advance(Duration);
        Assert.True(await TrySaveAsync(Store, first, 1, "late"));
        await AssertStoredAsync(userId, 1, "late");
        var second = await AcquireAsync(Store, userId);
        Assert.True(await TrySaveAsync(Store, first, 1, "later"));
        await AssertStoredAsync(userId, 1, "later");
        await ReleaseAsync(Store, second);
        Assert.True(await TrySaveAsync(Store, second, 1, "released"));
        await AssertStoredAsync(userId, 1, "released");
    }

    [Theory, Contract(29)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task Saving_the_same_again_under_the_same_lease_is_accepted(string? userId)
    {
        await SaveAsync(1, "stored");
        var lease = await AcquireAsync(Store, userId);
        Assert.True(await TrySaveAsync(Store, lease, 1, "rotated"));
        Assert.True(await TrySaveAsync(Store, lease, 1, "rotated"));
        await AssertStoredAsync(userId, 1, "rotated");
        Assert.Null(await TryAcquireAsync(Store, userId));
    }

    [Theory, Contract(12, 29)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task Of_holders_that_save_at_once_the_latest_ones_result_stays(string? userId)
    {
        await SaveAsync(1, "stored");
        var instances = await CreateInstancesAsync();
        for (var round = 0; round < 4; round++)
        {
            var leases = new List<RotationLease>();
            for (var i = 0; i < 16; i++)
            {
                leases.Add(await AcquireAsync(instances[i % instances.Length], userId));
                Scope.Time.Advance(Duration);
            }

            // In one order, and in the other: which of the callers is first is the scheduler's.
            var latest = $"{leases[^1].FencingToken}";
            if (round % 2 == 1)
            {
                leases.Reverse();
            }

            await Concurrently.RunAsync(leases.Count, async i =>
                Assert.True(await TrySaveAsync(instances[i % instances.Length], leases[i], 1, $"{leases[i].FencingToken}") || $"{leases[i].FencingToken}" != latest));
            await AssertStoredAsync(userId, 1, latest);
        }
    }

    [Fact, Contract(3, 30)]
    public virtual async Task A_bot_saved_under_a_lease_replaces_the_bot_everywhere()
    {
        var (one, two) = (Sample.Installation("U1", 1, "one"), Sample.WithoutBot("U2", 2, "two"));
        await Store.SaveAsync(one, Cancellation);
        await Store.SaveAsync(two, Cancellation);
        var rotated = Sample.Bot(1, "rotated");
        Assert.True(await Leasing.TrySaveBotAsync(await AcquireAsync(Store, null), rotated, Cancellation));
        Same.AssertEqual(rotated, await Store.FindBotAsync(T1, Cancellation), "the bot");
        Same.AssertEqual(one.WithBot(rotated), await Store.FindInstallationAsync(T1, "U1", Cancellation), "the installation");
        Same.AssertEqual(two.WithBot(rotated), await Store.FindInstallationAsync(T1, null, Cancellation), "the latest installation");
        if (Fixture.Capabilities.HasFlag(StoreCapabilities.Dump))
        {
            Assert.DoesNotContain("xoxb-secret-one", await Fixture.DumpAsync(Scope), StringComparison.Ordinal);
        }
    }

    [Fact, Contract(5, 30)]
    public virtual async Task An_installation_saved_under_a_lease_leaves_the_bot_and_the_other_users_as_they_are()
    {
        var (one, two) = (Sample.Installation("U1", 1, "one"), Sample.WithoutBot("U2", 1, "two"));
        await Store.SaveAsync(one, Cancellation);
        await Store.SaveAsync(two, Cancellation);
        var bot = Sample.Bot(1, "bot");
        await Store.SaveBotAsync(bot, Cancellation);

        // An installation as a lookup gave it brings the bot fields of that moment.
        var rotated = Sample.Installation("U1", 1, "rotated");
        var lease = await AcquireAsync(Store, "U1");
        Assert.True(await Leasing.TrySaveInstallationAsync(lease, rotated, Cancellation));
        Same.AssertEqual(bot, await Store.FindBotAsync(T1, Cancellation), "the bot");
        Same.AssertEqual(rotated.WithBot(bot), await Store.FindInstallationAsync(T1, "U1", Cancellation), "the installation");
        Same.AssertEqual(two.WithBot(bot), await Store.FindInstallationAsync(T1, "U2", Cancellation), "the other installation");
        await Store.DeleteBotAsync(T1, Cancellation);
        Assert.True(await Leasing.TrySaveInstallationAsync(lease, rotated, Cancellation));
        Assert.Null(await Store.FindBotAsync(T1, Cancellation));
        Same.AssertEqual(rotated.WithBot(null), await Store.FindInstallationAsync(T1, "U1", Cancellation), "the installation without a bot");
        if (Fixture.Capabilities.HasFlag(StoreCapabilities.Dump))
        {
            Assert.DoesNotContain("xoxp-secret-one", await Fixture.DumpAsync(Scope), StringComparison.Ordinal);
        }
    }

    [Fact, Contract(5, 30)]
    public virtual async Task An_installation_saved_under_a_lease_is_the_latest_where_it_was()
    {
        await Store.SaveAsync(Sample.WithoutBot("U1", 1, "one"), Cancellation);
        await Store.SaveAsync(Sample.WithoutBot("U2", 2, "two"), Cancellation);
        Assert.True(await TrySaveAsync(Store, await AcquireAsync(Store, "U1"), 1, "older"));
        Same.AssertEqual(Sample.WithoutBot("U2", 2, "two"), await Store.FindInstallationAsync(T1, null, Cancellation), "the latest installation");
        Assert.True(await TrySaveAsync(Store, await AcquireAsync(Store, "U2"), 2, "latest"));
        Same.AssertEqual(Sample.WithoutBot("U2", 2, "latest"), await Store.FindInstallationAsync(T1, null, Cancellation), "the latest installation");
    }

    [Theory, Contract(30)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task What_was_deleted_stays_deleted(string? userId)
    {
        Func<ValueTask>[] deletes =
        [
            () => Store.DeleteAllAsync(T1, Cancellation),
            () => userId is null ? Store.DeleteBotAsync(T1, Cancellation) : Store.DeleteInstallationAsync(T1, userId, Cancellation),
            () => userId is null ? Store.DeleteBotAsync(T1, Cancellation) : Store.DeleteInstallationAsync(T1, null, Cancellation),
        ];
        foreach (var (i, deleteAsync) in deletes.Index())
        {
            await SaveAsync(1 + i, "stored");
            var lease = await AcquireAsync(Store, userId);
            await deleteAsync();
            Assert.False(await TrySaveAsync(Store, lease, 1 + i, "late"));
            Assert.True((userId is null ? await Store.FindBotAsync(T1, Cancellation) : (object?)await Store.FindInstallationAsync(T1, userId, Cancellation)) is null, "A save under a lease brought a deleted record back.");
            Assert.Null(await TryAcquireAsync(Store, userId));
        }
    }

    [Theory, Contract(12, 30)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task A_delete_at_the_moment_of_a_save_under_a_lease_leaves_nothing(string? userId)
    {
        var instances = await CreateInstancesAsync();
        for (var i = 1; i <= 16; i++)
        {
            await SaveAsync(i, "stored");
            var lease = await AcquireAsync(Store, userId);
            await Concurrently.RunAsync(2, async caller =>
            {
                if (caller == i % 2)
                {
                    await TrySaveAsync(instances[i % instances.Length], lease, i, "rotated");
                }
                else
                {
                    await Store.DeleteAllAsync(T1, Cancellation);
                }
            });
            Assert.Null(await Store.FindBotAsync(T1, Cancellation));
            Assert.Null(await Store.FindInstallationAsync(T1, "U1", Cancellation));
            Assert.Null(await Store.FindInstallationAsync(T1, null, Cancellation));
        }
    }

    [Theory, Contract(6, 30)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task What_is_newer_stays(string? userId)
    {
        await SaveAsync(1, "stored");
        var lease = await AcquireAsync(Store, userId);
        await SaveAsync(2, "newer");
        Assert.False(await TrySaveAsync(Store, lease, 1, "rotated"));
        await AssertStoredAsync(userId, 2, "newer");

        // What was refused has not saved: it holds back no earlier lease.
        Assert.True(await TrySaveAsync(Store, lease, 2, "rotated"));
        await AssertStoredAsync(userId, 2, "rotated");
    }

    [Theory, Contract(15, 30)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task A_save_under_a_lease_replaces_its_record_in_the_history(string? userId)
    {
        Requires(StoreCapabilities.History);
        var store = await CreateAsync(Scope.With(options => options.HistoryEnabled = true));
        await store.SaveAsync(Sample.Installation("U1", 1, "old"), Cancellation);
        await store.SaveAsync(Sample.Installation("U1", 2, "first"), Cancellation);
        var first = await AcquireAsync(store, userId);
        Scope.Time.Advance(Duration);
        var second = await AcquireAsync(store, userId);
        Assert.True(await TrySaveAsync(store, second, 2, "rotated"));
        Assert.False(await TrySaveAsync(store, first, 2, "refused"));
        await store.SaveAsync(Sample.Installation("U2", 3, "other"), Cancellation);
        Assert.Null(await TryAcquireAsync(store, userId));
        var history = Capability<IInstallationHistory>(store);
        Assert.Equal(
            userId is null ? ["other", "rotated", "old"] : ["other", "first", "old"],
            (await history.ListBotHistoryAsync(T1, Cancellation).ToListAsync(Cancellation)).Select(bot => bot.AppId?[1..]));
        Assert.Equal(
            userId is null ? ["first", "old"] : ["rotated", "old"],
            (await history.ListInstallationHistoryAsync(T1, "U1", Cancellation).ToListAsync(Cancellation)).Select(installation => installation.AppId?[1..]));
        if (Fixture.Capabilities.HasFlag(StoreCapabilities.Dump))
        {
            var dump = await Fixture.DumpAsync(Scope);
            Assert.DoesNotContain(userId is null ? "xoxb-secret-first" : "xoxp-secret-first", dump, StringComparison.Ordinal);
            Assert.DoesNotContain("secret-refused", dump, StringComparison.Ordinal);
        }
    }
}
