using SlackOAuth.Stores.Conformance.Tests.Faults;

namespace SlackOAuth.Stores.Conformance.Tests;

/// <summary>What a failure of a model-based test tells.</summary>
public class ModelFailureTests
{
    [Fact]
    public async Task A_failure_is_shrunk_to_the_calls_it_takes_with_its_seed_and_shows_no_token()
    {
        var failure = await FailAsync(nameof(Suites.Installations.Random_sequences_of_calls_are_answered_as_by_the_reference), typeof(ReplacesANewerInstallation));
        Assert.Equal(2, Calls(failure).Length);
        Assert.All(Calls(failure), call => Assert.Matches(@"^  SaveAsync\([ET0-9/]+, [Uu][0-9]+, installed at [1-3](, without a bot)?\)$", call));
    }

    [Fact]
    public async Task A_failure_of_concurrent_calls_is_shrunk_and_names_the_callers()
    {
        // Whether a shorter case is seen to fail is itself a race, which a busy machine may decide against it several times: the shortest of a few runs is looked at.
        var failure = "";
        for (var run = 0; run < 6 && Calls(failure).Length is (0 or > 5); run++)
        {
            failure = await FailAsync(nameof(Suites.Installations.Random_concurrent_calls_are_answered_as_in_some_order_of_them), typeof(ReadsAndThenWrites));
        }

        Assert.True(Calls(failure).Length is >= 1 and <= 5, failure);
        Assert.Contains(Calls(failure), call => call.StartsWith("  caller ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_that_takes_no_race_is_shrunk_to_its_calls_one_after_the_other_and_not_to_none()
    {
        var calls = Calls(await FailAsync(nameof(Suites.Installations.Random_concurrent_calls_are_answered_as_in_some_order_of_them), typeof(ReplacesANewerInstallation)));
        Assert.Equal(2, calls.Length);
        Assert.All(calls, call => Assert.StartsWith("  SaveAsync(", call, StringComparison.Ordinal));
    }

    private static async Task<string> FailAsync(string test, Type store)
    {
        var method = Suites.Tests.Single(one => one.Suite == typeof(Suites.Installations) && one.Test.Name == test).Test;
        Exception? thrown = null;
        for (var run = 0; run < 8 && thrown is null; run++)
        {
            thrown = await Suites.RunAsync(typeof(Suites.Installations), method, store);
        }

        Assert.NotNull(thrown);
        Assert.Contains("CsCheck_Seed=", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", thrown.ToString(), StringComparison.Ordinal);
        return thrown.Message;
    }

    private static string[] Calls(string failure) => [.. failure.Split(Environment.NewLine).SkipWhile(line => line != "Shrunk to:").Skip(1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal))];
}
