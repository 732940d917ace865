using SlackOAuth.Tool.Sources;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Importing;

/// <summary>Opens what other SDKs left.</summary>
internal static class Importers
{
    /// <summary>The importer of a request. Nothing is read before the first call.</summary>
    /// <exception cref="ToolException">The request names no importer, or a table's name is none.</exception>
    internal static IRecordSource Open(SourceRequest request) => request.Notation.Scheme switch
    {
        StoreScheme.BoltPython => new BoltPythonFiles(request.Notation.Connection, request.ClientIds, request.IncludeHistory),
        StoreScheme.BoltJs => new BoltJsFiles(request.Notation.Connection, request.ClientIds, request.IncludeHistory),
        StoreScheme.BoltJava => new BoltJavaFiles(request.Notation.Connection, request.ClientIds, request.IncludeHistory),
        StoreScheme.BoltPythonSqlite => OpenTables(SlackSdkDialect.Sqlite, request),
        StoreScheme.BoltPythonPostgreSql => OpenTables(SlackSdkDialect.PostgreSql, request),
        StoreScheme.BoltPythonSqlServer => OpenTables(SlackSdkDialect.SqlServer, request),
        _ => throw ToolException.Usage($"{request.Notation} is a store of this family, not what another SDK left."),
    };

    private static SlackSdkTables OpenTables(SlackSdkDialect dialect, SourceRequest request)
    {
        var options = new SlackSdkTableOptions();
        request.Settings.Apply(options);
        options.Validate();
        return new SlackSdkTables(new SlackSdkDatabase(dialect, request.Notation.Connection, request.Notation.Description, request.ClientIds), options, request.IncludeHistory);
    }
}
