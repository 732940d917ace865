using System.Buffers;
using Microsoft.Extensions.Options;
using MongoDB.Driver;

namespace SlackOAuth.Stores.MongoDB;

/// <summary>Which MongoDB the stores use, and which of its collections.</summary>
public sealed class MongoDBStoreOptions
{
    internal const string DefaultDatabaseName = "slack_oauth";

    private const int MaxDatabaseNameLength = 63;
    private const int MaxPrefixLength = 64;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>MongoDB's connection string, such as <c>mongodb+srv://app:…@cluster.example/app</c>.</summary>
    /// <value>Null by default; required unless a client is given to <c>UseMongoDB</c>.</value>
    public string? ConnectionString { get; set; }

    /// <summary>The database of the collections.</summary>
    /// <value>Null by default: the one that the connection string names, else <c>slack_oauth</c>. Else 1 to 63 characters of <c>A-Z a-z 0-9 _ -</c>.</value>
    public string? DatabaseName { get; set; }

    /// <summary>What the name of each collection begins with.</summary>
    /// <value><c>slack_</c> by default; 1 to 64 characters of <c>A-Z a-z 0-9 _ -</c>.</value>
    public string CollectionPrefix { get; set; } = "slack_";

    /// <summary>Whether the first call makes the collection and its index where they are missing.</summary>
    /// <value>True by default. False where <see cref="IStorePreparation"/>, or a person with its script, makes them.</value>
    public bool PrepareOnFirstUse { get; set; } = true;

    /// <summary>Checks the options, for those who create a store without the container. [26]</summary>
    /// <exception cref="OptionsValidationException">An option is wrong; the message names it and says how to mend it.</exception>
    public void Validate()
    {
        var faults = FindFaults().ToArray();
        if (faults.Length > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(MongoDBStoreOptions), faults);
        }
    }

    internal IEnumerable<string> FindFaults()
    {
        if (ConnectionString is not null && !TryParse(ConnectionString))
        {
            // The connection string holds a password: nothing of it is shown.
            yield return $"{nameof(MongoDBStoreOptions)}.{nameof(ConnectionString)} is no connection string of MongoDB. Set it to the form 'mongodb://user:password@host:27017/database'.";
        }

        if (DatabaseName is not null && !IsName(DatabaseName, MaxDatabaseNameLength))
        {
            yield return $"{nameof(MongoDBStoreOptions)}.{nameof(DatabaseName)} is '{DatabaseName}'. Set it to 1 to {MaxDatabaseNameLength} characters of A-Z a-z 0-9 _ -, or to null for the connection string's.";
        }

        if (!IsName(CollectionPrefix, MaxPrefixLength))
        {
            yield return $"{nameof(MongoDBStoreOptions)}.{nameof(CollectionPrefix)} is '{CollectionPrefix}'. Set it to 1 to {MaxPrefixLength} characters of A-Z a-z 0-9 _ -";
        }
    }

    private static bool IsName(string name, int maxLength) => !string.IsNullOrEmpty(name) && name.Length <= maxLength && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    private static bool TryParse(string connectionString)
    {
        try
        {
            _ = MongoUrl.Create(connectionString);
            return true;
        }
        catch (Exception exception) when (exception is MongoException or ArgumentException or FormatException)
        {
            return false;
        }
    }
}
