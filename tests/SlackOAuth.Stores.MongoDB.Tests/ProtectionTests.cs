using SlackOAuth.Stores.Conformance;
using SlackOAuth.Stores.TestBackends;

namespace SlackOAuth.Stores.MongoDB.Tests;

/// <summary>In every document of both collections.</summary>
public sealed class SecretsAtRestTests : TestBackends.SecretsAtRestTests
{
    private readonly MongoDBInstallationFixture _installations;

    public SecretsAtRestTests(MongoDBServer server)
        : this(new MongoDBInstallationFixture(server), server)
    {
    }

    private SecretsAtRestTests(MongoDBInstallationFixture installations, MongoDBServer server)
        : base(installations, new MongoDBStateFixture(server)) => _installations = installations;

    // Both fixtures have the same database.
    protected override ValueTask<IReadOnlyList<byte[]>> ReadAsync(StoreScope scope) => _installations.CopyAsync(scope);
}
