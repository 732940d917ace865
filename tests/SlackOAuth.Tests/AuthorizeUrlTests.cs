using System.Web;

namespace SlackOAuth.Tests;

public sealed class AuthorizeUrlTests
{
    private static readonly AuthorizeUrlGenerator Install = new() { ClientId = "111.222", Scopes = ["chat:write", "commands"], UserScopes = ["search:read"] };
    private static readonly OpenIdConnectAuthorizeUrlGenerator SignIn = new() { ClientId = "111.222", RedirectUri = "https://app.example/cb" };

    [Fact]
    public void An_install_URL_has_the_parameters_of_Slack()
    {
        Assert.Equal(
            "https://slack.com/oauth/v2/authorize?state=s-1&client_id=111.222&scope=chat%3Awrite%2Ccommands&user_scope=search%3Aread",
            Install.Generate("s-1"));
    }

    [Fact]
    public void Redirect_URI_and_team_are_passed_on_where_given()
    {
        var query = Query((Install with { RedirectUri = "https://app.example/cb?a=b&c=d" }).Generate("s", "T111"));

        Assert.Equal("https://app.example/cb?a=b&c=d", query["redirect_uri"]);
        Assert.Equal("T111", query["team"]);
    }

    [Fact]
    public void Empty_scope_lists_are_sent_empty_and_empty_optional_values_not_at_all()
    {
        var url = new AuthorizeUrlGenerator { ClientId = "1", RedirectUri = "" }.Generate("s", "");

        Assert.Equal("https://slack.com/oauth/v2/authorize?state=s&client_id=1&scope=&user_scope=", url);
    }

    [Theory]
    [InlineData("x&client_id=evil")]
    [InlineData("x#fragment")]
    [InlineData("x=y;z")]
    [InlineData("x y+z%26")]
    [InlineData("\r\nLocation: https://evil.example")]
    [InlineData("\"><script>")]
    [InlineData("日本\u0000\u202e")]
    public void No_value_adds_or_replaces_a_parameter(string hostile)
    {
        var install = Query(new AuthorizeUrlGenerator
        {
            ClientId = hostile, Scopes = [hostile], UserScopes = [hostile], RedirectUri = hostile,
        }.Generate(hostile, hostile));
        Assert.Equal(["state", "client_id", "scope", "user_scope", "redirect_uri", "team"], install.AllKeys);
        Assert.All(install.AllKeys, key => Assert.Equal(hostile, install[key]));

        var signIn = Query(new OpenIdConnectAuthorizeUrlGenerator { ClientId = hostile, Scopes = [hostile], RedirectUri = hostile }.Generate(hostile, hostile, hostile));
        Assert.Equal(["response_type", "state", "client_id", "scope", "redirect_uri", "team", "nonce"], signIn.AllKeys);
        Assert.All(signIn.AllKeys, key => Assert.Equal(key == "response_type" ? "code" : hostile, signIn[key]));
    }

    [Theory]
    [InlineData("https://slack.example/authorize?tenant=a%26b", "https://slack.example/authorize?tenant=a%26b&state=s&")]
    [InlineData("https://slack.example/authorize?", "https://slack.example/authorize?state=s&")]
    [InlineData("https://slack.example/authorize?a=b&", "https://slack.example/authorize?a=b&state=s&")]
    [InlineData("http://127.0.0.1:5080/authorize#top", "http://127.0.0.1:5080/authorize?state=s&")]
    public void A_base_URL_keeps_its_query(string baseUrl, string expected)
    {
        Assert.StartsWith(expected, (Install with { AuthorizationUrl = baseUrl }).Generate("s"), StringComparison.Ordinal);
        Assert.StartsWith(
            expected.Replace("state=s", "response_type=code&state=s", StringComparison.Ordinal),
            (SignIn with { AuthorizationUrl = baseUrl }).Generate("s"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_sign_in_URL_joins_its_scopes_with_blanks_and_has_the_nonce_where_given()
    {
        Assert.Equal(
            "https://slack.com/openid/connect/authorize?response_type=code&state=s&client_id=111.222&scope=openid%20email%20profile&redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
            SignIn.Generate("s"));
        var query = Query(SignIn.Generate("s", nonce: "n-1", team: "T1"));
        Assert.Equal("n-1", query["nonce"]);
        Assert.Equal("T1", query["team"]);
    }

    [Theory]
    [InlineData("/relative")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public void A_base_URL_that_is_no_web_address_is_refused(string baseUrl)
    {
        Assert.Throws<ArgumentException>(() => (Install with { AuthorizationUrl = baseUrl }).Generate("s"));
    }

    [Fact]
    public void Empty_states_client_ids_and_scopes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Install.Generate(""));
        Assert.Throws<ArgumentException>(() => (Install with { ClientId = "" }).Generate("s"));
        Assert.Throws<ArgumentException>(() => (Install with { Scopes = ["a", " "] }).Generate("s"));
        Assert.Throws<ArgumentException>(() => (SignIn with { RedirectUri = "" }).Generate("s"));
    }

    [Fact]
    public void A_nonce_is_256_random_bits_and_matches_its_own_hash_only()
    {
        var nonce = OpenIdConnectNonce.Create();

        Assert.Equal(43, nonce.Length);
        Assert.NotEqual(nonce, OpenIdConnectNonce.Create());
        Assert.True(OpenIdConnectNonce.Matches(nonce, OpenIdConnectNonce.Hash(nonce)));
        Assert.False(OpenIdConnectNonce.Matches(nonce + "x", OpenIdConnectNonce.Hash(nonce)));
        Assert.False(OpenIdConnectNonce.Matches("", OpenIdConnectNonce.Hash(nonce)));
        Assert.False(OpenIdConnectNonce.Matches(null, OpenIdConnectNonce.Hash(nonce)));

        // base64url(SHA-256("abc")), so that the stored form never changes unnoticed.
        Assert.Equal("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0", OpenIdConnectNonce.Hash("abc"));
    }

    private static System.Collections.Specialized.NameValueCollection Query(string url) => HttpUtility.ParseQueryString(url[url.IndexOf('?', StringComparison.Ordinal)..]);
}
