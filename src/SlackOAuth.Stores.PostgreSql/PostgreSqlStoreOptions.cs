using Microsoft.Extensions.Options;
using Npgsql;
using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.PostgreSql;

/// <summary>Where the PostgreSQL stores keep their tables.</summary>
public sealed class PostgreSqlStoreOptions
{
    /// <summary>Npgsql's connection string, such as <c>Host=db;Database=app;Username=app;Password=…</c>.</summary>
    /// <value>Required, unless <see cref="DataSource"/> is set.</value>
    public string? ConnectionString { get; set; }

    /// <summary>The app's own data source, for passwords that change and for certificates. It is never disposed here.</summary>
    /// <value>Required, unless <see cref="ConnectionString"/> is set.</value>
    public NpgsqlDataSource? DataSource { get; set; }

    /// <summary>The schema of the tables, which has to be there.</summary>
    /// <value>Null by default: the first of the connection's search path. Else 1 to 32 letters, digits and underscores, compared exactly.</value>
    public string? Schema { get; set; }

    /// <summary>What the name of every table begins with.</summary>
    /// <value><c>slack_</c> by default; 1 to 32 letters, digits and underscores.</value>
    public string TablePrefix { get; set; } = RelationalNames.DefaultTablePrefix;

    /// <summary>Whether the first call looks for the tables, and creates them where they are missing.</summary>
    /// <value>True by default. False where <see cref="IStorePreparation"/>, or a person with its script, creates them.</value>
    public bool PrepareOnFirstUse { get; set; } = true;

    /// <summary>Checks the options, for those who create a store without the container. [26]</summary>
    /// <exception cref="OptionsValidationException">An option is wrong; the message names it and says how to mend it.</exception>
    public void Validate()
    {
        var faults = FindFaults().ToArray();
        if (faults.Length > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(PostgreSqlStoreOptions), faults);
        }
    }

    internal IEnumerable<string> FindFaults()
    {
        if (DataSource is null && FindConnectionStringFault() is { } fault)
        {
            yield return $"{nameof(PostgreSqlStoreOptions)}.{nameof(ConnectionString)} {fault}";
        }
        else if (DataSource is not null && ConnectionString is not null)
        {
            yield return $"{nameof(PostgreSqlStoreOptions)}.{nameof(ConnectionString)} and {nameof(DataSource)} are both set. Set one of them.";
        }

        if (Schema is not null && !RelationalNames.IsValid(Schema))
        {
            yield return $"{nameof(PostgreSqlStoreOptions)}.{nameof(Schema)} is no name for a schema. Set it to 1 to 32 letters, digits and underscores, or to null for the search path's.";
        }

        if (!RelationalNames.IsValid(TablePrefix))
        {
            yield return $"{nameof(PostgreSqlStoreOptions)}.{nameof(TablePrefix)} is no name for a table. Set it to 1 to 32 letters, digits and underscores, such as '{RelationalNames.DefaultTablePrefix}'.";
        }
    }

    private string? FindConnectionStringFault()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString))
        {
            return $"is absent. Set it to Npgsql's connection string, or set {nameof(DataSource)}.";
        }

        try
        {
            return string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(ConnectionString).Host) ? "names no host. Add 'Host=…' to it." : null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // The driver's message may quote a piece of it.
            return "is no connection string of Npgsql. Write it as 'Host=db;Database=app;Username=app;Password=…'.";
        }
    }
}
