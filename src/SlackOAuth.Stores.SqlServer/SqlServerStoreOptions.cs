using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.SqlServer;

/// <summary>Where the SQL Server stores keep their tables.</summary>
public sealed class SqlServerStoreOptions
{
    /// <summary>SqlClient's connection string, such as <c>Server=db;Database=app;Authentication=Active Directory Default</c>.</summary>
    /// <value>Required, unless <see cref="DataSource"/> is set.</value>
    public string? ConnectionString { get; set; }

    /// <summary>The app's own source of <see cref="SqlConnection"/>s, for access tokens and certificates. It is never disposed here.</summary>
    /// <value>Required, unless <see cref="ConnectionString"/> is set.</value>
    public DbDataSource? DataSource { get; set; }

    /// <summary>The schema of the tables, which has to be there.</summary>
    /// <value>Null by default: the default schema of the connection's user, mostly <c>dbo</c>. Else 1 to 32 letters, digits and underscores.</value>
    public string? Schema { get; set; }

    /// <summary>What the name of every table begins with.</summary>
    /// <value><c>slack_</c> by default; 1 to 32 letters, digits and underscores.</value>
    public string TablePrefix { get; set; } = RelationalNames.DefaultTablePrefix;

    /// <summary>Whether the first call looks for the tables, and creates them where they are missing.</summary>
    /// <value>True by default. False where <see cref="IStorePreparation"/>, or a person with its script, creates them.</value>
    public bool PrepareOnFirstUse { get; set; } = true;

    /// <summary>The driver's configurable retry logic, for opening connections and for every statement: each may be sent twice.</summary>
    /// <value>Null by default: what the driver's configuration file says, and nothing where there is none.</value>
    public SqlRetryLogicBaseProvider? RetryLogicProvider { get; set; }

    /// <summary>Checks the options, for those who create a store without the container. [26]</summary>
    /// <exception cref="OptionsValidationException">An option is wrong; the message names it and says how to mend it.</exception>
    public void Validate()
    {
        var faults = FindFaults().ToArray();
        if (faults.Length > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(SqlServerStoreOptions), faults);
        }
    }

    internal IEnumerable<string> FindFaults()
    {
        if (DataSource is null && FindConnectionStringFault() is { } fault)
        {
            yield return $"{nameof(SqlServerStoreOptions)}.{nameof(ConnectionString)} {fault}";
        }
        else if (DataSource is not null && ConnectionString is not null)
        {
            yield return $"{nameof(SqlServerStoreOptions)}.{nameof(ConnectionString)} and {nameof(DataSource)} are both set. Set one of them.";
        }

        if (Schema is not null && !RelationalNames.IsValid(Schema))
        {
            yield return $"{nameof(SqlServerStoreOptions)}.{nameof(Schema)} is no name for a schema. Set it to 1 to 32 letters, digits and underscores, or to null for the user's own.";
        }

        if (!RelationalNames.IsValid(TablePrefix))
        {
            yield return $"{nameof(SqlServerStoreOptions)}.{nameof(TablePrefix)} is no name for a table. Set it to 1 to 32 letters, digits and underscores, such as '{RelationalNames.DefaultTablePrefix}'.";
        }
    }

    private string? FindConnectionStringFault()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString))
        {
            return $"is absent. Set it to SqlClient's connection string, or set {nameof(DataSource)}.";
        }

        try
        {
            return string.IsNullOrEmpty(new SqlConnectionStringBuilder(ConnectionString).DataSource) ? "names no server. Add 'Server=…' to it." : null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException or KeyNotFoundException)
        {
            // The driver's message may quote a piece of it.
            return "is no connection string of Microsoft.Data.SqlClient. Write it as 'Server=db;Database=app;User Id=app;Password=…'.";
        }
    }
}
