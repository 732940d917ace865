using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore.Tests;

/// <summary>When the flow notes that a workspace uses the app.</summary>
public sealed class WorkspaceUseTests
{
    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T0FAKETEAM1");

    [Fact]
    public async Task An_install_and_a_request_are_uses_and_an_uninstall_forgets_them()
    {
        await using var app = await StartAsync(clientId: "1234567890.1234567890.activity");
        var activity = app.App.Services.GetRequiredService<IWorkspaceActivity>();
        using var browser = app.OpenBrowser();

        await CommandAsync(app);
        Assert.Null(await activity.FindLastUseAsync(Workspace, SlackTestApp.Cancellation));
        await browser.InstallAsync();
        Assert.Equal(app.Time.GetUtcNow(), await activity.FindLastUseAsync(Workspace, SlackTestApp.Cancellation));
        app.Time.Advance(TimeSpan.FromDays(2));
        await CommandAsync(app);
        Assert.Equal(app.Time.GetUtcNow(), await activity.FindLastUseAsync(Workspace, SlackTestApp.Cancellation));
        foreach (var slackEvent in app.Slack.Uninstall())
        {
            using var answer = await app.Slack.DeliverEventAsync(app.Client, "/slack/events", slackEvent, cancellationToken: SlackTestApp.Cancellation);
        }

        Assert.Null(await activity.FindLastUseAsync(Workspace, SlackTestApp.Cancellation));
    }

    [Fact]
    public async Task A_use_under_the_key_of_before_a_Grid_upgrade_is_forgotten_when_that_is_rekeyed()
    {
        await using var app = await StartAsync(clientId: "1234567890.1234567890.activity");
        var activity = app.App.Services.GetRequiredService<IWorkspaceActivity>();
        using var browser = app.OpenBrowser();
        await browser.InstallAsync();

        await app.App.Services.GetRequiredService<ISlackAuthorizer>()
            .AuthorizeAsync(new() { Kind = SlackRequestKind.Command, TeamId = Workspace.TeamId, EnterpriseId = "E1" }, SlackTestApp.Cancellation);

        Assert.Null(await activity.FindLastUseAsync(Workspace, SlackTestApp.Cancellation));
        Assert.NotNull(await activity.FindLastUseAsync(WorkspaceId.ForTeam(Workspace.TeamId!, "E1"), SlackTestApp.Cancellation));
    }

    [Fact]
    public async Task A_request_is_served_where_its_use_cannot_be_noted()
    {
        // Bound to the app's own client id, which the tracker refuses.
        await using var app = await StartAsync(clientId: "1234567890.1234567890");
        using var browser = app.OpenBrowser();

        await browser.InstallAsync();
        await CommandAsync(app, "hello");

        Assert.Equal(2, app.Logs.GetSnapshot().Count(record => record.Id.Id == 34 && record.Message.Contains("another client id", StringComparison.Ordinal)));
        Assert.Single(await app.Store.GetCapability<IInstallationListing>()!.ListInstallationsAsync(SlackTestApp.Cancellation).ToArrayAsync(SlackTestApp.Cancellation));
    }

    private static async Task CommandAsync(SlackTestApp app, string? expected = null)
    {
        using var answer = await app.Slack.DeliverCommandAsync(app.Client, "/slack/events", new() { Command = "/hello" }, cancellationToken: SlackTestApp.Cancellation);
        Assert.Contains(expected ?? "", await answer.Content.ReadAsStringAsync(SlackTestApp.Cancellation), StringComparison.Ordinal);
    }

    private static Task<SlackTestApp> StartAsync(string clientId) => SlackTestApp.StartAsync(new()
    {
        Stores = stores => stores.TrackWorkspaceActivity(services => new InMemoryInstallationStore(new() { ClientId = clientId }, services.GetRequiredService<InMemoryStoreData>())),
        Handlers = events => events.OnCommand("/hello", request => request.RespondAsync("hello")),
    });
}
