using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using SlackOAuth.Stores;
using SlackOAuth.Stores.DynamoDB;
using SlackOAuth.Stores.FileSystem;
using SlackOAuth.Stores.MongoDB;
using SlackOAuth.Stores.PostgreSql;
using SlackOAuth.Stores.Redis;
using SlackOAuth.Stores.Sqlite;
using SlackOAuth.Stores.SqlServer;
using SlackOAuth.Tool.Importing;

namespace SlackOAuth.Tool.Stores;

/// <summary>The options of a provider, given as <c>--set Name=Value</c>, checked against its options class.</summary>
internal sealed class StoreSettings
{
    // The notation says these.
    private static readonly string[] OfTheNotation = [nameof(RedisStoreOptions.ConnectionString), nameof(FileSystemStoreOptions.BaseDirectory), nameof(SqliteStoreOptions.Path)];

    // What all stores have in common: the client id is an option of the command, and states are not the tool's to issue.
    private static readonly PropertyInfo[] OfEveryStore =
    [
        typeof(SlackOAuthStoresOptions).GetProperty(nameof(SlackOAuthStoresOptions.HistoryEnabled))!,
        typeof(SlackOAuthStoresOptions).GetProperty(nameof(SlackOAuthStoresOptions.HistoryLength))!,
    ];

    private readonly List<(PropertyInfo Property, object Value)> _values = [];

    /// <summary>No settings.</summary>
    internal static StoreSettings None { get; } = new();

    /// <summary>Reads the settings of a store.</summary>
    /// <param name="scheme">The kind of the store.</param>
    /// <param name="settings">Each <c>Name=Value</c>; names are not case-sensitive.</param>
    /// <param name="option">The option they were given by, for messages.</param>
    /// <exception cref="ToolException">One is no <c>Name=Value</c>, has no such name, or a value of another type.</exception>
    internal static StoreSettings Parse(StoreScheme scheme, IReadOnlyList<string> settings, string option = "--set")
    {
        if (settings.Count == 0)
        {
            return None;
        }

        var known = Properties(scheme).ToArray();
        if (known.Length == 0)
        {
            throw ToolException.Usage($"{scheme.Name()} has nothing to set. Leave {option} out.");
        }

        var parsed = new StoreSettings();
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw ToolException.Usage($"{option} takes Name=Value. For {scheme.Name()} the names are {List(known)}.");
            }

            var name = setting[..equals].Trim();
            var property = Array.Find(known, property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw ToolException.Usage($"{option} {name}: a {scheme.Name()} store has no such option. There are {List(known)}.");
            parsed._values.Add((property, Convert(option, property, setting[(equals + 1)..])));
        }

        return parsed;
    }

    /// <summary>The names that <c>--set</c> takes, for help and completion.</summary>
    internal static IEnumerable<string> Names(StoreScheme scheme) => Properties(scheme).Select(property => property.Name);

    /// <summary>Sets what was given for the options' class on an instance of it.</summary>
    /// <param name="options">A provider's options, or those of every store.</param>
    internal void Apply(object options)
    {
        foreach (var (property, value) in _values.Where(given => given.Property.DeclaringType == options.GetType()))
        {
            property.SetValue(options, value);
        }
    }

    /// <summary>Whether an option is among them.</summary>
    internal bool Sets(string name) => _values.Exists(given => given.Property.Name == name);

    private static IEnumerable<PropertyInfo> Properties(StoreScheme scheme) => OptionsClass(scheme) is not { } options
        ? []
        : options.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite && !OfTheNotation.Contains(property.Name) && (property.PropertyType == typeof(string) || property.PropertyType.IsValueType))
            .Concat(scheme.IsImporter() ? [] : OfEveryStore);

    private static Type? OptionsClass(StoreScheme scheme) => scheme switch
    {
        StoreScheme.File => typeof(FileSystemStoreOptions),
        StoreScheme.Redis => typeof(RedisStoreOptions),
        StoreScheme.MongoDB => typeof(MongoDBStoreOptions),
        StoreScheme.DynamoDB => typeof(DynamoDBStoreOptions),
        StoreScheme.SqlServer => typeof(SqlServerStoreOptions),
        StoreScheme.PostgreSql => typeof(PostgreSqlStoreOptions),
        StoreScheme.Sqlite => typeof(SqliteStoreOptions),
        StoreScheme.BoltPythonSqlite or StoreScheme.BoltPythonPostgreSql or StoreScheme.BoltPythonSqlServer => typeof(SlackSdkTableOptions),
        _ => null,
    };

    private static object Convert(string option, PropertyInfo property, string value)
    {
        try
        {
            return TypeDescriptor.GetConverter(property.PropertyType).ConvertFromString(context: null, CultureInfo.InvariantCulture, value)!;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or NotSupportedException)
        {
            var wanted = property.PropertyType == typeof(bool) ? "true or false" : property.PropertyType == typeof(TimeSpan) ? "a time such as 00:00:30" : "a whole number";
            throw ToolException.Usage($"{option} {property.Name}: this value is not {wanted}.");
        }
    }

    private static string List(IEnumerable<PropertyInfo> properties) => string.Join(", ", properties.Select(property => property.Name));
}
