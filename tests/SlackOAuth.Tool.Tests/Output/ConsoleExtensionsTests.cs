using SlackOAuth.Tool.Output;
using SlackOAuth.Tool.Tests.Support;

namespace SlackOAuth.Tool.Tests.Output;

public sealed class ConsoleExtensionsTests
{
    private static readonly string[][] Rows = [["T0123456789", "a name of words", "2026-03-01 12:00Z"], ["E0123456789/T0123456789", "", "no expiry"]];

    [Fact]
    public void A_table_breaks_between_words() => Assert.All(
        Write(width: 60).Where(line => line.Length > 0),
        line => Assert.True(line.TrimEnd().Length <= 60 && (!line.Contains("E0123", StringComparison.Ordinal) || line.Contains("E0123456789/T0123456789", StringComparison.Ordinal)), line));

    [Fact]
    public void Where_a_table_would_break_an_id_each_cell_has_a_line() => Assert.Equal(
        ["WORKSPACE  T0123456789", "NAME       a name of words", "INSTALLED  2026-03-01 12:00Z", "", "WORKSPACE  E0123456789/T0123456789", "INSTALLED  no expiry", ""],
        Write(width: 40));

    private static string[] Write(int width)
    {
        using var console = ToolRun.OpenConsole(isTerminal: true);
        console.Profile.Width = width;
        console.WriteRows(["WORKSPACE", "NAME", "INSTALLED"], Rows);
        return console.Output.Split('\n');
    }
}
