using SlackOAuth.Stores.Benchmarks.Engines;
using Xunit.Sdk;
using Xunit.v3;

namespace SlackOAuth.Stores.Benchmarks;

/// <summary>Which calls are measured. A word that names a group asks for that group alone; every other word is one that a call's name holds.</summary>
internal static class BenchmarkGroups
{
    private const string Cache = "cache";

    private static readonly string[] Local = ["file", "memory", "protocol"];

    internal static async IAsyncEnumerable<Scenario> ScenariosAsync(string[] words)
    {
        var groups = words.Where(word => Local.Contains(word) || word == Cache || EngineGroups.All.ContainsKey(word)).ToArray();
        var texts = words.Except(groups).ToArray();
        if (groups.Length == 0 || groups.Intersect(Local).Any())
        {
            using var cases = new BenchmarkCases();
            foreach (var scenario in cases.Scenarios().Where(scenario => IsAskedFor(scenario, groups, texts)))
            {
                yield return scenario;
            }
        }

        if (groups.Length == 0 || groups.Contains(Cache))
        {
            await using var cases = await CacheCases.CreateAsync();
            foreach (var scenario in cases.Scenarios().Where(scenario => IsAskedFor(scenario, groups, texts)))
            {
                yield return scenario;
            }
        }

        foreach (var (name, create) in EngineGroups.All.Where(engine => groups.Length == 0 || groups.Contains(engine.Key)))
        {
            await using var group = await TryCreateAsync(name, create);
            if (group is null)
            {
                continue;
            }

            foreach (var scenario in group.Scenarios.Where(scenario => IsAskedFor(scenario, groups, texts)))
            {
                yield return scenario;
            }
        }
    }

    private static async Task<EngineGroup?> TryCreateAsync(string name, Func<Task<EngineGroup>> create)
    {
        try
        {
            return await create();
        }
        catch (SkipException exception)
        {
            await Console.Error.WriteLineAsync($"{name} is left out. {exception.Message.Replace(DynamicSkipToken.Value, "", StringComparison.Ordinal)}");
            return null;
        }
    }

    private static bool IsAskedFor(Scenario scenario, string[] groups, string[] texts) =>
        (groups.Length == 0 || groups.Any(group => scenario.Name.StartsWith(group + ":", StringComparison.Ordinal)))
        && texts.All(text => scenario.Name.Contains(text, StringComparison.OrdinalIgnoreCase));
}
