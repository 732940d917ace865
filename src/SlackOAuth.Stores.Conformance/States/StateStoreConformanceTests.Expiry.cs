using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class StateStoreConformanceTests<TFixture>
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Fact, Contract(18)]
    public virtual async Task A_state_is_valid_to_the_last_tick_of_its_lifetime()
    {
        var state = await IssueAsync();
        Scope.Time.Advance(TimeSpan.FromSeconds(600) - Tick);
        Assert.NotNull(await ConsumeAsync(state));
    }

    [Fact, Contract(18, 19)]
    public virtual async Task A_state_is_unknown_at_the_instant_its_lifetime_has_passed()
    {
        var state = await IssueAsync();
        Scope.Time.Advance(TimeSpan.FromSeconds(600));
        Assert.Null(await ConsumeAsync(state));
        Assert.Null(await ConsumeAsync(state));
    }

    [Fact, Contract(18, 19)]
    public virtual async Task A_state_is_unknown_long_after_its_lifetime()
    {
        var state = await IssueAsync();
        Scope.Time.Advance(TimeSpan.FromDays(400));
        Assert.Null(await ConsumeAsync(state));
        Assert.NotNull(await ConsumeAsync(await IssueAsync()));
    }

    [Theory, Contract(18)]
    [InlineData(1)]
    [InlineData(61)]
    [InlineData(86_400)]
    public virtual async Task The_lifetime_is_that_of_the_options(int seconds)
    {
        var store = await CreateAsync(Scope.With(options => options.StateLifetime = TimeSpan.FromSeconds(seconds)));
        var (early, late) = (await store.IssueAsync(null, Cancellation), await store.IssueAsync(null, Cancellation));
        Scope.Time.Advance(TimeSpan.FromSeconds(seconds) - Tick);
        Assert.NotNull(await store.ConsumeAsync(early, OAuthStatePurpose.Install, Cancellation));
        Scope.Time.Advance(Tick);
        Assert.Null(await store.ConsumeAsync(late, OAuthStatePurpose.Install, Cancellation));
    }

    [Fact, Contract(18)]
    public virtual async Task Each_state_has_its_own_lifetime()
    {
        var first = await IssueAsync();
        Scope.Time.Advance(TimeSpan.FromSeconds(400));
        var second = await IssueAsync();
        Scope.Time.Advance(TimeSpan.FromSeconds(200));

        // An issue may sweep away what has expired, and that alone.
        var third = await IssueAsync();
        Assert.Null(await ConsumeAsync(first));
        Assert.NotNull(await ConsumeAsync(second));
        Assert.NotNull(await ConsumeAsync(third));
    }

    [Fact, Contract(18)]
    public virtual async Task Expired_states_do_not_pile_up()
    {
        Requires(StoreCapabilities.StateCount);
        const int Issues = 720;
        for (var i = 0; i < Issues; i++)
        {
            await IssueAsync();
            Scope.Time.Advance(TimeSpan.FromMinutes(2));
        }

        // Five are still valid; the rest of the bound is one sweep's.
        Assert.InRange(await Fixture.CountStatesAsync(Scope), 4, 100);
    }

    [Fact, Contract(18)]
    public virtual async Task Consumed_states_do_not_pile_up()
    {
        Requires(StoreCapabilities.StateCount);
        var before = await Fixture.CountStatesAsync(Scope);
        for (var i = 0; i < 20; i++)
        {
            await ConsumeAsync(await IssueAsync());
        }

        Assert.Equal(before, await Fixture.CountStatesAsync(Scope));
        await IssueAsync();
        Assert.Equal(before + 1, await Fixture.CountStatesAsync(Scope));
    }
}
