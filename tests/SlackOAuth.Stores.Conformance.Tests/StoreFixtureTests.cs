namespace SlackOAuth.Stores.Conformance.Tests;

public class StoreFixtureTests
{
    [Fact]
    public async Task A_capability_that_is_declared_and_not_overridden_says_what_to_override()
    {
        var fixture = new Fixture();
        var scope = new StoreScope();
        Func<Task>[] hooks =
        [
            async () => await fixture.DumpAsync(scope), async () => await fixture.CountStatesAsync(scope), async () => await fixture.BreakAsync(scope), async () => await fixture.RepairAsync(scope),
            async () => await fixture.CountRoundTripsAsync(scope), async () => await fixture.AddUnknownFieldsAsync(scope), async () => await fixture.DamageAsync(scope, "A1"), async () => await fixture.LoseAnswerAsync(scope),
            async () => await fixture.PauseAsync(scope), async () => await fixture.ResumeAsync(scope), async () => await fixture.CreateUnpreparedAsync(scope), async () => await fixture.RunScriptAsync(scope, ""),
        ];
        foreach (var hook in hooks)
        {
            Assert.Contains("Override it, or leave the flag out.", (await Assert.ThrowsAsync<NotSupportedException>(hook)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_scope_is_named_for_any_engine_and_keeps_its_name_and_clock_with_other_options()
    {
        var scope = new StoreScope();
        Assert.Matches("^c[a-f0-9]{20}$", scope.Name);
        Assert.NotEqual(scope.Name, new StoreScope().Name);
        var derived = scope.With(options => (options.ClientId, options.HistoryEnabled) = ("other", true));
        Assert.Same(scope.Time, derived.Time);
        Assert.Equal(scope.Name, derived.Name);
        Assert.Equal("other", derived.Options.ClientId);
        Assert.True(derived.With(_ => { }).Options.HistoryEnabled);
        Assert.False(scope.Options.HistoryEnabled);
        Assert.NotEqual("other", scope.Options.ClientId);
    }

    [Fact]
    public void The_clock_stands_still_until_it_is_moved()
    {
        var clock = new TestClock();
        var start = clock.GetUtcNow();
        Assert.InRange(start, TimeProvider.System.GetUtcNow().AddMinutes(-10), TimeProvider.System.GetUtcNow().AddMinutes(10));
        Assert.NotEqual(0, start.Ticks % TimeSpan.TicksPerMillisecond);
        var stamp = clock.GetTimestamp();
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(start.AddMinutes(1), clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromMinutes(1), clock.GetElapsedTime(stamp));
        Assert.Throws<ArgumentOutOfRangeException>(() => clock.Advance(TimeSpan.FromTicks(-1)));
        Assert.Equal(start.AddDays(-1), new TestClock(start.AddDays(-1).ToOffset(TimeSpan.FromHours(9))).GetUtcNow());
    }

    private sealed class Fixture : StoreFixture<IOAuthStateStore>
    {
        public override ValueTask<IOAuthStateStore> CreateAsync(StoreScope scope) => new(new InMemoryOAuthStateStore(scope.Options, scope.Time));
    }
}
