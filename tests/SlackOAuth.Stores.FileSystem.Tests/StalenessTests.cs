using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.FileSystem.Tests;

public sealed class FileSystemCachingProcess : CachingProcess
{
    public override ValueTask<IInstallationStore> OpenAsync(SlackOAuthStoresOptions options, IReadOnlyList<string> place) => new FileSystemRotatingProcess().OpenAsync(options, place);
}

/// <summary>Two processes with a cache each, over one folder.</summary>
public sealed class StalenessTests : StalenessProofTests<FileSystemCachingProcess>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override ValueTask<IReadOnlyList<string>> PlaceAsync() => new([_folder.Path]);
}
