using System.Collections.Concurrent;

namespace SlackOAuth.Stores.Conformance.Modelling;

/// <summary>One call of a random sequence.</summary>
/// <param name="Text">How it is printed: the method and the ids, no token.</param>
/// <param name="CallAsync">Makes the call, the nth of its sequence, and gives the answer.</param>
/// <param name="IsLookup">Whether it looks up an installation, which a store without <see cref="StoreCapabilities.AtomicSave"/> may show in between two writes.</param>
internal sealed record ModelStep<TStore>(string Text, Func<ModelRun<TStore>, int, CancellationToken, ValueTask<object?>> CallAsync, bool IsLookup = false)
{
    /// <summary>Whether another answer than the reference's is as right; null where none is.</summary>
    internal Func<ModelRun<TStore>, object?, object?, CancellationToken, ValueTask<bool>>? IsAsRightAsync { get; init; }

    public override string ToString() => Text;
}

/// <summary>What a sequence runs on: a store or the reference, with a clock of its own.</summary>
/// <param name="Store">The store.</param>
/// <param name="Other">A second instance over the same engine, or the same.</param>
/// <param name="Time">The clock.</param>
internal sealed record ModelRun<TStore>(TStore Store, TStore Other, TestClock Time)
{
    /// <summary>The states issued until now, by the step that issued them.</summary>
    internal ConcurrentDictionary<int, string> States { get; } = [];

    /// <summary>The leases had until now, the last one first.</summary>
    internal List<RotationLease> Leases { get; } = [];
}

/// <summary>A sequence that runs alone, and then several at once, if any.</summary>
internal sealed record ModelCase<TStore>(ModelStep<TStore>[] First, ModelStep<TStore>[][] AtOnce)
{
    /// <summary>The cases with one call less; then those in which the first calls of one caller are made before, and alone: a failure that takes no race ends with none at once, and fails each time.</summary>
    internal IEnumerable<ModelCase<TStore>> Simpler() =>
    [
        .. First.Select((_, i) => this with { First = Without(First, i) }),
        .. AtOnce.SelectMany((steps, caller) => steps.Select((_, i) => WithCaller(caller, Without(steps, i)))),
        .. AtOnce.SelectMany((steps, caller) => steps.Select((_, i) => WithCaller(caller, steps[(i + 1)..]) with { First = [.. First, .. steps[..(i + 1)]] })),
    ];

    public override string ToString() => string.Join(
        Environment.NewLine,
        First.Select(step => $"  {step.Text}").Concat(AtOnce.SelectMany((steps, caller) => steps.Select(step => $"  caller {caller}, at once: {step.Text}"))));

    private ModelCase<TStore> WithCaller(int caller, ModelStep<TStore>[] steps) => this with { AtOnce = [.. AtOnce.Select((other, at) => at == caller ? steps : other)] };

    private static ModelStep<TStore>[] Without(ModelStep<TStore>[] steps, int left) => [.. steps.Where((_, i) => i != left)];
}
