using System.Text.RegularExpressions;

namespace SlackOAuth.Tool.Stores;

/// <summary>A store as the command line names it: <c>SCHEME:CONNECTION</c>, where the connection, or all of it, may stand in an environment variable.</summary>
internal sealed partial class StoreNotation
{
    private const string EnvironmentPrefix = "env:";

    private StoreNotation(StoreScheme scheme, string connection)
    {
        Scheme = scheme;
        Connection = connection;
        var details = ConnectionDetails.Read(scheme, connection);
        Description = $"{scheme.Name()}:{details.Place}";
        Secrets = details.Secrets;
    }

    internal StoreScheme Scheme { get; }

    /// <summary>What comes after the scheme: a path, a table's name, a connection string. It may hold a password: it goes to the driver and nowhere else.</summary>
    internal string Connection { get; }

    /// <summary>Whether it names what another SDK left, which can only be read.</summary>
    internal bool IsImporter => Scheme.IsImporter();

    /// <summary>The scheme with the path, or with host and database; never with credentials.</summary>
    internal string Description { get; }

    /// <summary>What no output may show: the passwords of the connection, and the connection itself where it holds one.</summary>
    internal IReadOnlyList<string> Secrets { get; }

    /// <inheritdoc cref="Description" />
    public override string ToString() => Description;

    /// <summary>Reads a notation.</summary>
    /// <param name="text">The notation. It may hold a password, so no message repeats it.</param>
    /// <param name="environment">Finds an environment variable by its name; null where it is not set.</param>
    /// <exception cref="ToolException">It is no notation, or names a variable that is not set.</exception>
    internal static StoreNotation Parse(string text, Func<string, string?> environment)
    {
        if (text.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
        {
            text = ReadVariable(text, environment);
        }

        // MongoDB's connection strings begin with the scheme already.
        if (text.StartsWith("mongodb://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("mongodb+srv://", StringComparison.OrdinalIgnoreCase))
        {
            return new StoreNotation(StoreScheme.MongoDB, text);
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? text : text[..colon];
        if (!StoreSchemes.TryFind(name, out var scheme))
        {
            throw ToolException.Usage(
                // What is no plain word may be a part of a connection string.
                $"{(colon > 0 && PlainWord().IsMatch(name) ? $"there is no kind of store called '{name}'" : "a store is named by its kind, a colon and where it is")}. "
                + $"Write one of {string.Join(", ", StoreSchemes.Stores.Concat(StoreSchemes.Importers).Select(known => known + ":"))} before it, such as file:./data.");
        }

        var connection = colon < 0 ? "" : text[(colon + 1)..];
        if (connection.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
        {
            connection = ReadVariable(connection, environment);
        }

        // DynamoDB's table has a name by default; nothing else is found without being named.
        return connection.Length > 0 || scheme == StoreScheme.DynamoDB
            ? new StoreNotation(scheme, connection)
            : throw ToolException.Usage($"'{scheme.Name()}:' names nothing. Write {ConnectionDetails.Example(scheme)}.");
    }

    private static string ReadVariable(string reference, Func<string, string?> environment)
    {
        var name = reference[EnvironmentPrefix.Length..];
        return !VariableName().IsMatch(name)
            ? throw ToolException.Usage("after 'env:' comes no name of an environment variable. Write env:NAME, with the connection in the variable NAME.")
            : environment(name) is { Length: > 0 } value
                ? value
                : throw ToolException.Usage($"the environment variable {name} is not set. Set it to what the store is to be opened with, or write that in place of env:{name}.");
    }

    [GeneratedRegex(@"\A[a-z][a-z+-]{1,23}\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PlainWord();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();
}
