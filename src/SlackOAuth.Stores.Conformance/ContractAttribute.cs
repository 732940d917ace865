using System.Globalization;
using Xunit.v3;

namespace SlackOAuth.Stores.Conformance;

/// <summary>Says which numbered sentences of the store contract (<c>docs/contract.md</c>) a test shows. It is a trait, so that a runner can filter by it: <c>Contract=6</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ContractAttribute : Attribute, ITraitAttribute
{
    /// <summary>Cites sentences.</summary>
    /// <param name="sentences">The numbers of the sentences, 1 to 32.</param>
    public ContractAttribute(params int[] sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        Sentences = [.. sentences];
    }

    /// <summary>The numbers of the sentences.</summary>
    public IReadOnlyList<int> Sentences { get; }

    /// <inheritdoc />
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [.. Sentences.Select(sentence => KeyValuePair.Create("Contract", sentence.ToString(CultureInfo.InvariantCulture)))];
}
