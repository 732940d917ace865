using Xunit;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>Cached lookups of two processes over one store: what each lookup gave is judged afterwards by when it was stored, as both processes wrote down.</summary>
/// <remarks>
/// No time is measured against a limit: a process that is held up for seconds writes that down too. A lookup that began at a time may give what was stored then, or at most the expiration and
/// the longest lookup of its process before: what is cached was read by a lookup, and kept for the expiration from the lookup's end.
/// </remarks>
/// <typeparam name="TProcess">The provider's process.</typeparam>
public abstract class StalenessProofTests<TProcess>
    where TProcess : CachingProcess, new()
{
    private const int Expiration = 1;

    /// <summary>The cache measures by the system's clock, which is set, and the processes by the monotonic one.</summary>
    private static readonly long ClockTolerance = TimeSpan.FromMilliseconds(100).Ticks;

    /// <summary>A part of the engine that is this test's own, as <see cref="CachingProcess.OpenAsync"/> takes it.</summary>
    protected abstract ValueTask<IReadOnlyList<string>> PlaceAsync();

    /// <summary>Saves, rotations under leases, and deletes at random.</summary>
    [Fact]
    public async Task No_lookup_of_two_processes_gives_what_is_older_than_the_stated_time()
    {
        var acts = await RunAsync(Expiration);
        Assert.Empty(FindFaults(acts));

        // That there was something to see: each process found what the other had saved.
        foreach (var process in new[] { 0, 1 })
        {
            var saved = acts.Where(act => !act.IsLookup && act.Process != process).Select(act => act.Token).OfType<string>().ToHashSet();
            Assert.Contains(acts, act => act.IsLookup && act.Process == process && act.Token is { } token && saved.Contains(token));
        }
    }

    /// <summary>The judge's own test. A run in which single lookups took seconds excuses much: another one is looked at then.</summary>
    [Fact]
    public async Task A_cache_that_keeps_longer_than_it_says_is_found_out()
    {
        string[] faults = [];
        for (var run = 2; run < 6 && faults.Length == 0; run++)
        {
            faults = FindFaults(await RunAsync(expiration: 600, run));
        }

        Assert.NotEmpty(faults);
    }

    private static string[] FindFaults(CachingAct[] acts)
    {
        var longest = acts.Where(act => act.IsLookup).GroupBy(act => act.Process).ToDictionary(group => group.Key, group => group.Max(act => act.Ended - act.Began));
        return
        [
            .. from lookup in acts
               where lookup.IsLookup
               let changes = acts.Where(act => !act.IsLookup && act.Workspace == lookup.Workspace).ToArray()
               let since = lookup.Began - TimeSpan.FromSeconds(Expiration).Ticks - longest[lookup.Process] - ClockTolerance
               let mustBeSeen = changes.Where(change => change.Ended <= since || change.Ended <= lookup.LeaseAskedAt || (change.Process == lookup.Process && change.Ended <= lookup.Began)).ToArray()
               let fault = FindFault(lookup, changes, mustBeSeen)
               where fault is not null
               select $"{fault}: {lookup}",
        ];
    }

    private static string? FindFault(CachingAct lookup, CachingAct[] changes, CachingAct[] mustBeSeen)
    {
        if (lookup.Token is null)
        {
            // Something is stored that no delete can have followed.
            var missed = mustBeSeen.FirstOrDefault(change => change.Token is not null && !changes.Any(delete => delete.Token is null && delete.Ended >= change.Began));
            return missed is null ? null : $"nothing was found, where {missed} had been saved";
        }

        var saved = changes.SingleOrDefault(change => change.Token == lookup.Token);
        return saved is null || saved.Began > lookup.Ended
            ? "what was found had not been saved"
            : mustBeSeen.FirstOrDefault(change => change.Supersedes(saved)) is { } later ? $"what was found had given way to {later}" : null;
    }

    private async Task<CachingAct[]> RunAsync(int expiration, int run = 1)
    {
        var place = await PlaceAsync();
        var lines = await Task.WhenAll(Enumerable.Range(0, 2).Select(number => SecondProcess.RunAsync<TProcess>([$"{number}", $"{expiration}", $"1.{run}", .. place])));
        return [.. lines.SelectMany(one => one).Select(CachingAct.Parse)];
    }
}
