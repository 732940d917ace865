using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.SqlServer.Tests;

public sealed class SqlServerRotatingProcess : RotatingProcess
{
    public override ValueTask<IInstallationStore> OpenAsync(SlackOAuthStoresOptions options, IReadOnlyList<string> place) =>
        new(new SqlServerInstallationStore(options, new SqlServerStoreOptions { ConnectionString = place[0], TablePrefix = place[1] }));
}

/// <summary>Two processes over one database rotate a token once.</summary>
public sealed class RotationTests(SqlServerServer server) : RotationProofTests<SqlServerRotatingProcess>
{
    private readonly SqlServerTables _tables = new(server);

    protected override async ValueTask<IReadOnlyList<string>> PlaceAsync()
    {
        var options = await _tables.OptionsAsync(new StoreScope().Name);
        return [options.ConnectionString!, options.TablePrefix];
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _tables.DisposeAsync();
    }
}
