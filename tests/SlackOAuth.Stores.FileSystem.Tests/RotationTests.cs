using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.FileSystem.Tests;

public sealed class FileSystemRotatingProcess : RotatingProcess
{
    public override ValueTask<IInstallationStore> OpenAsync(SlackOAuthStoresOptions options, IReadOnlyList<string> place) =>
        new(new FileSystemInstallationStore(options, new FileSystemStoreOptions { BaseDirectory = place[0] }));
}

/// <summary>Two processes over one folder rotate a token once.</summary>
public sealed class RotationTests : RotationProofTests<FileSystemRotatingProcess>
{
    private readonly TemporaryFolder _folder = new();

    protected override ValueTask<IReadOnlyList<string>> PlaceAsync() => new([_folder.Path]);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
