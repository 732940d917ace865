using static SlackOAuth.Stores.Benchmarks.Sample;
using static SlackOAuth.Stores.Benchmarks.Scenario;

namespace SlackOAuth.Stores.Benchmarks.Engines;

/// <summary>The same calls for every engine, each beside its floor.</summary>
/// <param name="name">The engine's name.</param>
/// <param name="installations">The store of installations.</param>
/// <param name="states">The store of states.</param>
/// <param name="bare">The floors.</param>
/// <param name="calls">How many lookups a sample has; other calls have a fraction of it.</param>
/// <param name="isServer">Whether a call goes to another process: then the system's moods are more than what a store adds, and calls stand beside the floor's one by one.</param>
internal sealed class EngineCases(string name, IInstallationStore installations, IOAuthStateStore states, IBareEngine bare, int calls, bool isServer) : IAsyncDisposable
{
    private const double LookupTarget = 1.10;
    private const double SaveTarget = 1.20;
    private const double AtOnceTarget = 1.20;
    private const int Callers = 64;

    private readonly Installation _installation = Installation(Workspaces / 2);
    private readonly Queue<string> _issued = new();
    private int _saves;

    internal static async Task<EngineCases> CreateAsync(string name, IInstallationStore installations, IOAuthStateStore states, Func<Task<IBareEngine>> connect, int calls, bool isServer = true)
    {
        foreach (var chunk in Enumerable.Range(0, Workspaces).Chunk(16))
        {
            await Task.WhenAll(chunk.Select(number => installations.SaveAsync(Installation(number)).AsTask()));
        }

        // The tables of the states, too.
        await states.ConsumeAsync(await states.IssueAsync());
        return new EngineCases(name, installations, states, await connect(), calls, isServer);
    }

    internal async ValueTask<Bot?> FindBotAsync() => await installations.FindBotAsync(Workspace);

    internal async ValueTask<Installation?> FindInstallationAsync() => await installations.FindInstallationAsync(Workspace, UserId);

    internal IEnumerable<Scenario> Scenarios()
    {
        foreach (var scenario in CallsOfOne())
        {
            yield return isServer ? scenario with { Slices = scenario.Calls } : scenario;
        }

        yield return new($"{name}: find bot, {Callers} callers", "the same of the driver", calls * 4, AtOnce(Callers, FindAsync), AtOnce(Callers, BareFindAsync), AtOnceTarget)
        {
            // Long enough for the callers to be at once most of the time.
            Slices = Math.Max(1, calls * 4 / (Callers * 8)),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await bare.DisposeAsync();
        await DisposeAsync(installations);
        await DisposeAsync(states);
    }

    private static ValueTask DisposeAsync(object store) => (store as IAsyncDisposable)?.DisposeAsync() ?? ValueTask.CompletedTask;

    private IEnumerable<Scenario> CallsOfOne()
    {
        yield return new($"{name}: find bot", "the driver's call, parsing", calls, Async(FindAsync), Async(BareFindAsync), LookupTarget);
        yield return new(
            $"{name}: find installation of a user",
            "the driver's call, parsing",
            calls,
            Async(async () => Require(await installations.FindInstallationAsync(Workspace, UserId))),
            Async(async () => Require(await bare.FindInstallationAsync())),
            LookupTarget);
        yield return new(
            $"{name}: find latest installation",
            bare.LatestInstallationFloor,
            calls,
            Async(async () => Require(await installations.FindInstallationAsync(Workspace))),
            Async(async () => Require(await bare.FindLatestInstallationAsync())),
            LookupTarget);
        yield return new(
            $"{name}: save",
            "serializing, the same statements",
            calls / 4,
            Async(() => installations.SaveAsync(_installation with { InstalledAt = InstalledAt.AddSeconds(++_saves) })),
            Async(bare.SaveAsync),
            SaveTarget);
        yield return new($"{name}: issue", "the same statements", calls / 4, Async(async () => await states.IssueAsync()), Async(bare.IssueAsync), BeforeSample: ClearAsync);
        yield return new(
            $"{name}: consume",
            "the driver's call, parsing",
            calls / 4,
            Async(async () => Require(await states.ConsumeAsync(_issued.Dequeue()))),
            Async(async () => Require(await bare.ConsumeAsync())),
            LookupTarget,
            IssueManyAsync);
    }

    private async ValueTask FindAsync() => Require(await installations.FindBotAsync(Workspace));

    private async ValueTask BareFindAsync() => Require(await bare.FindBotAsync());

    private async Task ClearAsync(int count)
    {
        _issued.Clear();
        await bare.ClearStatesAsync();
    }

    private async Task IssueManyAsync(int count)
    {
        await ClearAsync(count);
        for (var i = 0; i < count; i++)
        {
            _issued.Enqueue(await states.IssueAsync());
            await bare.IssueAsync();
        }
    }
}
