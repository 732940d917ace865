using CsCheck;

namespace SlackOAuth.Stores.Conformance.Modelling;

/// <summary>Random calls of a state store, and a clock that goes on.</summary>
internal static class StateModel
{
    private static readonly Gen<OAuthStatePurpose> Purpose = Gen.OneOf(OAuthStatePurpose.Install, OAuthStatePurpose.SignIn);

    internal static Gen<ModelStep<IOAuthStateStore>> Step { get; } = Gen.Frequency(
        (4, Purpose.Select(Issue)),
        (6, Gen.Select(Gen.Int[0, 11], Purpose, Consume)),
        (2, Gen.OneOf(TimeSpan.FromTicks(1), TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(600) - TimeSpan.FromTicks(1), TimeSpan.FromSeconds(600)).Select(Advance)));

    /// <summary>Consumes of what was issued before, and issues, with the clock at rest.</summary>
    internal static Gen<ModelStep<IOAuthStateStore>> StepAtOnce { get; } = Gen.Frequency((1, Purpose.Select(Issue)), (6, Gen.Select(Gen.Int[0, 3], Purpose, Consume)));

    /// <summary>Every state that is still there is consumed.</summary>
    internal static IReadOnlyList<ModelStep<IOAuthStateStore>> Observations { get; } =
        [.. Enumerable.Range(0, 24).SelectMany(number => new[] { Consume(number, OAuthStatePurpose.Install), Consume(number, OAuthStatePurpose.SignIn) })];

    private static ModelStep<IOAuthStateStore> Issue(OAuthStatePurpose purpose) => new(
        $"IssueAsync({purpose})",
        async (run, number, cancellation) =>
        {
            run.States[number] = await run.Store.IssueAsync(new OAuthStateData { Purpose = purpose, TeamId = $"T{number}" }, cancellation);
            return null;
        });

    private static ModelStep<IOAuthStateStore> Consume(int issuedBy, OAuthStatePurpose purpose) => new(
        $"ConsumeAsync(the state of call {issuedBy + 1}, {purpose})",
        async (run, _, cancellation) => await run.Other.ConsumeAsync(run.States.GetValueOrDefault(issuedBy), purpose, cancellation));

    private static ModelStep<IOAuthStateStore> Advance(TimeSpan time) => new(
        $"{time:c} goes by",
        (run, _, _) =>
        {
            run.Time.Advance(time);
            return ValueTask.FromResult<object?>(null);
        });
}
