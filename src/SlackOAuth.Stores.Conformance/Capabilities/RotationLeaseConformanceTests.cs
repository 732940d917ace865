using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>The contract of <see cref="IRotationLeasing"/>, one topic a file: here, who holds a lease and for how long.</summary>
/// <typeparam name="TFixture">The author's fixture.</typeparam>
/// <param name="fixture">The fixture of the class.</param>
public abstract partial class RotationLeaseConformanceTests<TFixture>(TFixture fixture) : ConformanceTests<IInstallationStore, TFixture>(fixture)
    where TFixture : StoreFixture<IInstallationStore>
{
    private const int Askers = 64;

    private static readonly WorkspaceId T1 = Sample.Workspace;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    [Theory, Contract(27)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task Of_any_number_that_ask_at_once_one_gets_the_lease(string? userId)
    {
        await SaveAsync(1, "stored");
        var instances = await CreateInstancesAsync();
        for (var round = 0; round < 4; round++)
        {
            var leases = await Concurrently.RunAsync(Askers, i => TryAcquireAsync(instances[i % instances.Length], userId));
            Assert.Single(leases, lease => lease is not null);
            Scope.Time.Advance(Duration);
        }
    }

    [Theory, Contract(11, 27)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task A_lease_held_by_one_instance_is_given_by_no_other(string? userId)
    {
        var second = await CreateSecondAsync();
        await SaveAsync(1, "stored");
        var lease = await AcquireAsync(Store, userId);
        Assert.Null(await TryAcquireAsync(second, userId));
        Assert.Null(await TryAcquireAsync(Store, userId));
        await ReleaseAsync(second, lease);
        await AcquireAsync(second, userId);
        Assert.Null(await TryAcquireAsync(Store, userId));
    }

    [Fact, Contract(9, 27)]
    public virtual async Task What_is_not_stored_has_no_lease()
    {
        Assert.Null(await TryAcquireAsync(Store, null));
        Assert.Null(await TryAcquireAsync(Store, "U1"));
        await Store.SaveAsync(Sample.WithoutBot("U1", 1, "stored"), Cancellation);
        Assert.Null(await TryAcquireAsync(Store, null));
        Assert.Null(await TryAcquireAsync(Store, "U2"));
        await Store.DeleteAllAsync(T1, Cancellation);
        await Store.SaveBotAsync(Sample.Bot(1, "stored"), Cancellation);
        Assert.Null(await TryAcquireAsync(Store, "U1"));
        foreach (var id in HostileIds.Unsavable)
        {
            Assert.Null(await TryAcquireAsync(Store, id));
        }

        await AcquireAsync(Store, null);
    }

    [Fact, Contract(10, 27)]
    public virtual async Task A_lease_holds_back_no_other_credential()
    {
        var other = await CreateAsync(Scope.With(options => options.ClientId = "another"));
        WorkspaceId[] workspaces = [T1, WorkspaceId.ForTeam("T12"), WorkspaceId.ForTeam("T1", "E1"), WorkspaceId.ForEnterprise("E1"), WorkspaceId.ForTeam("E1")];
        string[] users = ["U1", "U12", "u1"];
        foreach (var store in new[] { Store, other })
        {
            foreach (var workspace in workspaces)
            {
                foreach (var user in users)
                {
                    await store.SaveAsync(Sample.Installation(workspace, user, 1, "stored"), Cancellation);
                }
            }
        }

        foreach (var store in new[] { Store, other })
        {
            foreach (var workspace in workspaces)
            {
                foreach (var user in users.Prepend(null))
                {
                    await AcquireAsync(store, user, workspace);
                    Assert.Null(await TryAcquireAsync(store, user, workspace));
                }
            }
        }
    }

    [Fact, Contract(9, 27)]
    public virtual async Task Hostile_ids_have_leases_of_their_own()
    {
        foreach (var id in HostileIds.Savable)
        {
            await Store.SaveAsync(Sample.Installation(WorkspaceId.ForTeam(id), id, 1, "stored"), Cancellation);
        }

        foreach (var id in HostileIds.Savable)
        {
            var workspace = WorkspaceId.ForTeam(id);
            var (bot, user) = (await AcquireAsync(Store, null, workspace), await AcquireAsync(Store, id, workspace));
            Assert.True(await TrySaveAsync(Store, bot, 1, "rotated"));
            Assert.True(await TrySaveAsync(Store, user, 1, "rotated"));
            Same.AssertEqual(Sample.Installation(workspace, id, 1, "rotated"), await Store.FindInstallationAsync(workspace, id, Cancellation), "the installation");
            await ReleaseAsync(Store, user);
            await AcquireAsync(Store, id, workspace);
            Assert.Null(await TryAcquireAsync(Store, null, workspace));
        }
    }

    [Theory, Contract(28)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task A_lease_lasts_to_the_tick_before_its_end(string? userId)
    {
        await SaveAsync(1, "stored");
        await AcquireAsync(Store, userId);
        Scope.Time.Advance(Duration - TimeSpan.FromTicks(1));
        Assert.Null(await TryAcquireAsync(Store, userId));
        Scope.Time.Advance(TimeSpan.FromTicks(1));
        await AcquireAsync(Store, userId);
        Assert.Null(await TryAcquireAsync(Store, userId));
    }

    [Theory, Contract(28)]
    [InlineData(1L)]
    [InlineData(TimeSpan.TicksPerDay)]
    public virtual async Task A_lease_lasts_for_as_long_as_was_asked(long ticks)
    {
        await SaveAsync(1, "stored");
        var duration = TimeSpan.FromTicks(ticks);
        var lease = await Leasing.TryAcquireLeaseAsync(T1, null, duration, Cancellation);
        Assert.Equal(Scope.Time.GetUtcNow() + duration, lease?.ExpiresAt);
        Scope.Time.Advance(duration - TimeSpan.FromTicks(1));
        Assert.Null(await TryAcquireAsync(Store, null));
        Scope.Time.Advance(TimeSpan.FromTicks(1));
        await AcquireAsync(Store, null);
    }

    [Theory, Contract(28)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task A_released_lease_can_be_had_at_once(string? userId)
    {
        await SaveAsync(1, "stored");
        for (var i = 0; i < 3; i++)
        {
            await ReleaseAsync(Store, await AcquireAsync(Store, userId));
        }
    }

    [Theory, Contract(28)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task Releasing_a_lease_that_is_over_does_nothing(string? userId)
    {
        await SaveAsync(1, "stored");
        var released = await AcquireAsync(Store, userId);
        await ReleaseAsync(Store, released);
        await ReleaseAsync(Store, released);
        var expired = await AcquireAsync(Store, userId);
        Scope.Time.Advance(Duration);
        await AcquireAsync(Store, userId);
        await ReleaseAsync(Store, expired);
        await ReleaseAsync(Store, released);
        Assert.Null(await TryAcquireAsync(Store, userId));
    }

    [Theory, Contract(28, 31)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task A_lease_is_deleted_with_its_record_and_ends_none_of_the_record_after_it(string? userId)
    {
        await SaveAsync(1, "stored");
        var lease = await AcquireAsync(Store, userId);
        await Store.DeleteAllAsync(T1, Cancellation);
        Assert.Null(await TryAcquireAsync(Store, userId));
        await SaveAsync(2, "again");
        Scope.Time.Advance(TimeSpan.FromSeconds(1));
        await AcquireAsync(Store, userId);
        await ReleaseAsync(Store, lease);
        Assert.Null(await TryAcquireAsync(Store, userId));
        Assert.False(await TrySaveAsync(Store, lease, 1, "late"));
        await AssertStoredAsync(userId, 2, "again");
        await Store.DeleteAllAsync(T1, Cancellation);
        await ReleaseAsync(Store, lease);
        Assert.Null(await TryAcquireAsync(Store, userId));
    }

    [Fact, Contract(8, 31)]
    public virtual async Task Deleting_one_credential_leaves_the_leases_of_the_others()
    {
        await SaveAsync(1, "stored");
        await Store.SaveAsync(Sample.WithoutBot("U12", 1, "stored"), Cancellation);
        await AcquireAsync(Store, null);
        await AcquireAsync(Store, "U12");
        await Store.DeleteInstallationAsync(T1, "U1", Cancellation);
        Assert.Null(await TryAcquireAsync(Store, null));
        Assert.Null(await TryAcquireAsync(Store, "U12"));
        await Store.DeleteBotAsync(T1, Cancellation);
        await Store.SaveBotAsync(Sample.Bot(1, "again"), Cancellation);
        Assert.Null(await TryAcquireAsync(Store, "U12"));
        await AcquireAsync(Store, null);
        await Store.DeleteInstallationAsync(T1, null, Cancellation);
        Assert.Null(await TryAcquireAsync(Store, null));
        await SaveAsync(1, "again");
        await AcquireAsync(Store, "U1");
    }

    [Theory, Contract(31)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task Lookups_do_not_show_a_lease(string? userId)
    {
        var saved = Sample.Installation("U1", 1, "stored");
        await Store.SaveAsync(saved, Cancellation);
        var lease = await AcquireAsync(Store, userId);
        await AssertUnchangedAsync();
        await ReleaseAsync(Store, lease);
        await AssertUnchangedAsync();

        async Task AssertUnchangedAsync()
        {
            Same.AssertEqual(saved, await Store.FindInstallationAsync(T1, "U1", Cancellation), "the installation");
            Same.AssertEqual(saved, await Store.FindInstallationAsync(T1, null, Cancellation), "the latest installation");
            Same.AssertEqual(saved.ToBot()!, await Store.FindBotAsync(T1, Cancellation), "the bot");
            if (Find<IInstallationListing>(Store) is { } listing)
            {
                Assert.Equal([saved], await listing.ListInstallationsAsync(Cancellation).ToListAsync(Cancellation));
                Assert.Equal([saved.ToBot()!], await listing.ListBotsAsync(Cancellation).ToListAsync(Cancellation));
            }

            if (Find<IInstallationHistory>(Store) is { } history)
            {
                Assert.Equal([saved], await history.ListInstallationHistoryAsync(T1, null, Cancellation).ToListAsync(Cancellation));
                Assert.Equal([saved.ToBot()!], await history.ListBotHistoryAsync(T1, Cancellation).ToListAsync(Cancellation));
            }
        }
    }

    [Theory, Contract(31)]
    [InlineData(null)]
    [InlineData("U1")]
    public virtual async Task Saves_without_a_lease_do_not_end_it(string? userId)
    {
        await SaveAsync(1, "stored");
        var lease = await AcquireAsync(Store, userId);
        await SaveAsync(1, "same");
        await Store.SaveBotAsync(Sample.Bot(1, "same"), Cancellation);
        Assert.Null(await TryAcquireAsync(Store, userId));
        await SaveAsync(2, "newer");
        await Store.SaveBotAsync(Sample.Bot(3, "newer"), Cancellation);
        Assert.Null(await TryAcquireAsync(Store, userId));
        await ReleaseAsync(Store, lease);
        await AcquireAsync(Store, userId);
    }

    private IRotationLeasing Leasing => Capability<IRotationLeasing>(Store);

    private static ValueTask<RotationLease?> TryAcquireAsync(IInstallationStore store, string? userId, WorkspaceId? workspace = null) =>
        Capability<IRotationLeasing>(store).TryAcquireLeaseAsync(workspace ?? T1, userId, Duration, Cancellation);

    private static ValueTask ReleaseAsync(IInstallationStore store, RotationLease lease) => Capability<IRotationLeasing>(store).ReleaseLeaseAsync(lease, Cancellation);

    /// <summary>Saves what a rotation under the lease gave: a bot, or an installation without one.</summary>
    private static ValueTask<bool> TrySaveAsync(IInstallationStore store, RotationLease lease, int at, string tag) => lease.UserId is null
        ? Capability<IRotationLeasing>(store).TrySaveBotAsync(lease, Sample.Bot(lease.Workspace, at, tag), Cancellation)
        : Capability<IRotationLeasing>(store).TrySaveInstallationAsync(lease, Sample.WithoutBot(lease.Workspace, lease.UserId, at, tag), Cancellation);

    private async ValueTask<RotationLease> AcquireAsync(IInstallationStore store, string? userId, WorkspaceId? workspace = null)
    {
        var lease = await TryAcquireAsync(store, userId, workspace);
        Assert.True(lease is not null, "A lease that nobody holds was not given.");
        Assert.Equal(workspace ?? T1, lease.Workspace);
        Assert.Equal(userId, lease.UserId);
        Assert.Equal(Scope.Time.GetUtcNow() + Duration, lease.ExpiresAt);
        return lease;
    }

    /// <summary>Saves an installation of U1 with its bot.</summary>
    private ValueTask SaveAsync(int at, string tag) => Store.SaveAsync(Sample.Installation("U1", at, tag), Cancellation);

    private async ValueTask AssertStoredAsync(string? userId, int at, string tag)
    {
        if (userId is null)
        {
            Same.AssertEqual(Sample.Bot(at, tag), await Store.FindBotAsync(T1, Cancellation), "the bot");
        }
        else
        {
            Same.AssertEqual(Sample.WithoutBot(userId, at, tag), (await Store.FindInstallationAsync(T1, userId, Cancellation))?.WithBot(null), "the installation");
        }
    }
}
