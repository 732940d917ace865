using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SlackApp.Tests;

public sealed class BrowserTests(ChromiumFixture chromium)
{
    static BrowserTests() => SetDefaultExpectTimeout(120_000);

    [Fact]
    public async Task Install_allow_success()
    {
        await using var session = await SlackAppSession.StartAsync(chromium);
        var page = await session.OpenBrowserAsync();

        await BeginInstallAsync(page);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Sample app");
        await DecideAsync(page, "Allow");

        await Expect(page.Locator("#installations")).ToContainTextAsync("T0FAKETEAM1");
        await Expect(page.Locator("body")).Not.ToContainTextAsync("xox");
        Assert.Empty(session.Troubles);
    }

    [Fact]
    public async Task The_success_page_stays_where_nothing_opens_Slacks_links()
    {
        await using var session = await SlackAppSession.StartAsync(chromium, "--Slack:SuccessUrl=slack://app?team=T0FAKETEAM1&id=A0FAKEAPP01");
        var page = await session.OpenBrowserAsync();

        await BeginInstallAsync(page);
        await DecideAsync(page, "Allow");

        await Expect(page.Locator("h1")).ToHaveTextAsync("Thank you!");
        await Expect(page.Locator("#open")).ToHaveAttributeAsync("href", "slack://app?team=T0FAKETEAM1&id=A0FAKEAPP01");
        await Expect(page.Locator("#browser")).ToHaveAttributeAsync("href", "https://app.slack.com/client/T0FAKETEAM1");
        await page.Locator("#open").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Thank you!");
    }

    [Fact]
    public async Task Cancel_failure_and_again()
    {
        await using var session = await SlackAppSession.StartAsync(chromium);
        var page = await session.OpenBrowserAsync();

        await BeginInstallAsync(page);
        await DecideAsync(page, "Cancel");

        await Expect(page.Locator("h1")).ToHaveTextAsync("Cancelled");
        await Expect(page.Locator("#reason")).ToHaveTextAsync("access_denied");
        await page.Locator("#retry").ClickAsync();
        await page.Locator("#install").ClickAsync();
        await DecideAsync(page, "Allow");
        await Expect(page.Locator("#installations")).ToContainTextAsync("T0FAKETEAM1");
        Assert.Empty(session.Troubles);
    }

    [Fact]
    public async Task Two_tabs_at_once_both_succeed()
    {
        await using var session = await SlackAppSession.StartAsync(chromium);
        var first = await session.OpenBrowserAsync();
        var second = await session.OpenTabAsync(first.Context);

        await BeginInstallAsync(first);
        await BeginInstallAsync(second);
        await DecideAsync(second, "Allow");
        await Expect(second.Locator("#installations")).ToBeVisibleAsync();
        await DecideAsync(first, "Allow");
        await Expect(first.Locator("#installations")).ToBeVisibleAsync();

        Assert.Equal(2, session.Host.BuiltInSlack!.CountCalls("oauth.v2.access"));
    }

    [Fact]
    public async Task Another_browser_finishes_nothing()
    {
        await using var session = await SlackAppSession.StartAsync(chromium);
        var victim = await session.OpenBrowserAsync();
        var attacker = await session.OpenBrowserAsync();
        await BeginInstallAsync(attacker);
        var link = session.Host.BuiltInSlack!.Authorize(new(attacker.Url));

        await victim.GotoAsync(link.AbsoluteUri);

        await Expect(victim.Locator("#reason")).ToHaveTextAsync("invalid_browser");
        await victim.GotoAsync("/");
        await Expect(victim.Locator("#nothing")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("</code></bdi></p><iframe srcdoc='<script>parent.alert(1)</script>'>")]
    [InlineData("<meta http-equiv=refresh content='0;url=javascript:alert(1)'>")]
    public async Task A_hostile_error_is_shown_as_text(string error)
    {
        await using var session = await SlackAppSession.StartAsync(chromium);
        var page = await session.OpenBrowserAsync();

        await page.GotoAsync($"/slack/oauth_redirect?error={Uri.EscapeDataString(error)}");

        await Expect(page.Locator("#reason")).ToHaveTextAsync(error);
        Assert.Equal(0, await page.Locator("script, img, iframe, meta[http-equiv]").CountAsync());
        Assert.Empty(session.Troubles);
    }

    [Fact]
    public async Task Sign_in_with_Slack()
    {
        await using var session = await SlackAppSession.StartAsync(chromium);
        var page = await session.OpenBrowserAsync();

        await page.Locator("#signin").ClickAsync();
        await DecideAsync(page, "Cancel");
        await Expect(page.Locator("#reason")).ToHaveTextAsync("access_denied");
        await page.Locator("#retry").ClickAsync();
        await DecideAsync(page, "Allow");

        await Expect(page.Locator("#user")).ToHaveTextAsync("Ada Example");
        Assert.Empty(session.Troubles);
    }

    [Fact]
    public async Task The_status_page_shows_the_stores_health_and_what_was_counted_and_no_token()
    {
        await using var session = await SlackAppSession.StartAsync(chromium);
        var page = await session.OpenBrowserAsync();
        await BeginInstallAsync(page);
        await DecideAsync(page, "Allow");

        await page.Locator("#status").ClickAsync();

        await Expect(page.Locator("#health")).ToHaveTextAsync("Healthy");
        await Expect(page.Locator("#checks")).ToContainTextAsync("slackoauth_states");
        await Expect(page.Locator("#metrics")).ToContainTextAsync("slackoauth.outcome=succeeded, slackoauth.purpose=install");
        await Expect(page.Locator("body")).Not.ToContainTextAsync("xox");
        Assert.Empty(session.Troubles);
    }

    [Fact]
    public async Task The_buttons_that_stand_for_a_user_of_Slack_do_what_they_say()
    {
        await using var session = await SlackAppSession.StartAsync(chromium);
        var page = await session.OpenBrowserAsync();

        await PressAsync("Type /open-modal", "Please install this app first!");
        await page.GotoAsync("/");
        await BeginInstallAsync(page);
        await DecideAsync(page, "Allow");
        await PressAsync("Type /open-modal", "A modal opened: Sample app");
        await PressAsync("Submit the modal", "The app answered 200");
        await PressAsync("Sign it wrongly", "The app answered 403");
        await PressAsync("Uninstall the app", "app_uninstalled: The app answered 200");
        await Expect(page.Locator("#nothing")).ToBeVisibleAsync();
        Assert.Empty(session.Troubles);

        async Task PressAsync(string button, string outcome)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
            await Expect(page.Locator("#outcome")).ToContainTextAsync(outcome);
        }
    }

    private static async Task BeginInstallAsync(IPage page)
    {
        await page.Locator("#install").ClickAsync();
        // Asked again and again: waiting for a navigation misses one that ends as the waiting begins.
        await Expect(page).ToHaveURLAsync(new Regex("/slack/install$"));
        await page.Locator("#install").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).WaitForAsync();
    }

    private static Task DecideAsync(IPage page, string decision) => page.GetByRole(AriaRole.Button, new() { Name = decision, Exact = true }).ClickAsync();
}
