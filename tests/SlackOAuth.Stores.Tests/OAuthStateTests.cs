namespace SlackOAuth.Stores.Tests;

public sealed class OAuthStateTests
{
    [Fact]
    public void A_state_is_256_bits_in_characters_that_need_no_escaping()
    {
        var state = OAuthState.Create();
        Assert.Equal(OAuthState.Length, state.Length);
        Assert.All(state, character => Assert.True(char.IsAsciiLetterOrDigit(character) || character is '-' or '_'));
        Assert.Equal(Uri.EscapeDataString(state), state);
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => OAuthState.Create()).Distinct().Count());
    }

    [Fact]
    public void A_key_depends_on_the_state_the_client_and_the_purpose()
    {
        var state = OAuthState.Create();
        var keys = new[]
        {
            OAuthState.ComputeKey(state, "1.1", OAuthStatePurpose.Install),
            OAuthState.ComputeKey(state, "1.1", OAuthStatePurpose.SignIn),
            OAuthState.ComputeKey(state, "1.2", OAuthStatePurpose.Install),
            OAuthState.ComputeKey(OAuthState.Create(), "1.1", OAuthStatePurpose.Install),
        };
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], OAuthState.ComputeKey(state, "1.1", OAuthStatePurpose.Install));
        Assert.All(keys, key => Assert.Matches("^[0-9a-f]{64}$", key));
        Assert.NotNull(OAuthState.ComputeKey(state, new string('é', 255), OAuthStatePurpose.Install));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("../../../../../../../../../../../../etc/passwd")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAÀ")]
    public void What_no_store_can_have_issued_has_no_key(string? state) => Assert.Null(OAuthState.ComputeKey(state, "1.1", OAuthStatePurpose.Install));
}
