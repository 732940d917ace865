using System.Text;
using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.SqlServer.Tests;

/// <summary>In every row of every table.</summary>
public sealed class SecretsAtRestTests : TestBackends.SecretsAtRestTests
{
    private readonly SqlServerInstallationFixture _installations;

    public SecretsAtRestTests(SqlServerServer server)
        : this(new SqlServerInstallationFixture(server), new SqlServerStateFixture(server))
    {
    }

    private SecretsAtRestTests(SqlServerInstallationFixture installations, SqlServerStateFixture states)
        : base(installations, states) => _installations = installations;

    // Both fixtures have the same tables.
    protected override async ValueTask<IReadOnlyList<byte[]>> ReadAsync(StoreScope scope) => [Encoding.UTF8.GetBytes(await _installations.DumpAsync(scope))];
}
