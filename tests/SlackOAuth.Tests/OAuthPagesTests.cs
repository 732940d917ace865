using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SlackOAuth.Tests;

public sealed partial class OAuthPagesTests
{
    private const string Hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;";
    private const string HostileUrl = "https://x.example/?a=\"><script>alert(1)</script>&b='";

    public static TheoryData<string, string> Pages => new()
    {
        { "install", OAuthPages.Install("https://slack.com/oauth/v2/authorize?state=s&client_id=1") },
        { "install, named", OAuthPages.Install("https://slack.com/oauth/v2/authorize?state=s", "Tea & Biscuits") },
        { "install, hostile", OAuthPages.Install(HostileUrl, Hostile) },
        { "success", OAuthPages.Success("slack://app?team=T1&id=A1", "https://app.slack.com/client/T1", "Tea & Biscuits") },
        { "success, configured", OAuthPages.Success("/welcome?a=b&c=d") },
        { "success, hostile", OAuthPages.Success(HostileUrl, HostileUrl, Hostile) },
        { "failure", OAuthPages.Failure(OAuthFailureReasons.InvalidBrowser, "/slack/install") },
        { "failure, no link", OAuthPages.Failure(OAuthFailureReasons.AccessDenied) },
        { "failure, hostile", OAuthPages.Failure(Hostile, HostileUrl) },
        { "failure, empty", OAuthPages.Failure("") },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_is_well_formed_accessible_and_without_a_script(string name, string page)
    {
        var document = Parse(page);

        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.Equal("en", document.Attribute("lang")?.Value);
        Assert.Equal("width=device-width, initial-scale=1", Assert.Single(document.Descendants("meta"), meta => meta.Attribute("name")?.Value == "viewport").Attribute("content")?.Value);
        Assert.Contains("color-scheme:light dark", page, StringComparison.Ordinal);
        Assert.NotEqual("", Assert.Single(document.Descendants("title")).Value);
        Assert.Single(document.Descendants("main"));
        Assert.Single(document.Descendants("h1"));
        Assert.All(document.Descendants("a"), link => Assert.NotEqual("", link.Value));
        Assert.Empty(document.Descendants("script"));
        Assert.Empty(document.Descendants("img"));
        Assert.DoesNotContain(document.Descendants().Attributes(), attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase) || attribute.Name == "style");
        Assert.True(document.Descendants().Attributes("src").All(source => source.Value.StartsWith("data:", StringComparison.Ordinal)), name);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_policy_allows_the_pages_style_and_nothing_else(string name, string page)
    {
        var style = page[(page.IndexOf("<style>", StringComparison.Ordinal) + 7)..page.IndexOf("</style>", StringComparison.Ordinal)];
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)));

        Assert.Equal(
            $"default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            OAuthPages.ContentSecurityPolicy);
        Assert.False(style.Contains('\r', StringComparison.Ordinal), name);
    }

    [Fact]
    public void The_install_page_leads_to_the_authorize_URL()
    {
        const string Url = "https://slack.com/oauth/v2/authorize?state=s&client_id=1&scope=a%2Cb";
        var document = Parse(OAuthPages.Install(Url, "Tea & Biscuits"));

        var button = Assert.Single(document.Descendants("a"));
        Assert.Equal((Url, "Add to Slack"), (button.Attribute("href")?.Value, button.Value));
        Assert.Equal("Install Tea & Biscuits", Assert.Single(document.Descendants("h1")).Value);
    }

    [Fact]
    public void The_success_page_goes_on_by_itself_and_links_both_ways_into_Slack()
    {
        var document = Parse(OAuthPages.Success("slack://app?team=T1&id=A1", "https://app.slack.com/client/T1"));

        Assert.Equal("0; URL=slack://app?team=T1&id=A1", Assert.Single(document.Descendants("meta"), meta => meta.Attribute("http-equiv") is not null).Attribute("content")?.Value);
        Assert.Equal(["slack://app?team=T1&id=A1", "https://app.slack.com/client/T1"], document.Descendants("a").Select(link => link.Attribute("href")?.Value));
        Assert.Single(Parse(OAuthPages.Success("slack://open")).Descendants("a"));
    }

    [Theory]
    [InlineData(OAuthFailureReasons.AccessDenied)]
    [InlineData(OAuthFailureReasons.InvalidBrowser)]
    [InlineData(OAuthFailureReasons.InvalidState)]
    [InlineData(OAuthFailureReasons.MissingCode)]
    [InlineData(OAuthFailureReasons.InvalidCode)]
    [InlineData(OAuthFailureReasons.StorageError)]
    [InlineData(OAuthFailureReasons.RateLimited)]
    [InlineData(OAuthFailureReasons.InvalidIdToken)]
    [InlineData(OAuthFailureReasons.InvalidNonce)]
    [InlineData("invalid_team_for_non_distributed_app")]
    [InlineData("invalid_scope")]
    public void Each_known_reason_is_explained_in_words_of_its_own(string reason)
    {
        var known = Parse(OAuthPages.Failure(reason, "/slack/install"));
        var unknown = Parse(OAuthPages.Failure("some_other_reason", "/slack/install"));

        Assert.NotEqual(unknown.Descendants("p").First().Value, known.Descendants("p").First().Value);
        Assert.Equal(reason, Assert.Single(known.Descendants("code")).Value);
        Assert.Equal(("/slack/install", "Try again"), (Assert.Single(known.Descendants("a")).Attribute("href")?.Value, known.Descendants("a").Single().Value));
    }

    [Fact]
    public void A_hostile_reason_is_shown_as_text()
    {
        Assert.Equal(Hostile, Reason(Hostile));
    }

    [Fact]
    public void A_long_reason_is_cut_at_a_whole_character()
    {
        Assert.Equal(new string('x', 100) + "…", Reason(new string('x', 1_000_000)));
        Assert.Equal(new string('x', 99) + "…", Reason(new string('x', 99) + "😀"));
        Assert.Equal(new string('x', 100), Reason(new string('x', 100)));
    }

    [Theory]
    [InlineData("a\u0000b")]
    [InlineData("a\nb")]
    [InlineData("a\u202Eb")]
    [InlineData("a\u200Bb")]
    [InlineData("a\u2028b")]
    public void What_would_not_be_seen_or_turns_the_text_is_shown_as_a_mark(string reason)
    {
        Assert.Equal("a\uFFFDb", Reason(reason));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_shown_as_a_mark()
    {
        Assert.Equal("a\uFFFDb", Reason("a\uD800b")); // No InlineData: an attribute cannot hold it.
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("JavaScript:alert(1)")]
    [InlineData(" javascript:alert(1)")]
    [InlineData("java\nscript:alert(1)")]
    [InlineData("\tjavascript:alert(1)")]
    [InlineData("\u0001javascript:alert(1)")]
    [InlineData("data:text/html,<script>alert(1)</script>")]
    [InlineData("vbscript:x")]
    [InlineData("welcome")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("")]
    public void A_link_that_is_a_script_or_no_URL_is_refused(string url)
    {
        Assert.ThrowsAny<ArgumentException>(() => OAuthPages.Install(url));
        Assert.ThrowsAny<ArgumentException>(() => OAuthPages.Success(url));
        Assert.ThrowsAny<ArgumentException>(() => OAuthPages.Success("slack://open", url));
        Assert.ThrowsAny<ArgumentException>(() => OAuthPages.Failure("x", url));
    }

    [Theory]
    [InlineData("A1", "T1", false, null, "slack://app?team=T1&id=A1")]
    [InlineData("A1", "T1", false, "https://e.enterprise.slack.com/", "slack://app?team=T1&id=A1")]
    [InlineData("A1", null, true, "https://e.enterprise.slack.com/", "https://e.enterprise.slack.com/manage/organization/apps/profile/A1/workspaces/add")]
    [InlineData("A1", null, true, "https://e.enterprise.slack.com", "https://e.enterprise.slack.com/manage/organization/apps/profile/A1/workspaces/add")]
    [InlineData("A1", null, true, "http://127.0.0.1:5080/", "http://127.0.0.1:5080/manage/organization/apps/profile/A1/workspaces/add")]
    [InlineData("A1", null, true, null, "slack://open")]
    [InlineData("A1", null, true, "javascript:alert(1)//", "slack://open")]
    [InlineData("A1", null, true, "http://evil.example/", "slack://open")]
    [InlineData("A1", null, false, null, "slack://open")]
    [InlineData(null, "T1", false, null, "slack://open")]
    [InlineData("", "", false, null, "slack://open")]
    [InlineData("A&x=1", "T#1", false, null, "slack://app?team=T%231&id=A%26x%3D1")]
    [InlineData("A/../1", null, true, "https://e.enterprise.slack.com/?q#f", "https://e.enterprise.slack.com/manage/organization/apps/profile/A%2F..%2F1/workspaces/add")]
    public void Success_leads_to_what_was_installed(string? app, string? team, bool orgWide, string? enterpriseUrl, string expected)
    {
        Assert.Equal(expected, SuccessUrl.ForSlack(app, team, orgWide, enterpriseUrl));
    }

    [Fact]
    public void The_web_client_is_linked_by_the_team()
    {
        Assert.Equal("https://app.slack.com/client/T1", SuccessUrl.ForBrowser("T1"));
        Assert.Equal("https://app.slack.com/client/T%2F1", SuccessUrl.ForBrowser("T/1"));
        Assert.Null(SuccessUrl.ForBrowser(null));
        Assert.Null(SuccessUrl.ForBrowser(""));
    }

    private static string Reason(string reason) => Assert.Single(Parse(OAuthPages.Failure(reason)).Descendants("code")).Value;

    /// <summary>An XML parser is stricter than any browser: what is not escaped or closed fails here.</summary>
    private static XElement Parse(string page) => XElement.Parse(VoidElement().Replace(page["<!DOCTYPE html>".Length..], "<$1/>"), LoadOptions.PreserveWhitespace);

    [GeneratedRegex("<((?:meta|link) [^>]*)>")]
    private static partial Regex VoidElement();
}
