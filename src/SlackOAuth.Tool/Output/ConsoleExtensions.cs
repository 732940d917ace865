using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Spectre.Console;

namespace SlackOAuth.Tool.Output;

/// <summary>How the commands write.</summary>
internal static class ConsoleExtensions
{
    // What the border and the padding take.
    private const int BetweenColumns = 3;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        WriteIndented = true,
    };

    /// <summary>Writes a line as it is: never wrapped, so that a pipe and a copied line get it whole.</summary>
    internal static void WritePlainLine(this IAnsiConsole console, string line)
    {
        console.Profile.Out.Writer.WriteLine(line);
        console.Profile.Out.Writer.Flush();
    }

    /// <summary>Writes a value as one JSON document, names in Slack's own style.</summary>
    internal static void WriteJson<T>(this IAnsiConsole console, T value) => console.WritePlainLine(JsonSerializer.Serialize(value, Json));

    /// <summary>
    /// Writes rows: as a table on a terminal, or where that is too narrow for one that breaks no word, such as an id, a line for each cell; and else as lines with a tab between the cells, the first
    /// naming the columns.
    /// </summary>
    internal static void WriteRows(this IAnsiConsole console, IReadOnlyList<string> columns, IReadOnlyCollection<IReadOnlyList<string>> rows)
    {
        if (!console.Profile.Out.IsTerminal)
        {
            console.WritePlainLine(string.Join('\t', columns));
            foreach (var row in rows)
            {
                console.WritePlainLine(string.Join('\t', row));
            }

            return;
        }

        if (FindWidths(columns, rows, console.Profile.Width - 1) is not { } widths)
        {
            var (names, gap) = (columns.Max(column => column.Length), "");
            foreach (var row in rows)
            {
                console.WritePlainLine(gap + string.Join(Environment.NewLine, columns.Zip(row).Where(cell => cell.Second.Length > 0).Select(cell => $"{cell.First.PadRight(names)}  {cell.Second}")));
                gap = Environment.NewLine;
            }

            return;
        }

        var table = new Table { Border = TableBorder.Simple, UseSafeBorder = true };
        table.AddColumns([.. columns.Zip(widths, (column, width) => new TableColumn(new Markup($"[bold]{Markup.Escape(column)}[/]")) { Width = width })]);
        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        console.Write(table);
    }

    /// <summary>How wide each column is to be: as its longest cell where there is room, and never narrower than its longest word. Null where not even these fit.</summary>
    /// <remarks>Left alone, the library takes from the widest column, be it one of ids.</remarks>
    private static int[]? FindWidths(IReadOnlyList<string> columns, IReadOnlyCollection<IReadOnlyList<string>> rows, int room)
    {
        var cells = columns.Select((column, i) => rows.Select(row => row[i]).Append(column).ToArray()).ToArray();
        var widths = cells.Select(column => column.SelectMany(cell => cell.Split(' ')).Max(word => word.GetCellWidth())).ToArray();
        var left = room - widths.Sum(width => width + BetweenColumns);
        for (var i = 0; i < widths.Length && left > 0; i++)
        {
            var more = Math.Min(left, cells[i].Max(cell => cell.GetCellWidth()) - widths[i]);
            (widths[i], left) = (widths[i] + more, left - more);
        }

        return left >= 0 ? widths : null;
    }
}
