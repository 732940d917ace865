using Microsoft.Extensions.Options;

namespace SlackOAuth.Stores.FileSystem;

/// <summary>Where the file system stores keep their files.</summary>
public sealed class FileSystemStoreOptions
{
    /// <summary>The folder that holds the installations.</summary>
    /// <value><c>.bolt-app-installation</c> in the home directory of the user that runs the app, as in Bolt for Python. A relative path starts at the current directory.
    /// It is created with access for its owner alone; one that is there keeps its mode.</value>
    public string BaseDirectory { get; set; } = DefaultBaseDirectory();

    /// <summary>Whether each app has a folder of its own, named by its client id, in <see cref="BaseDirectory"/>.</summary>
    /// <value>True by default, as in Bolt for Python. False for a directory that slack_sdk wrote without <c>client_id</c>; it then belongs to one app, for nothing in it tells two apart.</value>
    public bool UseClientIdFolder { get; set; } = true;

    /// <summary>The folder that holds the states, each app's in a folder of its own.</summary>
    /// <value>Null by default: the folder <c>.oauth-states</c> in <see cref="BaseDirectory"/>.</value>
    public string? StateDirectory { get; set; }

    /// <summary>Whether the folders named here are created where they are missing.</summary>
    /// <value>True by default. False where <see cref="IStorePreparation"/>, or a person with its script, has to create them.</value>
    public bool PrepareOnFirstUse { get; set; } = true;

    /// <summary>How long a write waits for other writes to the same workspace before it fails.</summary>
    /// <value>30 seconds by default; more than zero, and an hour at most.</value>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks the options, for those who create a store without the container. [26]</summary>
    /// <exception cref="OptionsValidationException">An option is wrong; the message names it and says how to mend it.</exception>
    public void Validate()
    {
        var faults = FindFaults().ToArray();
        if (faults.Length > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(FileSystemStoreOptions), faults);
        }
    }

    internal IEnumerable<string> FindFaults()
    {
        if (string.IsNullOrWhiteSpace(BaseDirectory))
        {
            yield return $"{nameof(FileSystemStoreOptions)}.{nameof(BaseDirectory)} is empty (its default needs a home directory). Set it to a folder that the app may write to.";
        }
        else if (FindPathFault(BaseDirectory) is { } fault)
        {
            yield return $"{nameof(FileSystemStoreOptions)}.{nameof(BaseDirectory)} {fault}";
        }

        if (StateDirectory is not null && (string.IsNullOrWhiteSpace(StateDirectory) ? "is empty. Set it to a folder, or to null for one in the base directory." : FindPathFault(StateDirectory)) is { } stateFault)
        {
            yield return $"{nameof(FileSystemStoreOptions)}.{nameof(StateDirectory)} {stateFault}";
        }

        if (LockTimeout <= TimeSpan.Zero || LockTimeout > TimeSpan.FromHours(1))
        {
            yield return $"{nameof(FileSystemStoreOptions)}.{nameof(LockTimeout)} is {LockTimeout}. Set it to more than zero and an hour at most.";
        }
    }

    private static string? FindPathFault(string path) =>
        path.Contains('\0', StringComparison.Ordinal) ? "holds a NUL character. Remove it."
        : path is "~" || path.StartsWith("~/", StringComparison.Ordinal) ? "starts with ~, which only a shell expands. Write the path of the home directory out."
        : null;

    private static string DefaultBaseDirectory() =>
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? Path.Combine(home, ".bolt-app-installation") : "";
}
