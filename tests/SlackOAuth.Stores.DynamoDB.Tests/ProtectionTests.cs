using System.Text;
using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.DynamoDB.Tests;

/// <summary>In every attribute of every item of the table, which both stores have in common.</summary>
public sealed class SecretsAtRestTests : TestBackends.SecretsAtRestTests
{
    private readonly DynamoDBInstallationFixture _installations;

    public SecretsAtRestTests(DynamoDBServer server)
        : this(new DynamoDBInstallationFixture(server), server)
    {
    }

    private SecretsAtRestTests(DynamoDBInstallationFixture installations, DynamoDBServer server)
        : base(installations, new DynamoDBStateFixture(server)) => _installations = installations;

    protected override async ValueTask<IReadOnlyList<byte[]>> ReadAsync(StoreScope scope) => [Encoding.UTF8.GetBytes(await _installations.DumpAsync(scope))];
}
