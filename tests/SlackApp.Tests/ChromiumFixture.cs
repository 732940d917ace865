using Microsoft.Playwright;
using SlackApp.Tests;

[assembly: AssemblyFixture(typeof(ChromiumFixture))]

namespace SlackApp.Tests;

/// <summary>One headless Chromium for all tests: the one that SLACKOAUTH_TEST_CHROMIUM names, or the one of the PATH.</summary>
public sealed class ChromiumFixture : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private readonly SemaphoreSlim _gate = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Starts Chromium on first use. Where there is none, the test is skipped, or fails where SLACKOAUTH_TEST_REQUIRED names chromium.</summary>
    public async Task<IBrowser> GetAsync()
    {
        var path = Find();
        if (path is null)
        {
            const string Missing = "No Chromium was found. Install Debian's package 'chromium', or name its path in SLACKOAUTH_TEST_CHROMIUM.";
            Assert.False(IsRequired, Missing + " SLACKOAUTH_TEST_REQUIRED asks for it.");
            Assert.Skip(Missing);
        }

        await _gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            return _browser ??= await _playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = path,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
                Timeout = 120_000,
            });
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _gate.Dispose();
    }

    private static bool IsRequired =>
        (Environment.GetEnvironmentVariable("SLACKOAUTH_TEST_REQUIRED") ?? "").Split(',', StringSplitOptions.TrimEntries).Contains("chromium", StringComparer.OrdinalIgnoreCase);

    private static string? Find() =>
        Environment.GetEnvironmentVariable("SLACKOAUTH_TEST_CHROMIUM") is { Length: > 0 } named
            ? named
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .SelectMany(folder => Names.Select(name => Path.Combine(folder, name)))
                .FirstOrDefault(File.Exists);
}
