using SlackOAuth.Tool.Importing;
using SlackOAuth.Tool.Sources;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Tests.Importing;

public sealed class ImportersTests
{
    [Theory]
    [InlineData("bolt-python:./data", typeof(BoltPythonFiles))]
    [InlineData("bolt-js:./data", typeof(BoltJsFiles))]
    [InlineData("bolt-java:./data", typeof(BoltJavaFiles))]
    [InlineData("bolt-python+sqlite:./app.db", typeof(SlackSdkTables))]
    [InlineData("bolt-python+postgres:Host=db;Database=app;Password=secret", typeof(SlackSdkTables))]
    [InlineData("bolt-python+sqlserver:Server=db;Database=app;Password=secret", typeof(SlackSdkTables))]
    public async Task Each_notation_opens_its_importer_which_shows_no_password(string notation, Type importer)
    {
        await using var source = Open(notation);
        Assert.IsType(importer, source);
        Assert.StartsWith(notation[..notation.IndexOf(':', StringComparison.Ordinal)], source.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", source.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_of_the_family_is_no_importer() => Assert.Equal(ExitCodes.Usage, Assert.Throws<ToolException>(() => Open("file:./data")).ExitCode);

    [Fact]
    public async Task The_tables_are_those_that_are_set()
    {
        using var folder = new ImportFolder();
        await using var source = Open($"bolt-python+sqlite:{folder.Write("app.db", "")}", "BotsTable=my_bots", "installationstable=my_installations");
        Assert.Contains("my_bots", (await Assert.ThrowsAsync<ToolException>(async () => await source.CountAsync(TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_setting_is_answered_with_the_right_ones()
    {
        Assert.Contains("BotsTable, InstallationsTable", Assert.Throws<ToolException>(() => Open("bolt-python+sqlite:./app.db", "Table=x")).Message, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, Assert.Throws<ToolException>(() => Open("bolt-python+sqlite:./app.db", "BotsTable=x y")).ExitCode);
    }

    private static IRecordSource Open(string text, params string[] settings)
    {
        var notation = StoreNotation.Parse(text, _ => null);
        return Importers.Open(new SourceRequest(notation, []) { Settings = StoreSettings.Parse(notation.Scheme, settings, "--from-set") });
    }
}
