using System.Net;
using Microsoft.AspNetCore.WebUtilities;
using SlackOAuth.Stores;
using SlackOAuth.Testing;

namespace SlackOAuth.AspNetCore.Tests;

public sealed class CallbackTests
{
    [Fact]
    public async Task An_allowed_install_is_saved_and_shown()
    {
        await using var app = await SlackTestApp.StartAsync();
        using var browser = app.OpenBrowser();

        var page = await browser.InstallAsync();

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Equal("slack://app?team=T0FAKETEAM1&id=A0FAKEAPP01", page.Link("#open"));
        Assert.Equal("https://app.slack.com/client/T0FAKETEAM1", page.Link("#browser"));
        var installation = await app.Store.FindInstallationAsync(WorkspaceId.ForTeam("T0FAKETEAM1"), "U0FAKEUSER1", SlackTestApp.Cancellation);
        Assert.NotNull(installation);
        Assert.StartsWith("xoxb-", installation.BotToken, StringComparison.Ordinal);
        Assert.NotNull(installation.BotId);
        Assert.Equal(["commands"], installation.BotScopes);
        Assert.Equal(app.Time.GetUtcNow(), installation.InstalledAt);
    }
}
