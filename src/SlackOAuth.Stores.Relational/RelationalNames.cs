using System.Text.RegularExpressions;

namespace SlackOAuth.Stores.Relational;

/// <summary>Checks the names of tables and schemas, which no engine takes as parameters.</summary>
public static partial class RelationalNames
{
    /// <summary>What the name of every table begins with, unless an option says otherwise.</summary>
    public const string DefaultTablePrefix = "slack_";

    /// <summary>Whether a name may be written into a statement: 1 to 32 ASCII letters, digits and underscores, no digit first.</summary>
    public static bool IsValid(string? name) => name is not null && Name().IsMatch(name);

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,31}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
