using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Stores;

/// <summary>
/// A workspace as the command line names it: <c>T123</c>; <c>E123/T123</c> for one inside an Enterprise Grid; <c>E123</c> for an organization. <c>/E123</c> and <c>T123/</c> say which of
/// the two is meant where an id does not begin as Slack's do.
/// </summary>
internal static class WorkspaceNotation
{
    /// <summary>Reads a notation.</summary>
    /// <exception cref="ToolException">It names nothing.</exception>
    internal static WorkspaceId Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var (enterprise, team) = slash >= 0 ? (text[..slash], text[(slash + 1)..])
            : text.StartsWith('E') ? (text, "")
            : ("", text);
        return enterprise.Length + team.Length > 0
            ? new WorkspaceId(enterprise, team)
            : throw ToolException.Usage("no workspace is named. Write T123, E123/T123 for one inside an Enterprise Grid, or E123 for an org-wide installation.");
    }

    /// <summary>The notation of a workspace, which <see cref="Parse"/> reads.</summary>
    internal static string Format(WorkspaceId workspace) => (workspace.EnterpriseId, workspace.TeamId) switch
    {
        (null, { } team) => team.StartsWith('E') || team.Contains('/', StringComparison.Ordinal) ? "/" + team : team,
        ({ } enterprise, null) => enterprise.StartsWith('E') && !enterprise.Contains('/', StringComparison.Ordinal) ? enterprise : enterprise + "/",
        var (enterprise, team) => $"{enterprise}/{team}",
    };
}
