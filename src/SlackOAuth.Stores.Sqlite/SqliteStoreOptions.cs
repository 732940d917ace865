using Microsoft.Extensions.Options;
using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.Sqlite;

/// <summary>Where the SQLite stores keep their file, and how safe a write is.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>The database file.</summary>
    /// <value>Required. A relative path starts at the current directory. The file is created with access for its owner alone, its folder is not; both have to be on a local disk, for
    /// SQLite's WAL mode does not work on a network share.</value>
    public string Path { get; set; } = "";

    /// <summary>What the name of every table begins with.</summary>
    /// <value><c>slack_</c> by default; 1 to 32 letters, digits and underscores.</value>
    public string TablePrefix { get; set; } = RelationalNames.DefaultTablePrefix;

    /// <summary>Whether the first call looks for the file and its tables, and creates what is missing.</summary>
    /// <value>True by default. False where <see cref="IStorePreparation"/>, or a person with its script, creates them.</value>
    public bool PrepareOnFirstUse { get; set; } = true;

    /// <summary>Whether every write is flushed to the disk before it is acknowledged.</summary>
    /// <value>False by default: an acknowledged write outlives a crash of the app, and a power cut may undo the last ones, whole and in order. True makes each wait for the disk, a hundredfold.</value>
    public bool FlushEveryWrite { get; set; }

    /// <summary>How long a write waits for the writes of other processes before it fails.</summary>
    /// <value>30 seconds by default; more than zero, and an hour at most.</value>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks the options, for those who create a store without the container. [26]</summary>
    /// <exception cref="OptionsValidationException">An option is wrong; the message names it and says how to mend it.</exception>
    public void Validate()
    {
        var faults = FindFaults().ToArray();
        if (faults.Length > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(SqliteStoreOptions), faults);
        }
    }

    internal IEnumerable<string> FindFaults()
    {
        if (FindPathFault() is { } fault)
        {
            yield return $"{nameof(SqliteStoreOptions)}.{nameof(Path)} {fault}";
        }

        if (!RelationalNames.IsValid(TablePrefix))
        {
            yield return $"{nameof(SqliteStoreOptions)}.{nameof(TablePrefix)} is no name for a table. Set it to 1 to 32 letters, digits and underscores, such as '{RelationalNames.DefaultTablePrefix}'.";
        }

        if (BusyTimeout <= TimeSpan.Zero || BusyTimeout > TimeSpan.FromHours(1))
        {
            yield return $"{nameof(SqliteStoreOptions)}.{nameof(BusyTimeout)} is {BusyTimeout}. Set it to more than zero and an hour at most.";
        }
    }

    private string? FindPathFault() =>
        string.IsNullOrWhiteSpace(Path) ? "is empty. Set it to a file that the app may write to, such as './data/slack.db'."
        : Path.Contains('\0', StringComparison.Ordinal) ? "holds a NUL character. Remove it."
        : Path is ":memory:" || Path.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? "is no path of a file. Set it to one; to keep everything in memory, call UseInMemory."
        : System.IO.Path.EndsInDirectorySeparator(Path) || Directory.Exists(Path) ? "names a folder. Set it to a file in it."
        : null;
}
