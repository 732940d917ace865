using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.Tests;

/// <summary>
/// Random saves, rotations, deletes and lookups by two processes with a cache each, over one engine and one clock, with lookups that are held on their way. What a lookup gives must
/// have been stored at a time that the page on caching allows: not before the process's own last change, and no longer ago than the expiration and the longest lookup.
/// </summary>
public sealed class StalenessTests
{
    private const int Seeds = 60;
    private const int Steps = 300;
    private static readonly TimeSpan Expiration = TimeSpan.FromSeconds(5);
    private static readonly WorkspaceId[] Workspaces = [WorkspaceId.ForTeam("T1"), WorkspaceId.ForTeam("T1", "E1"), WorkspaceId.ForEnterprise("E1")];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_lookup_gives_what_is_older_than_the_stated_time(bool isDistributed)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var fault = await RunAsync(
                seed,
                (data, clock, shared) => new CacheRig(
                    data,
                    clock,
                    options => (options.Expiration, options.NegativeExpiration, options.RotationWindow, options.UseDistributedCache) = (Expiration, TimeSpan.FromSeconds(1), TimeSpan.Zero, isDistributed),
                    isDistributed ? shared : null,
                    isDistributed));
            Assert.True(fault is null, $"Seed {seed}: {fault}");
        }
    }

    [Theory]
    [InlineData(BrokenCache.Fault.ForgetsToInvalidate)]
    [InlineData(BrokenCache.Fault.RemovesByKey)]
    [InlineData(BrokenCache.Fault.RemovesByTag)]
    public async Task A_broken_cache_is_found_out(BrokenCache.Fault fault)
    {
        string? found = null;
        for (var seed = 1; seed <= Seeds && found is null; seed++)
        {
            found = await RunAsync(seed, (data, clock, _) => new CacheRig(data, clock, decorate: (store, cache) => new BrokenCache(store, cache, fault)));
        }

        Assert.NotNull(found);
    }

    private static async Task<string?> RunAsync(int seed, Func<InMemoryStoreData, TestClock, SharedCache, CacheRig> createProcess)
    {
        var (data, clock) = (new InMemoryStoreData(), new TestClock());
        var shared = new SharedCache(clock);
        await using var one = createProcess(data, clock, shared);
        await using var two = createProcess(data, clock, shared);
        var run = new Run(new Random(seed), clock, [one, two]);
        try
        {
            for (var step = 0; step < Steps; step++)
            {
                if (await run.StepAsync(step) is { } fault)
                {
                    return $"step {step}: {fault}";
                }
            }

            return null;
        }
        finally
        {
            await run.ReleaseAllAsync();
        }
    }

    /// <summary>What was stored from a time on; null for no bot.</summary>
    private sealed record Change(int Process, DateTimeOffset At, string? Token);

    private sealed record Held(int Process, WorkspaceId Workspace, DateTimeOffset BeganAt, Task<Bot?> Lookup, TaskCompletionSource Gate);

    private sealed class Run(Random random, TestClock clock, CacheRig[] processes)
    {
        private readonly Dictionary<WorkspaceId, List<Change>> _history = Workspaces.ToDictionary(workspace => workspace, _ => new List<Change> { new(-1, DateTimeOffset.MinValue, null) });
        private readonly List<Held> _held = [];
        private TimeSpan _longestHold;

        internal async Task<string?> StepAsync(int step)
        {
            clock.Advance(TimeSpan.FromMilliseconds(random.Next(1, 700)));
            var (process, workspace) = (random.Next(processes.Length), Workspaces[random.Next(Workspaces.Length)]);
            var store = processes[process].Store;
            switch (random.Next(12))
            {
                case 0 or 1:
                    var bot = Bot(workspace, step, clock.GetUtcNow());
                    await store.SaveBotAsync(bot);
                    Note(process, workspace, bot.BotToken);
                    return null;
                case 2 or 3:
                    return await RotateAsync(process, workspace, step);
                case 4:
                    await store.DeleteBotAsync(workspace);
                    Note(process, workspace, null);
                    return null;
                case 5:
                    var gate = processes[process].Engine.Gate = new TaskCompletionSource();
                    _held.Add(new Held(process, workspace, clock.GetUtcNow(), store.FindBotAsync(workspace).AsTask(), gate));
                    processes[process].Engine.Gate = null;
                    return null;
                case 6 when _held.Count > 0:
                    await ReleaseAsync(_held[0].Process, _held[0].Workspace);
                    return null;
                default:
                    var found = await FindAsync(process, workspace);
                    return Judge(process, workspace, found);
            }
        }

        internal async Task ReleaseAllAsync()
        {
            while (_held.Count > 0)
            {
                await ReleaseAsync(_held[0].Process, _held[0].Workspace);
            }
        }

        /// <summary>Lets the held lookups of a question go on, all of them: one may have joined another.</summary>
        private async Task ReleaseAsync(int process, WorkspaceId workspace)
        {
            var released = _held.FindAll(held => held.Process == process && held.Workspace == workspace);
            foreach (var held in released)
            {
                _held.Remove(held);
                var hold = clock.GetUtcNow() - held.BeganAt;
                _longestHold = hold > _longestHold ? hold : _longestHold;
                held.Gate.SetResult();
            }

            await Task.WhenAll(released.Select(held => held.Lookup));
        }

        private async Task<string?> RotateAsync(int process, WorkspaceId workspace, int step)
        {
            var leasing = processes[process].Store.GetCapability<IRotationLeasing>()!;
            if (await leasing.TryAcquireLeaseAsync(workspace, null, TimeSpan.FromSeconds(1)) is not { } lease)
            {
                return null;
            }

            var stored = await FindAsync(process, workspace);
            if (stored?.BotToken != _history[workspace][^1].Token)
            {
                return $"process {process} has the lease of {workspace} and found {stored?.BotToken}, where {_history[workspace][^1].Token} is stored";
            }

            var rotated = Bot(workspace, step, clock.GetUtcNow()) with { InstalledAt = stored!.InstalledAt };
            Assert.True(await leasing.TrySaveBotAsync(lease, rotated));
            Note(process, workspace, rotated.BotToken);
            await leasing.ReleaseLeaseAsync(lease);
            return null;
        }

        private async Task<Bot?> FindAsync(int process, WorkspaceId workspace)
        {
            var lookup = processes[process].Store.FindBotAsync(workspace).AsTask();
            if (!lookup.IsCompleted)
            {
                // It has joined one that is held.
                await ReleaseAsync(process, workspace);
            }

            return await lookup;
        }

        private string? Judge(int process, WorkspaceId workspace, Bot? found)
        {
            var (changes, now) = (_history[workspace], clock.GetUtcNow());
            var stored = changes[^1].Token;
            var from = Math.Max(changes.FindLastIndex(change => change.Process == process), changes.FindLastIndex(change => change.At <= now - Expiration - _longestHold));
            if (changes.FindIndex(from, change => change.Token == found?.BotToken) < 0)
            {
                return $"process {process} found {found?.BotToken ?? "nothing"} in {workspace}, where {stored ?? "nothing"} is stored since {now - changes[^1].At}";
            }

            return found?.BotTokenExpiresAt <= now && found.BotToken != stored ? $"process {process} found an expired token in {workspace}, which is not stored any more" : null;
        }

        private void Note(int process, WorkspaceId workspace, string? token) => _history[workspace].Add(new Change(process, clock.GetUtcNow(), token));

        private Bot Bot(WorkspaceId workspace, int step, DateTimeOffset now) => new()
        {
            EnterpriseId = workspace.EnterpriseId,
            TeamId = workspace.TeamId,
            IsEnterpriseInstall = workspace.IsEnterpriseInstall,
            BotToken = $"xoxb-{step}",
            BotTokenExpiresAt = random.Next(3) == 0 ? null : now.AddSeconds(random.Next(2, 20)),
            InstalledAt = now,
        };
    }
}
