namespace SlackApp;

/// <summary>The frame of the sample's own pages.</summary>
internal static class Page
{
    private const string Style = """
        :root{color-scheme:light dark;--back:#f6f5f7;--card:#fff;--text:#1c1b1f;--soft:#5c5866;--line:#e2dfe6;--accent:#5a2a82;--on-accent:#fff}
        @media(prefers-color-scheme:dark){:root{--back:#17151a;--card:#221f27;--text:#f1eff4;--soft:#b5afbf;--line:#3a3541;--accent:#c9a4ea;--on-accent:#23102f}}
        *{box-sizing:border-box}
        body{margin:0;padding:2rem 1rem;background:var(--back);color:var(--text);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        main{max-width:46rem;margin:0 auto;padding:2rem 2.25rem;background:var(--card);border:1px solid var(--line);border-radius:.875rem}
        header{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline;justify-content:space-between}
        h1{margin:0;font-size:1.6rem}
        h2{margin:2rem 0 .75rem;font-size:1.1rem}
        .soft{margin:0;color:var(--soft);font-size:.9rem}
        .actions,form{display:flex;flex-wrap:wrap;gap:.625rem;margin:1.25rem 0 0}
        .button{padding:.55rem .95rem;border:1px solid var(--accent);border-radius:.5rem;background:var(--accent);color:var(--on-accent);font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
        .button.quiet{background:transparent;color:var(--accent)}
        .button:hover{filter:brightness(1.12)}
        :focus-visible{outline:3px solid var(--accent);outline-offset:3px}
        table{width:100%;border-collapse:collapse;font-size:.925rem}
        th,td{padding:.55rem .75rem .55rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
        th{color:var(--soft);font-weight:600;white-space:nowrap}
        code{font:.875em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
        pre{margin:1rem 0 0;padding:.85rem 1rem;border:1px solid var(--line);border-radius:.5rem;white-space:pre-wrap;overflow-wrap:anywhere;font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
        .scroll{overflow-x:auto}
        """;

    public static string Render(string title, string main) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{title}</title>
        <link rel="icon" href="data:,">
        <style>{Style}</style>
        </head>
        <body>
        <main>
        {main}
        </main>
        </body>
        </html>

        """;

    public static IResult Html(string html) => Results.Content(html, "text/html; charset=utf-8");
}
