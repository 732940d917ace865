using System.Reflection;
using SlackOAuth.Stores.Conformance.Tests.Faults;
using Xunit.Sdk;

namespace SlackOAuth.Stores.Conformance.Tests;

/// <summary>Each broken store is wrong in one way, and is rejected by the tests that say so; each test of the suite rejects one.</summary>
public class BrokenStoreTests
{
    // A race shows in one of several runs, on a busy machine in one of many; any other fault in the first.
    private const int Runs = 64;

    private static readonly (Type Store, Type Suite, string Test)[] Rejections =
    [
        .. from type in typeof(BrokenStoreTests).Assembly.GetTypes()
           from rejected in type.GetCustomAttributes().OfType<IRejectedBy>()
           from test in rejected.Tests
           select (type, rejected.Suite, test),
    ];

    public static TheoryData<string, string, string> Cases => [.. Rejections.Select(rejection => (rejection.Store.Name, rejection.Suite.Name, rejection.Test))];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_broken_store_is_rejected_by_the_test_that_should(string store, string suite, string test)
    {
        var (type, suiteType, _) = Rejections.Single(rejection => (rejection.Store.Name, rejection.Suite.Name, rejection.Test) == (store, suite, test));
        var method = Suites.Tests.Single(one => one.Suite == suiteType && one.Test.Name == test).Test;
        Exception? thrown = null;
        for (var run = 0; run < Runs && thrown is null; run++)
        {
            thrown = await Suites.RunAsync(suiteType, method, type);
        }

        Assert.True(thrown is not null, $"{test} passes {store}.");
        Assert.False(thrown is SkipException, $"{test} is skipped for {store}.");
    }

    [Fact]
    public void Every_test_of_the_suites_rejects_a_broken_store()
    {
        var rejecting = Rejections.Select(rejection => (rejection.Suite, rejection.Test)).ToHashSet();
        var idle = Suites.Tests.Where(test => !rejecting.Contains((test.Suite, test.Test.Name))).Select(test => $"{test.Suite.Name}.{test.Test.Name}").ToArray();
        Assert.True(idle.Length == 0, string.Join(Environment.NewLine, idle));
    }

    [Fact]
    public void There_are_at_least_thirty_broken_stores() => Assert.True(Rejections.DistinctBy(rejection => rejection.Store).Count() >= 30);
}
