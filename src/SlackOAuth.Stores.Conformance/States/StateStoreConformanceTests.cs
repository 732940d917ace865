using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>The contract of <see cref="IOAuthStateStore"/>, one topic a file.</summary>
/// <typeparam name="TFixture">The author's fixture.</typeparam>
/// <param name="fixture">The fixture of the class.</param>
public abstract partial class StateStoreConformanceTests<TFixture>(TFixture fixture) : ConformanceTests<IOAuthStateStore, TFixture>(fixture)
    where TFixture : StoreFixture<IOAuthStateStore>
{
    private const string UrlAndCookieSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    [Fact, Contract(16)]
    public virtual async Task A_state_is_43_to_64_characters_that_need_no_escaping()
    {
        for (var i = 0; i < 50; i++)
        {
            var state = await IssueAsync();
            Assert.InRange(state.Length, 43, 64);
            Assert.All(state, character => Assert.Contains(character, UrlAndCookieSafe));
        }
    }

    [Fact, Contract(16)]
    public virtual async Task No_two_issues_give_the_same_state()
    {
        // The clock stands still: a state made of the time would be the same each time.
        var instances = await CreateInstancesAsync();
        var states = await Concurrently.RunAsync(1_000, i => instances[i % instances.Length].IssueAsync(null, Cancellation));
        Assert.Equal(states.Length, states.Distinct(StringComparer.OrdinalIgnoreCase).Count());

        // 256 bits need that many characters that vary; of a thousand random ones, each place shows all it can hold.
        var bits = Enumerable.Range(0, states.Min(state => state.Length)).Sum(at => Math.Log2(states.Select(state => state[at]).Distinct().Count()));
        Assert.True(bits > 250, $"A state is 256 bits from a cryptographic generator, and over 1,000 states its characters vary by {bits:0} bits. Take 32 bytes of RandomNumberGenerator.");

        var runs = states.Zip(states.Skip(1)).Count(pair => pair.First.AsSpan(0, 8).SequenceEqual(pair.Second.AsSpan(0, 8)));
        Assert.Equal(0, runs);
    }

    [Fact, Contract(17, 19)]
    public virtual async Task A_state_is_consumed_once()
    {
        var state = await IssueAsync(new OAuthStateData { TeamId = "T1" });
        Assert.Equal(new OAuthStateData { TeamId = "T1" }, await ConsumeAsync(state));
        Assert.Null(await ConsumeAsync(state));
        Assert.Null(await ConsumeAsync(state));
    }

    [Fact, Contract(17)]
    public virtual async Task Of_64_concurrent_consumers_one_gets_the_data()
    {
        var instances = await CreateInstancesAsync();
        for (var i = 0; i < 16; i++)
        {
            var state = await IssueAsync(new OAuthStateData { TeamId = "T" + i });
            var answers = await Concurrently.RunAsync(64, caller => instances[caller % instances.Length].ConsumeAsync(state, OAuthStatePurpose.Install, Cancellation));
            Assert.Equal(new OAuthStateData { TeamId = "T" + i }, Assert.Single(answers, answer => answer is not null));
        }
    }

    [Fact, Contract(17)]
    public virtual async Task Of_many_states_consumed_at_once_each_gives_its_own_data_once()
    {
        var instances = await CreateInstancesAsync();
        var states = await Concurrently.RunAsync(32, i => instances[i % instances.Length].IssueAsync(new OAuthStateData { TeamId = "T" + i }, Cancellation));
        var answers = await Concurrently.RunAsync(64, i => instances[i % instances.Length].ConsumeAsync(states[i / 2], OAuthStatePurpose.Install, Cancellation));
        Assert.Equal(Enumerable.Range(0, 32).Select(i => "T" + i), answers.Chunk(2).Select(pair => Assert.Single(pair, answer => answer is not null)!.TeamId));
    }

    [Fact, Contract(11, 17)]
    public virtual async Task A_second_instance_consumes_what_the_first_issued()
    {
        var second = await CreateSecondAsync();
        var state = await IssueAsync(new OAuthStateData { TeamId = "T1" });
        Assert.Equal(new OAuthStateData { TeamId = "T1" }, await second.ConsumeAsync(state, OAuthStatePurpose.Install, Cancellation));
        Assert.Null(await ConsumeAsync(state));
    }

    [Fact, Contract(11)]
    public virtual async Task A_state_outlives_the_instance_that_issued_it()
    {
        Requires(StoreCapabilities.SecondInstance);
        var first = await Fixture.CreateAsync(Scope);
        var state = await first.IssueAsync(null, Cancellation);
        await DisposeAsync(first);
        var reopened = await CreateAsync(Scope);
        Assert.Equal(new OAuthStateData(), await reopened.ConsumeAsync(state, OAuthStatePurpose.Install, Cancellation));
    }

    [Fact, Contract(20)]
    public virtual async Task What_is_stored_does_not_hold_the_state()
    {
        Requires(StoreCapabilities.Dump);
        var before = await Fixture.DumpAsync(Scope);
        var state = await IssueAsync(new OAuthStateData { TeamId = "T1" });
        var dump = await Fixture.DumpAsync(Scope);
        Assert.NotEqual(before, dump);
        Assert.False(dump.Contains(state, StringComparison.OrdinalIgnoreCase), "The store holds the state itself. Store a hash of it: OAuthState.ComputeKey.");
        var half = state[..22];
        Assert.False(dump.Contains(half, StringComparison.OrdinalIgnoreCase), "The store holds half of the state. Store a hash of it: OAuthState.ComputeKey.");
        var bytes = Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(state));
        Assert.False(dump.Contains(bytes, StringComparison.OrdinalIgnoreCase), "The store holds the state's bytes. Store a hash of it: OAuthState.ComputeKey.");
        Assert.NotNull(await ConsumeAsync(state));
    }

    private ValueTask<string> IssueAsync(OAuthStateData? data = null) => Store.IssueAsync(data, Cancellation);

    private ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install) => Store.ConsumeAsync(state, purpose, Cancellation);
}
