using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class StateStoreConformanceTests<TFixture>
{
    [Fact, Contract(19)]
    public virtual async Task A_hostile_or_malformed_state_gives_null_and_consumes_no_other()
    {
        var data = new OAuthStateData { TeamId = "T1" };
        var state = await IssueAsync(data);
        foreach (var purpose in Enum.GetValues<OAuthStatePurpose>())
        {
            foreach (var hostile in HostileIds.States.Concat(Disguises(state)))
            {
                Assert.Null(await ConsumeAsync(hostile, purpose));
            }
        }

        Assert.Equal(data, await ConsumeAsync(state));
    }

    [Fact, Contract(19)]
    public virtual async Task An_unknown_state_of_the_right_form_gives_null()
    {
        var state = await IssueAsync();
        for (var i = 0; i < 20; i++)
        {
            Assert.Null(await ConsumeAsync(OAuthState.Create()));
        }

        Assert.NotNull(await ConsumeAsync(state));
    }

    [Fact, Contract(19)]
    public virtual async Task A_hostile_or_unknown_state_leaves_no_trace()
    {
        Requires(StoreCapabilities.Dump);
        await IssueAsync();
        var before = await Fixture.DumpAsync(Scope);
        foreach (var hostile in HostileIds.States.Append(OAuthState.Create()))
        {
            await ConsumeAsync(hostile);
            await ConsumeAsync(hostile, OAuthStatePurpose.SignIn);
        }

        Assert.Equal(before, await Fixture.DumpAsync(Scope));
    }

    /// <summary>What some comparison, path or pattern may take for the state.</summary>
    private static IEnumerable<string> Disguises(string state) =>
    [
        state + " ", " " + state, state + "\0", state + "\n", state + "=", state + "A", state[..^1], state[1..], state + "/", "./" + state, state + "%", state[..^1] + "?", state[..^1] + "*", state[..^1] + "_%",
        Uri.HexEscape(state[0]) + state[1..], "\"" + state + "\"", state + ".json", state + "," + state, SwapCase(state), state.ToUpperInvariant() + "a", OneOff(state), new string([.. state.Reverse()]) + "-",
        string.Concat(state.Select(character => char.IsAsciiLetterOrDigit(character) ? (char)(character + 0xFEE0) : character)),
    ];

    private static string SwapCase(string state)
    {
        var swapped = string.Concat(state.Select(character => char.IsAsciiLetterLower(character) ? char.ToUpperInvariant(character) : char.ToLowerInvariant(character)));
        return swapped == state ? state + "x" : swapped;
    }

    private static string OneOff(string state) => (state[0] == 'A' ? "B" : "A") + state[1..];
}
