namespace SlackOAuth.Stores.Conformance.Tests.Faults;

/// <summary>Marks a broken store, and names the tests that must reject it.</summary>
internal interface IRejectedBy
{
    Type Suite { get; }

    IReadOnlyList<string> Tests { get; }
}

/// <inheritdoc />
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class RejectedByAttribute<TSuite>(params string[] tests) : Attribute, IRejectedBy
{
    public Type Suite => typeof(TSuite);

    public IReadOnlyList<string> Tests => tests;
}
