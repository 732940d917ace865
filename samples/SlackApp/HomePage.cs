using System.Globalization;
using System.Text;
using SlackOAuth.Stores;
using SlackOAuth.Testing;
using static System.Net.WebUtility;

namespace SlackApp;

/// <summary>The page of what is installed. It shows no token: the store's listing gives the records, and this page picks what it shows.</summary>
internal static class HomePage
{
    public static async Task<string> RenderAsync(HttpContext context, IInstallationStore store, string? outcome = null)
    {
        var isPretending = context.RequestServices.GetService<FakeSlack>() is not null;
        return Page.Render("Sample app", $"""
            <header>
            <h1>Sample app</h1>
            <p class="soft">{(context.User.Identity is { IsAuthenticated: true } user ? $"Signed in as <strong id=\"user\">{HtmlEncode(user.Name)}</strong>" : "Not signed in")} · <a id="status" href="/status">Status</a></p>
            </header>
            <p class="actions"><a class="button" id="install" href="/slack/install">Add to Slack</a> <a class="button quiet" id="signin" href="/slack/signin">Sign in with Slack</a></p>
            {(isPretending ? Pretend.Render(outcome) : "")}
            <h2>What is installed</h2>
            {await InstallationsAsync(store, context.RequestAborted)}
            """);
    }

    private static async Task<string> InstallationsAsync(IInstallationStore store, CancellationToken cancellationToken)
    {
        if (store.GetCapability<IInstallationListing>() is not { } listing)
        {
            return "<p>The store cannot list what it holds.</p>";
        }

        var rows = new StringBuilder();
        await foreach (var installation in listing.ListInstallationsAsync(cancellationToken))
        {
            rows.Append(CultureInfo.InvariantCulture, $"""
                <tr><td>{HtmlEncode(installation.TeamName ?? installation.EnterpriseName)} <code>{HtmlEncode(installation.TeamId ?? installation.EnterpriseId)}</code></td>
                <td><code>{HtmlEncode(installation.UserId)}</code></td><td>{(installation.BotToken is null ? "no bot" : HtmlEncode(string.Join(", ", installation.BotScopes)))}</td>
                <td>{installation.InstalledAt:yyyy-MM-dd HH:mm} UTC</td></tr>

                """);
        }

        return rows.Length == 0
            ? """<p id="nothing">Nothing yet.</p>"""
            : $"""<div class="scroll"><table id="installations"><thead><tr><th>Workspace</th><th>Installed by</th><th>Bot scopes</th><th>When</th></tr></thead><tbody>{rows}</tbody></table></div>""";
    }
}
