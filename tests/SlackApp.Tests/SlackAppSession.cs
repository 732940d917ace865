using Microsoft.Playwright;

namespace SlackApp.Tests;

/// <summary>The sample, started in this process on a free port and in a folder of its own, and a browser session with it.</summary>
internal sealed class SlackAppSession : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly List<IBrowserContext> _contexts = [];
    private readonly IBrowser _browser;

    private SlackAppSession(SlackAppHost host, DirectoryInfo folder, IBrowser browser) => (Host, _folder, _browser) = (host, folder, browser);

    public SlackAppHost Host { get; }

    /// <summary>What the pages wrote to the console as errors (a violated policy is one), and the dialogs that opened.</summary>
    public List<string> Troubles { get; } = [];

    public static async Task<SlackAppSession> StartAsync(ChromiumFixture chromium, params string[] arguments)
    {
        var browser = await chromium.GetAsync();
        var folder = Directory.CreateTempSubdirectory("slack-app-tests-");
        var host = await SlackAppHost.StartAsync(
            ["--Urls=http://127.0.0.1:0", $"--DataFolder={folder.FullName}", "--SLACK_CLIENT_ID=", "--Logging:LogLevel:Default=Critical", "--Logging:LogLevel:Microsoft.AspNetCore=Critical", .. arguments]);
        return new(host, folder, browser);
    }

    /// <summary>A browser with cookies of its own, at the app's home page.</summary>
    public async Task<IPage> OpenBrowserAsync()
    {
        var context = await _browser.NewContextAsync(new() { BaseURL = Host.Address.AbsoluteUri });
        context.SetDefaultTimeout(120_000);
        context.SetDefaultNavigationTimeout(120_000);
        _contexts.Add(context);
        return await OpenTabAsync(context);
    }

    /// <summary>One more tab of a browser.</summary>
    public async Task<IPage> OpenTabAsync(IBrowserContext context)
    {
        var page = await context.NewPageAsync();
        page.Console += (_, message) => Note(message.Type == "error" ? message.Text : null);
        page.PageError += (_, error) => Note(error);
        page.Dialog += async (_, dialog) =>
        {
            Note($"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
        await page.GotoAsync("/");
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var context in _contexts)
        {
            await context.DisposeAsync();
        }

        await Host.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private void Note(string? trouble)
    {
        if (trouble is not null)
        {
            lock (Troubles)
            {
                Troubles.Add(trouble);
            }
        }
    }
}
