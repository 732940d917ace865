using System.CommandLine;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands;

/// <summary>The argument that names a workspace.</summary>
internal sealed class WorkspaceArgument
{
    private readonly Argument<string> _workspace = new("WORKSPACE")
    {
        Description = "The workspace: T123; E123/T123 for one inside an Enterprise Grid; E123 for an org-wide installation. 'list' shows it.",
    };

    internal void AddTo(Command command) => command.Add(_workspace);

    internal WorkspaceId Read(ParseResult parsed) => WorkspaceNotation.Parse(parsed.GetRequiredValue(_workspace));

    /// <summary>What to try where a workspace is not found.</summary>
    internal static string Hint(WorkspaceId workspace) => workspace switch
    {
        { EnterpriseId: null } => "Inside an Enterprise Grid a workspace is named E123/T123; 'slackoauth list' shows what there is.",
        { TeamId: null } => "An organization's name stands for its org-wide installation alone, its workspaces are named E123/T123; 'slackoauth list' shows what there is.",
        _ => "'slackoauth list' shows what there is.",
    };
}
