namespace SlackOAuth.Stores.FileSystem.Tests;

/// <summary>A folder of one test, and stores over it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal const string ClientId = "111.222";

    internal string Path { get; } = Directory.CreateTempSubdirectory("slackoauth-").FullName;

    /// <summary>The folder of the app in it.</summary>
    internal string Root => System.IO.Path.Combine(Path, ClientId);

    internal FileSystemInstallationStore Installations(Action<SlackOAuthStoresOptions>? configure = null, Action<FileSystemStoreOptions>? configureFiles = null) =>
        new(Common(configure), Files(configureFiles));

    internal FileSystemOAuthStateStore States(TimeProvider? timeProvider = null, Action<SlackOAuthStoresOptions>? configure = null, Action<FileSystemStoreOptions>? configureFiles = null) =>
        new(Common(configure), Files(configureFiles), timeProvider);

    internal string Of(params string[] path) => System.IO.Path.Combine([Root, .. path]);

    /// <summary>Every file below, by its path in the folder.</summary>
    internal string[] FileNames() => FileNames(Path);

    internal static string[] FileNames(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Select(path => System.IO.Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static SlackOAuthStoresOptions Common(Action<SlackOAuthStoresOptions>? configure)
    {
        var options = new SlackOAuthStoresOptions { ClientId = ClientId };
        configure?.Invoke(options);
        return options;
    }

    private FileSystemStoreOptions Files(Action<FileSystemStoreOptions>? configure)
    {
        var options = new FileSystemStoreOptions { BaseDirectory = Path };
        configure?.Invoke(options);
        return options;
    }
}
