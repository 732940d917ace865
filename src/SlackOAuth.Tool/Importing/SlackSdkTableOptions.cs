using System.Text.RegularExpressions;

namespace SlackOAuth.Tool.Importing;

/// <summary>What is set of slack_sdk's tables by <c>--from-set</c>.</summary>
internal sealed partial class SlackSdkTableOptions
{
    /// <summary>The table of the bots, perhaps with its schema before a dot.</summary>
    public string BotsTable { get; set; } = "slack_bots";

    /// <summary>The table of the installations, perhaps with its schema before a dot.</summary>
    public string InstallationsTable { get; set; } = "slack_installations";

    /// <exception cref="ToolException">A name is none.</exception>
    internal void Validate()
    {
        foreach (var (name, value) in new[] { (nameof(BotsTable), BotsTable), (nameof(InstallationsTable), InstallationsTable) })
        {
            if (!TableName().IsMatch(value))
            {
                throw ToolException.Usage($"{name} is no name of a table. Write letters, digits and underscores, with the schema and a dot before them where there is one.");
            }
        }
    }

    [GeneratedRegex(@"\A([A-Za-z_][A-Za-z0-9_]{0,127}\.)?[A-Za-z_][A-Za-z0-9_]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TableName();
}
