using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Tool.Tests.Support;

namespace SlackOAuth.Tool.Tests.Commands;

public sealed class ShowTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Store => $"file:{_folder.At("data")}";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_workspace_is_shown_with_its_tokens_masked()
    {
        await Workspaces.FillAsync(Store);
        var run = await ToolRun.RunAsync("show", "T1", "--store", Store);
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Contains("team             T1 (Acme)", run.Out, StringComparison.Ordinal);
        Assert.Contains("  token          xoxe.xoxb-… (up to 32 characters), until 2026-03-01 15:00Z", run.Out, StringComparison.Ordinal);
        Assert.Contains("  token          xoxp-… (up to 32 characters), expired 2026-03-01 11:00Z", run.Out, StringComparison.Ordinal);
        Assert.Contains("  webhook        https://… (#general)", run.Out, StringComparison.Ordinal);
        Assert.Contains("  custom values  plan", run.Out, StringComparison.Ordinal);
        Assert.Contains("user U2", run.Out, StringComparison.Ordinal);
        Assert.All(Workspaces.Secrets, secret => Assert.DoesNotContain(secret, run.All, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("T2", ExitCodes.Problems)]
    [InlineData("E1/T2", ExitCodes.Ok)]
    [InlineData("E1", ExitCodes.Ok)]
    [InlineData("E1/", ExitCodes.Ok)]
    [InlineData("/T1", ExitCodes.Ok)]
    [InlineData("/E1", ExitCodes.Problems)]
    [InlineData("/", ExitCodes.Usage)]
    public async Task A_workspace_is_named_as_the_list_names_it(string workspace, int exitCode)
    {
        await Workspaces.FillAsync(Store);
        var run = await ToolRun.RunAsync("show", workspace, "--store", Store, "--client-id", Workspaces.ClientId);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(exitCode == ExitCodes.Ok, run.Error.Length == 0);
    }

    [Fact]
    public async Task JSON_has_what_the_text_has()
    {
        await Workspaces.FillAsync(Store);
        var run = await ToolRun.RunAsync("show", "T1", "--store", Store, "--user", "U1", "--output", "json");
        using var document = JsonDocument.Parse(run.Out);
        var installation = Assert.Single(Assert.Single(document.RootElement.EnumerateArray()).GetProperty("installations").EnumerateArray());
        Assert.Equal("xoxp-… (up to 32 characters)", installation.GetProperty("token").GetString());
        Assert.True(installation.GetProperty("has_webhook").GetBoolean());
        Assert.All(Workspaces.Secrets, secret => Assert.DoesNotContain(secret, run.All, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_of_the_app_decrypt_and_without_them_tokens_are_said_to_be_encrypted()
    {
        var keys = _folder.At("keys");
        MakeKey(keys);
        await Workspaces.FillAsync(Store, keyFolder: keys);
        Assert.Contains("  token          encrypted, until", (await ToolRun.RunAsync("show", "T1", "--store", Store)).Out, StringComparison.Ordinal);
        Assert.Contains("  token          xoxe.xoxb-…", (await ToolRun.RunAsync("show", "T1", "--store", Store, "--keys", keys)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_keys_are_an_error_and_no_key_is_made()
    {
        var (keys, others) = (_folder.At("keys"), _folder.At("others"));
        MakeKey(keys);
        MakeKey(others);
        await Workspaces.FillAsync(Store, keyFolder: keys);
        var run = await ToolRun.RunAsync("show", "T1", "--store", Store, "--keys", others, "--verbose");
        Assert.Equal(ExitCodes.StoreFailure, run.ExitCode);

        Directory.CreateDirectory(_folder.At("empty"));
        run = await ToolRun.RunAsync("show", "T1", "--store", Store, "--keys", _folder.At("empty"));
        Assert.Equal(ExitCodes.StoreFailure, run.ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.At("empty")));

        run = await ToolRun.RunAsync("show", "T1", "--store", Store, "--keys", _folder.At("missing"));
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.False(Directory.Exists(_folder.At("missing")));

        run = await ToolRun.RunAsync("show", "T1", "--store", Store, "--app-name", "app");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
    }

    [Fact]
    public async Task Keys_are_used_under_the_application_name_of_the_app()
    {
        var keys = _folder.At("keys");
        MakeKey(keys);
        await Workspaces.FillAsync(Store, keyFolder: keys, applicationName: "myapp");
        Assert.Equal(ExitCodes.Ok, (await ToolRun.RunAsync("show", "T1", "--store", Store, "--keys", keys, "--app-name", "myapp")).ExitCode);
        Assert.Equal(ExitCodes.StoreFailure, (await ToolRun.RunAsync("show", "T1", "--store", Store, "--keys", keys)).ExitCode);
    }

    /// <summary>What an app does at its first start.</summary>
    private static void MakeKey(string folder)
    {
        var services = new ServiceCollection();
        services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(folder));
        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<IDataProtectionProvider>().CreateProtector("any").Protect([1]);
    }
}
