using SlackOAuth.Stores.Conformance.Tests.Table;

namespace SlackOAuth.Stores.Conformance.Tests;

/// <summary>The sound stores that the broken ones change in one place pass every test, and no test is skipped on them.</summary>
public class SoundStoreTests
{
    public static TheoryData<string, string> Tests => [.. Suites.Tests.Select(test => (test.Suite.Name, test.Test.Name))];

    [Theory]
    [MemberData(nameof(Tests))]
    public async Task A_sound_store_passes(string suite, string test)
    {
        var (type, method) = Suites.Tests.Single(one => one.Suite.Name == suite && one.Test.Name == test);
        var thrown = await Suites.RunAsync(type, method, Suites.StoreOf(type) == typeof(IInstallationStore) ? typeof(TableInstallationStore) : typeof(TableStateStore));
        Assert.True(thrown is null, $"{thrown}");
    }
}
