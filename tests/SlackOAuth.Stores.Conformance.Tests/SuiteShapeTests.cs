using System.Reflection;

namespace SlackOAuth.Stores.Conformance.Tests;

/// <summary>What the suites are, apart from what they assert.</summary>
public class SuiteShapeTests
{
    private static readonly MethodInfo[] Tests =
    [
        .. typeof(ContractAttribute).Assembly.GetExportedTypes()
            .Where(type => type != typeof(ConformanceCoverageTests))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method.GetCustomAttribute<FactAttribute>() is not null),
    ];

    [Fact]
    public void Each_test_cites_a_sentence_of_the_contract() =>
        Assert.All(Tests, test => Assert.All(Assert.IsType<ContractAttribute>(test.GetCustomAttribute<ContractAttribute>(), exactMatch: true).Sentences, sentence => Assert.InRange(sentence, 1, 34)));

    [Fact]
    public void Each_sentence_of_the_contract_is_cited() =>
        Assert.Equal(Enumerable.Range(1, 34), Tests.SelectMany(test => test.GetCustomAttribute<ContractAttribute>()!.Sentences).Distinct().Order());

    [Fact]
    public void Each_test_can_be_overridden() => Assert.All(Tests, test => Assert.True(test is { IsVirtual: true, IsFinal: false }, test.Name));

    [Fact]
    public void Each_tests_name_is_a_sentence() => Assert.All(Tests, test => Assert.Matches("^[A-Z][A-Za-z0-9]*(_[A-Za-z0-9]+){2,}$", test.Name));

    [Fact]
    public void A_contracts_citation_is_a_trait() =>
        Assert.Equal([KeyValuePair.Create("Contract", "6"), KeyValuePair.Create("Contract", "12")], new ContractAttribute(6, 12).GetTraits());

    [Fact]
    public void The_package_brings_no_test_runner_and_no_framework_beyond_xunits_own_parts() =>
        Assert.Empty(typeof(ContractAttribute).Assembly.GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal) && !name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal))
            .Except(["CsCheck", "SlackOAuth.Stores", "xunit.v3.assert", "xunit.v3.common", "xunit.v3.core"]));

    [Fact]
    public void Hostile_ids_are_distinct_and_are_what_they_say()
    {
        Assert.Distinct(HostileIds.Savable, StringComparer.Ordinal);
        Assert.All(HostileIds.Savable, id => Assert.True(StoreArguments.CanBeStored(WorkspaceId.ForTeam(id)), id));
        Assert.All(HostileIds.Unsavable, id => Assert.False(StoreArguments.CanBeStored(WorkspaceId.ForTeam("T1"), id), id));
        Assert.All(HostileIds.States.Where(state => state is not { Length: OAuthState.Length }), state => Assert.Null(OAuthState.ComputeKey(state, "client", OAuthStatePurpose.Install)));
    }
}
