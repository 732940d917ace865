using System.Collections.Frozen;

namespace SlackOAuth.Tool.Stores;

/// <summary>What a notation names, by the word before its first colon.</summary>
internal enum StoreScheme
{
    File,
    Redis,
    MongoDB,
    DynamoDB,
    SqlServer,
    PostgreSql,
    Sqlite,

    // What other SDKs left: these can be read from, not written to.
    BoltPython,
    BoltJs,
    BoltJava,
    BoltPythonSqlite,
    BoltPythonPostgreSql,
    BoltPythonSqlServer,
}

/// <summary>The words of the notation.</summary>
internal static class StoreSchemes
{
    private static readonly FrozenDictionary<string, StoreScheme> ByName = new Dictionary<string, StoreScheme>(StringComparer.OrdinalIgnoreCase)
    {
        ["file"] = StoreScheme.File,
        ["redis"] = StoreScheme.Redis,
        ["mongodb"] = StoreScheme.MongoDB,
        ["dynamodb"] = StoreScheme.DynamoDB,
        ["sqlserver"] = StoreScheme.SqlServer,
        ["postgres"] = StoreScheme.PostgreSql,
        ["sqlite"] = StoreScheme.Sqlite,
        ["bolt-python"] = StoreScheme.BoltPython,
        ["bolt-js"] = StoreScheme.BoltJs,
        ["bolt-java"] = StoreScheme.BoltJava,
        ["bolt-python+sqlite"] = StoreScheme.BoltPythonSqlite,
        ["bolt-python+postgres"] = StoreScheme.BoltPythonPostgreSql,
        ["bolt-python+sqlserver"] = StoreScheme.BoltPythonSqlServer,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<StoreScheme, string> Names = ByName.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>The words of the stores of this family.</summary>
    internal static IEnumerable<string> Stores => Enum.GetValues<StoreScheme>().Where(scheme => !scheme.IsImporter()).Select(Name);

    /// <summary>The words of what other SDKs left.</summary>
    internal static IEnumerable<string> Importers => Enum.GetValues<StoreScheme>().Where(IsImporter).Select(Name);

    internal static bool TryFind(string name, out StoreScheme scheme) => ByName.TryGetValue(name, out scheme);

    internal static string Name(this StoreScheme scheme) => Names[scheme];

    /// <summary>Whether it is what another SDK left, which can only be read.</summary>
    internal static bool IsImporter(this StoreScheme scheme) => scheme >= StoreScheme.BoltPython;
}
