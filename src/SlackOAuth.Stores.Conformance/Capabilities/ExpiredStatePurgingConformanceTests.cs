using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>The contract of <see cref="IExpiredStatePurging"/>.</summary>
/// <typeparam name="TFixture">The author's fixture.</typeparam>
/// <param name="fixture">The fixture of the class.</param>
public abstract class ExpiredStatePurgingConformanceTests<TFixture>(TFixture fixture) : ConformanceTests<IOAuthStateStore, TFixture>(fixture)
    where TFixture : StoreFixture<IOAuthStateStore>
{
    private const int Expired = 20;

    [Fact, Contract(18)]
    public virtual async Task Purging_removes_what_has_expired_and_says_how_many()
    {
        Assert.Equal(0, await PurgeAsync(Store));
        for (var i = 0; i < Expired; i++)
        {
            await Store.IssueAsync(new OAuthStateData { Purpose = (OAuthStatePurpose)(i % 2) }, Cancellation);
        }

        Scope.Time.Advance(Scope.Options.StateLifetime);
        Assert.Equal(Expired, await PurgeAsync(Store));
        Assert.Equal(0, await PurgeAsync(Store));
        if (Fixture.Capabilities.HasFlag(StoreCapabilities.StateCount))
        {
            Assert.Equal(0, await Fixture.CountStatesAsync(Scope));
        }
    }

    [Fact, Contract(18)]
    public virtual async Task Purging_leaves_what_is_valid_to_the_last_tick()
    {
        var first = await Store.IssueAsync(null, Cancellation);
        Scope.Time.Advance(TimeSpan.FromTicks(1));
        var second = await Store.IssueAsync(null, Cancellation);
        Scope.Time.Advance(Scope.Options.StateLifetime - TimeSpan.FromTicks(1));
        Assert.Equal(1, await PurgeAsync(Store));
        Assert.Null(await Store.ConsumeAsync(first, OAuthStatePurpose.Install, Cancellation));
        Assert.NotNull(await Store.ConsumeAsync(second, OAuthStatePurpose.Install, Cancellation));
    }

    [Fact, Contract(18)]
    public virtual async Task Purging_counts_no_state_that_was_consumed()
    {
        var state = await Store.IssueAsync(null, Cancellation);
        await Store.IssueAsync(null, Cancellation);
        await Store.ConsumeAsync(state, OAuthStatePurpose.Install, Cancellation);
        Scope.Time.Advance(Scope.Options.StateLifetime);
        Assert.Equal(1, await PurgeAsync(Store));
    }

    [Fact, Contract(10, 18)]
    public virtual async Task Purging_leaves_the_states_of_other_client_ids()
    {
        var other = await CreateAsync(Scope.With(options => options.ClientId = "another"));
        await other.IssueAsync(null, Cancellation);
        await Store.IssueAsync(null, Cancellation);
        Scope.Time.Advance(Scope.Options.StateLifetime);
        Assert.Equal(1, await PurgeAsync(Store));
        Assert.Equal(1, await PurgeAsync(other));
    }

    [Fact, Contract(18)]
    public virtual async Task Purging_finds_what_expired_behind_a_state_of_a_longer_lifetime()
    {
        var longer = await CreateAsync(Scope.With(options => options.StateLifetime = TimeSpan.FromHours(1)));
        var valid = await longer.IssueAsync(null, Cancellation);
        await Store.IssueAsync(null, Cancellation);
        Scope.Time.Advance(Scope.Options.StateLifetime);
        Assert.Equal(1, await PurgeAsync(longer));
        Assert.NotNull(await longer.ConsumeAsync(valid, OAuthStatePurpose.Install, Cancellation));
    }

    [Fact, Contract(12, 18)]
    public virtual async Task Purging_at_once_from_all_sides_removes_each_state_once_and_no_valid_one()
    {
        var instances = await CreateInstancesAsync();
        for (var i = 0; i < Expired; i++)
        {
            await Store.IssueAsync(null, Cancellation);
        }

        Scope.Time.Advance(Scope.Options.StateLifetime);
        var valid = await Concurrently.RunAsync(8, async i =>
        {
            var states = new List<string>();
            for (var n = 0; n < 8; n++)
            {
                // Half of them issue while the others purge.
                if ((i + n) % 2 == 0)
                {
                    await PurgeAsync(instances[n % instances.Length]);
                }

                states.Add(await instances[i % instances.Length].IssueAsync(null, Cancellation));
            }

            return states;
        });
        Assert.Equal(0, await PurgeAsync(Store));
        foreach (var state in valid.SelectMany(states => states))
        {
            Assert.NotNull(await Store.ConsumeAsync(state, OAuthStatePurpose.Install, Cancellation));
        }
    }

    [Fact, Contract(22)]
    public virtual async Task Purging_can_be_cancelled() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Capability<IExpiredStatePurging>(Store).PurgeExpiredAsync(new CancellationToken(canceled: true)));

    private static ValueTask<int> PurgeAsync(IOAuthStateStore store) => Capability<IExpiredStatePurging>(store).PurgeExpiredAsync(Cancellation);
}
