using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.Sqlite.Tests;

public sealed class SqliteRotatingProcess : RotatingProcess
{
    public override ValueTask<IInstallationStore> OpenAsync(SlackOAuthStoresOptions options, IReadOnlyList<string> place) =>
        new(new SqliteInstallationStore(options, new SqliteStoreOptions { Path = place[0] }));
}

/// <summary>Two processes over one file rotate a token once.</summary>
public sealed class RotationTests : RotationProofTests<SqliteRotatingProcess>
{
    private readonly TemporaryFile _file = new();

    protected override ValueTask<IReadOnlyList<string>> PlaceAsync() => new([_file.Path]);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _file.Dispose();
    }
}
