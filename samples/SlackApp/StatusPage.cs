using System.Globalization;
using System.Text;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using static System.Net.WebUtility;

namespace SlackApp;

/// <summary>The page of how the app does: the health of its stores, and what was counted since it started.</summary>
internal static class StatusPage
{
    public static async Task<string> RenderAsync(HealthCheckService health, MetricsBoard metrics, CancellationToken cancellationToken)
    {
        var report = await health.CheckHealthAsync(cancellationToken);
        return Page.Render("Status", $"""
            <header>
            <h1>Status: <span id="health">{report.Status}</span></h1>
            <p class="soft"><a href="/">Back to the app</a></p>
            </header>
            <h2>Stores</h2>
            {Table("checks", ["Check", "Status", "What it found", "Took"], report.Entries.Select(entry => (string[])[
                Code(entry.Key), entry.Value.Status.ToString(), HtmlEncode(entry.Value.Description ?? ""), Milliseconds(entry.Value.Duration.TotalSeconds)]))}
            <h2>Since the start</h2>
            {Table("metrics", ["Instrument", "Attributes", "Count", "Average"], metrics.Rows.Select(row => (string[])[
                Code(row.Instrument),
                Code(row.Attributes),
                (row.IsHistogram ? row.Count : row.Total).ToString("N0", CultureInfo.InvariantCulture),
                row is { IsHistogram: true, Unit: "s" } ? Milliseconds(row.Total / row.Count) : ""]))}
            """);
    }

    private static string Code(string text) => $"<code>{HtmlEncode(text)}</code>";

    private static string Milliseconds(double seconds) => (seconds * 1000).ToString("N1", CultureInfo.InvariantCulture) + " ms";

    /// <param name="id">The element's id.</param>
    /// <param name="heads">The names of the columns.</param>
    /// <param name="rows">Their cells, as HTML.</param>
    private static string Table(string id, string[] heads, IEnumerable<string[]> rows)
    {
        var table = new StringBuilder($"""<div class="scroll"><table id="{id}"><thead><tr>""").AppendJoin("", heads.Select(head => $"<th>{head}</th>")).Append("</tr></thead><tbody>\n");
        foreach (var row in rows)
        {
            table.Append("<tr>").AppendJoin("", row.Select(cell => $"<td>{cell}</td>")).Append("</tr>\n");
        }

        return table.Append("</tbody></table></div>").ToString();
    }
}
