using System.Globalization;

namespace SlackOAuth.Tests;

public sealed class OAuthStateCookieTests
{
    private static readonly OAuthStateCookie Cookie = new(TimeSpan.FromMinutes(10));

    [Fact]
    public void An_issue_sets_the_attributes_of_the_protocol()
    {
        var set = Cookie.Issue("state-1");

        Assert.Collection(
            set,
            cookie => Assert.StartsWith("slack-app-oauth-state=state-1; ", cookie, StringComparison.Ordinal),
            cookie => Assert.Matches("^slack-app-oauth-state-[0-9a-f]{16}=state-1; ", cookie));
        Assert.All(set, cookie => Assert.Equal(["Max-Age=600", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"], cookie.Split("; ")[1..]));
    }

    [Fact]
    public void Only_Secure_is_left_out_where_the_caller_says_so()
    {
        Assert.Equal(Cookie.Issue("s", secure: true)[0].Replace("; Secure", "", StringComparison.Ordinal), Cookie.Issue("s", secure: false)[0]);
        Assert.DoesNotContain("Secure", Cookie.Delete("s", secure: false)[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("__Host-state")]
    [InlineData("__host-state")]
    public void A_name_with_the_host_prefix_says_what_browsers_ask_of_it_in_any_case(string name)
    {
        var cookie = new OAuthStateCookie(TimeSpan.FromMinutes(10), name);
        string[] set = [.. cookie.Issue("s", secure: false), .. cookie.Delete("s", secure: false), .. cookie.Issue("s"), .. cookie.Delete("s")];

        Assert.All(set, value =>
        {
            Assert.StartsWith(name, value, StringComparison.Ordinal);
            Assert.Contains("; Path=/; Secure; ", value, StringComparison.Ordinal);
            Assert.DoesNotContain("Domain", value, StringComparison.OrdinalIgnoreCase);
        });
    }

    [Fact]
    public void The_browser_that_was_given_the_state_holds_it()
    {
        var browser = new Browser();
        browser.Receive(Cookie.Issue("state-1"));

        Assert.True(Cookie.Holds("state-1", browser.Headers));
        Assert.False(Cookie.Holds("state-2", browser.Headers));
        Assert.False(Cookie.Holds("state-", browser.Headers));
        Assert.False(Cookie.Holds("STATE-1", browser.Headers));
        Assert.False(Cookie.Holds("state-1", new Browser().Headers));
    }

    [Fact]
    public void Two_installs_begun_in_the_same_instant_in_one_browser_both_finish()
    {
        var browser = new Browser();
        var first = Cookie.Issue("state-1", requestCookies: browser.Headers);
        var second = Cookie.Issue("state-2", requestCookies: browser.Headers);
        browser.Receive(second);
        browser.Receive(first);

        Assert.True(Cookie.Holds("state-1", browser.Headers));
        Assert.True(Cookie.Holds("state-2", browser.Headers));

        browser.Receive(Cookie.Delete("state-1", requestCookies: browser.Headers));
        Assert.False(Cookie.Holds("state-1", browser.Headers));
        Assert.True(Cookie.Holds("state-2", browser.Headers));
    }

    [Fact]
    public void A_browser_keeps_the_newest_eight_pending_flows()
    {
        var browser = new Browser();
        for (var i = 0; i < 50; i++)
        {
            browser.Receive(Cookie.Issue("state-" + i.ToString(CultureInfo.InvariantCulture), requestCookies: browser.Headers));
            Assert.InRange(browser.Count, 2, OAuthStateCookie.MaxPending + 1);
        }

        Assert.False(Cookie.Holds("state-41", browser.Headers));
        Assert.All(Enumerable.Range(42, 8), i => Assert.True(Cookie.Holds("state-" + i.ToString(CultureInfo.InvariantCulture), browser.Headers)));
    }

    [Fact]
    public void A_client_with_thousands_of_cookies_gets_a_bounded_answer()
    {
        var header = string.Join("; ", Enumerable.Range(0, 5000).Select(i => $"slack-app-oauth-state-{i:x16}=x"));

        Assert.InRange(Cookie.Issue("s", requestCookies: [header]).Count, 2, 40);
    }

    [Fact]
    public void Cookies_of_others_are_never_deleted()
    {
        string[] headers = [string.Join("; ", Enumerable.Range(0, 20).Select(i => $"slack-app-oauth-state-other{i}=x; session{i}=y; slack-app-oauth-state-0123456789ABCDEF=z"))];

        Assert.Equal(2, Cookie.Issue("s", requestCookies: headers).Count);
    }

    [Fact]
    public void A_cookie_of_the_bare_name_alone_is_enough()
    {
        string[] headers = ["a=b; slack-app-oauth-state=state-1"];

        Assert.True(Cookie.Holds("state-1", headers));
        Assert.False(Cookie.Holds("state-2", headers));
        Assert.Equal(2, Cookie.Delete("state-1", requestCookies: headers).Count);
        Assert.Single(Cookie.Delete("state-2", requestCookies: headers));
    }

    [Fact]
    public void A_deletion_expires_the_cookie_it_names()
    {
        var issued = Cookie.Issue("state-1")[1];
        var deleted = Assert.Single(Cookie.Delete("state-1"));

        Assert.Equal(issued[..issued.IndexOf('=', StringComparison.Ordinal)], deleted[..deleted.IndexOf('=', StringComparison.Ordinal)]);
        Assert.Contains("=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; Secure", deleted, StringComparison.Ordinal);
        Assert.DoesNotContain("state-1;", deleted, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("slack-app-oauth-state=\"state-1\"")]
    [InlineData("  slack-app-oauth-state =  state-1  ")]
    [InlineData("slack-app-oauth-state=old; slack-app-oauth-state=state-1")]
    [InlineData(";;=;slack-app-oauth-state;=x;slack-app-oauth-state=state-1;")]
    public void Headers_are_read_as_browsers_and_proxies_write_them(string header)
    {
        Assert.True(Cookie.Holds("state-1", [null, "", header]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("slack-app-oauth-state")]
    [InlineData("slack-app-oauth-state=")]
    [InlineData("slack-app-oauth-stateX=state-1")]
    [InlineData("x=slack-app-oauth-state=state-1")]
    [InlineData("slack-app-oauth-state=\"")]
    [InlineData("slack-app-oauth-state-0000000000000000=state-1")]
    public void Headers_without_the_state_hold_nothing(string? header)
    {
        Assert.False(Cookie.Holds("state-1", [header]));
        Assert.False(Cookie.Holds("", [header]));
        Assert.False(Cookie.Holds(null, [header]));
        Assert.False(Cookie.Holds("state-1", null));
    }

    [Theory]
    [InlineData("a;b")]
    [InlineData("a b")]
    [InlineData("a\r\nSet-Cookie: x=y")]
    [InlineData("a\"b")]
    [InlineData("ä")]
    [InlineData("")]
    public void A_state_that_would_break_the_header_is_not_issued_and_its_text_is_not_in_the_message(string state)
    {
        var exception = Assert.Throws<ArgumentException>(() => Cookie.Issue(state));

        Assert.True(state.Length == 0 || !exception.Message.Contains(state, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a;b\r\nSet-Cookie: x=y")]
    [InlineData("<script>")]
    public void A_deletion_for_a_hostile_state_holds_nothing_of_it(string state)
    {
        Assert.Matches("^slack-app-oauth-state-[0-9a-f]{16}=; [ -~]+$", Assert.Single(Cookie.Delete(state)));
        Assert.Empty(Cookie.Delete(new string('x', 100_000)));
        Assert.Empty(Cookie.Delete(null));
        Assert.False(Cookie.Holds(new string('x', 100_000), ["slack-app-oauth-state=x"]));
    }

    [Fact]
    public void A_name_that_is_no_cookie_name_and_a_lifetime_under_a_second_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new OAuthStateCookie(TimeSpan.FromMinutes(1), "a;b"));
        Assert.Throws<ArgumentException>(() => new OAuthStateCookie(TimeSpan.FromMinutes(1), "a=b"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OAuthStateCookie(TimeSpan.FromMilliseconds(999)));
    }

    /// <summary>Keeps cookies as RFC 6265 says: a new one goes to the end, a changed one keeps its place.</summary>
    private sealed class Browser
    {
        private readonly List<(string Name, string Value)> _jar = [];

        public int Count => _jar.Count;

        public string[] Headers => _jar.Count == 0 ? [] : [string.Join("; ", _jar.Select(cookie => $"{cookie.Name}={cookie.Value}"))];

        public void Receive(IEnumerable<string> setCookies)
        {
            foreach (var setCookie in setCookies)
            {
                var parts = setCookie.Split("; ");
                var (name, value) = (parts[0].Split('=')[0], parts[0].Split('=')[1]);
                var at = _jar.FindIndex(cookie => cookie.Name == name);
                if (parts.Contains("Max-Age=0"))
                {
                    _jar.RemoveAll(cookie => cookie.Name == name);
                }
                else if (at < 0)
                {
                    _jar.Add((name, value));
                }
                else
                {
                    _jar[at] = (name, value);
                }
            }
        }
    }
}
