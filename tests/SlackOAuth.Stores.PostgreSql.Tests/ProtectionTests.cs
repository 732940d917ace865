using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.PostgreSql.Tests;

/// <summary>In every row of every table.</summary>
public sealed class SecretsAtRestTests : TestBackends.SecretsAtRestTests
{
    private readonly PostgreSqlInstallationFixture _installations;
    private readonly PostgreSqlStateFixture _states;

    public SecretsAtRestTests(PostgreSqlServer server)
        : this(new PostgreSqlInstallationFixture(server), new PostgreSqlStateFixture(server))
    {
    }

    private SecretsAtRestTests(PostgreSqlInstallationFixture installations, PostgreSqlStateFixture states)
        : base(installations, states) => (_installations, _states) = (installations, states);

    // Both fixtures have the same tables.
    protected override ValueTask<IReadOnlyList<byte[]>> ReadAsync(StoreScope scope) => _installations.CopyAsync(scope);
}
