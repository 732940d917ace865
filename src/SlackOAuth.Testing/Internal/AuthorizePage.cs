using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace SlackOAuth.Testing;

/// <summary>The HTML of the authorize pages. Every value is escaped; nothing of Slack's look is copied.</summary>
internal static class AuthorizePage
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --paper: #fff; --ground: #f3f4f6; --act: #0b5f4a; --note: #fff4d6; --note-ink: #5c4400 }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9da7b1; --line: #3a424c; --paper: #1a1f26; --ground: #0f1317; --act: #17765c; --note: #3a2f10; --note-ink: #f5dc9a } }
        * { box-sizing: border-box }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
        .note { margin: 0; padding: .6rem 1rem; background: var(--note); color: var(--note-ink); text-align: center; font-size: .9rem }
        main { width: min(34rem, 100% - 2rem); margin: 2rem auto; padding: 2rem 2.25rem; background: var(--paper); border: 1px solid var(--line); border-radius: 12px; overflow-wrap: anywhere }
        h1 { margin: 0 0 .5rem; font-size: 1.45rem; line-height: 1.3 }
        h2 { margin: 1.5rem 0 .5rem; font-size: 1rem }
        p { margin: .25rem 0; color: var(--soft) }
        ul { margin: 0; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 8px }
        li { padding: .5rem .85rem } li + li { border-top: 1px solid var(--line) }
        code { font: .9rem ui-monospace, monospace }
        label { display: block; margin: 1.5rem 0 .5rem; font-weight: 600 }
        select { width: 100%; padding: .6rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 8px }
        .actions { display: flex; gap: .75rem; justify-content: flex-end; margin-top: 1.75rem }
        button { padding: .6rem 1.5rem; font: inherit; font-weight: 600; border-radius: 8px; border: 1px solid var(--soft); background: transparent; color: var(--ink); cursor: pointer }
        button.allow { background: var(--act); border-color: var(--act); color: #fff }
        :focus-visible { outline: 3px solid #4493f8; outline-offset: 2px }
        .back { margin-top: 1rem; font-size: .85rem }
        """;

    public static Reply Ask(AuthorizeRequest request)
    {
        var app = Escape(request.App.Name);
        var title = request.IsSignIn ? $"Sign in to {app} with your account" : $"{app} asks for access to your workspace";
        var body = new StringBuilder();
        body.Append(CultureInfo.InvariantCulture, $"<h1>{title}</h1>\n<p>App <code>{Escape(request.App.AppId)}</code></p>\n<form method=\"post\">\n");
        AppendChoices(body, request);
        AppendScopes(body, request.IsSignIn ? "The app will learn" : "As you, the app will be able to use", request.UserScopes);
        AppendScopes(body, "As a bot, the app will be able to use", request.BotScopes);
        body.Append("""
            <div class="actions">
            <button name="decision" value="cancel">Cancel</button>
            <button class="allow" name="decision" value="allow">Allow</button>
            </div>
            </form>

            """);
        body.Append(CultureInfo.InvariantCulture, $"<p class=\"back\">Either way you go back to <code>{Escape(request.RedirectUri)}</code></p>");
        return Page(StatusCodes.Status200OK, title, body.ToString());
    }

    public static Reply Problem(AuthorizeProblem problem) => Page(
        StatusCodes.Status400BadRequest,
        "Something is wrong with this link",
        $"<h1>Something is wrong with this link</h1>\n<p><code>{Escape(problem.Error)}</code></p>\n<p>{Escape(problem.Explanation)}</p>");

    private static void AppendChoices(StringBuilder body, AuthorizeRequest request)
    {
        body.Append("<label for=\"as\">Workspace and user</label>\n<select id=\"as\" name=\"as\">\n");
        var index = 0;
        foreach (var group in request.Choices.GroupBy(choice => choice.Tenant))
        {
            var name = group.Key.IsOrgWide ? $"{group.Key.Name} (the whole organization)" : group.Key.Name;
            body.Append(CultureInfo.InvariantCulture, $"<optgroup label=\"{Escape(name)}\">\n");
            foreach (var choice in group)
            {
                body.Append(CultureInfo.InvariantCulture, $"<option value=\"{index++}\">{Escape(name)} as {Escape(choice.User.RealName)}</option>\n");
            }

            body.Append("</optgroup>\n");
        }

        body.Append("</select>\n");
    }

    private static void AppendScopes(StringBuilder body, string heading, IReadOnlyList<string> scopes)
    {
        if (scopes.Count == 0)
        {
            return;
        }

        body.Append(CultureInfo.InvariantCulture, $"<h2>{heading}</h2>\n<ul>\n");
        foreach (var scope in scopes)
        {
            body.Append(CultureInfo.InvariantCulture, $"<li><code>{Escape(scope)}</code></li>\n");
        }

        body.Append("</ul>\n");
    }

    private static string Escape(string text) => HtmlEncoder.Default.Encode(text);

    private static Reply Page(int status, string escapedTitle, string body) => Reply.Html(status, $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{escapedTitle}</title>
        <style>
        {Style}
        </style>
        </head>
        <body>
        <p class="note" role="note"><strong>Stand-in for Slack.</strong> For local tests only; nothing here reaches slack.com.</p>
        <main>
        {body}
        </main>
        </body>
        </html>

        """);
}
