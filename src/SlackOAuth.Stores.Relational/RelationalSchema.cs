using System.Reflection;

namespace SlackOAuth.Stores.Relational;

/// <summary>Reads the schema script of a dialect.</summary>
public static class RelationalSchema
{
    /// <summary>The text of <c>Schema.sql</c>, embedded in the dialect's assembly under that name.</summary>
    /// <param name="dialect">The dialect's assembly.</param>
    public static string Read(Assembly dialect)
    {
        ArgumentNullException.ThrowIfNull(dialect);
        using var stream = dialect.GetManifestResourceStream("Schema.sql")
            ?? throw new InvalidOperationException($"{dialect.GetName().Name} has no embedded resource 'Schema.sql'. Embed the script with that logical name.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
