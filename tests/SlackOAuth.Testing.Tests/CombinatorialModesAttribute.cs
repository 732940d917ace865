using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace SlackOAuth.Testing.Tests;

/// <summary>Runs a theory in each <see cref="Mode"/>, times the values given.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CombinatorialModesAttribute(params object[] values) : DataAttribute
{
    public object[] Values { get; } = values;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
        => new(Enum.GetValues<Mode>()
            .SelectMany(mode => Values.Length == 0 ? [new TheoryDataRow(mode)] : Values.Select(value => new TheoryDataRow(mode, value)))
            .ToArray());

    public override bool SupportsDiscoveryEnumeration() => true;
}
