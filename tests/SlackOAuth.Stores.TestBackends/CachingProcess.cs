using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>A process of an app with cached lookups: at random it saves, rotates, deletes and mostly looks up bots, and tells what it did and saw, and when by the machine's monotonic clock.</summary>
public abstract class CachingProcess : ISecondProcess
{
    private const string UserId = "U1";
    private const int Workers = 2;
    private const int Steps = 400;
    private const int LongestPause = 30;
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(20);

    /// <summary>The workspaces. Each has an installation without a bot, whose lookups show the workspace's bot.</summary>
    private static IReadOnlyList<WorkspaceId> Workspaces { get; } = [.. Enumerable.Range(1, 4).Select(number => WorkspaceId.ForTeam($"T{number}"))];

    /// <summary>Opens the provider's store.</summary>
    /// <param name="options">The client id.</param>
    /// <param name="place">Where the store is, as the test said.</param>
    public abstract ValueTask<IInstallationStore> OpenAsync(SlackOAuthStoresOptions options, IReadOnlyList<string> place);

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<string> arguments)
    {
        var (number, expiration) = (int.Parse(arguments[0], CultureInfo.InvariantCulture), TimeSpan.FromSeconds(int.Parse(arguments[1], CultureInfo.InvariantCulture)));
        var options = new SlackOAuthStoresOptions { ClientId = arguments[2] };
        var engine = await OpenAsync(options, [.. arguments.Skip(3)]);
        var services = new ServiceCollection();
        services.AddHybridCache();
        services.AddSlackOAuthStores(app => app.ClientId = options.ClientId).UseInstallationStore("test", _ => engine)
            .CacheLookups(cache => (cache.Expiration, cache.NegativeExpiration, cache.RotationWindow) = (expiration, TimeSpan.FromSeconds(1), TimeSpan.Zero));
        await using var provider = services.BuildServiceProvider();
        var store = provider.GetRequiredService<IInstallationStore>();

        await MeetAsync(engine, number);
        var acts = new ConcurrentQueue<CachingAct>();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(store, number, worker, acts))));
        return [.. acts.Select(act => act.ToString())];
    }

    /// <summary>Saves what is there from the start, and waits until both processes are there, which they tell each other by the engine.</summary>
    private static async Task MeetAsync(IInstallationStore engine, int number)
    {
        foreach (var workspace in Workspaces)
        {
            await engine.SaveAsync(new Installation { TeamId = workspace.TeamId, UserId = UserId, UserToken = "xoxp-1", InstalledAt = DateTimeOffset.UnixEpoch });
        }

        await engine.SaveBotAsync(new Bot { TeamId = $"READY{number}", BotToken = "xoxb-ready", InstalledAt = DateTimeOffset.UnixEpoch });
        while (await engine.FindBotAsync(WorkspaceId.ForTeam($"READY{1 - number}")) is null)
        {
            await Task.Delay(10);
        }
    }

    private static async Task WorkAsync(IInstallationStore store, int number, int worker, ConcurrentQueue<CachingAct> acts)
    {
        var random = new Random((number * Workers) + worker);
        for (var step = 0; step < Steps; step++)
        {
            var workspace = random.Next(Workspaces.Count);
            var token = $"xoxb-{number}-{worker}-{step}";
            switch (random.Next(100))
            {
                case 0:
                    await ChangeAsync(new(number, workspace, token, Now()), act => store.SaveBotAsync(Bot(workspace, token, act.InstalledAt)));
                    break;
                case 1:
                    await ChangeAsync(new(number, workspace, null, 0), _ => store.DeleteBotAsync(Workspaces[workspace]));
                    break;
                case 2 or 3:
                    await RotateAsync(workspace, token);
                    break;
                default:
                    await FindAsync(workspace, random.Next(2) == 0, leaseAskedAt: 0);
                    break;
            }

            await Task.Delay(random.Next(LongestPause));
        }

        async Task RotateAsync(int workspace, string token)
        {
            var (leasing, askedAt) = (store.GetCapability<IRotationLeasing>()!, Now());
            if (await leasing.TryAcquireLeaseAsync(Workspaces[workspace], null, LeaseDuration) is not { } lease)
            {
                return;
            }

            if (await FindAsync(workspace, isBot: true, askedAt) is { } stored)
            {
                var act = new CachingAct(number, workspace, token, stored.InstalledAt.Ticks) { Began = Now() };
                if (await leasing.TrySaveBotAsync(lease, stored with { BotToken = token }))
                {
                    acts.Enqueue(act with { Ended = Now() });
                }
            }

            await leasing.ReleaseLeaseAsync(lease);
        }

        async Task ChangeAsync(CachingAct act, Func<CachingAct, ValueTask> change)
        {
            act = act with { Began = Now() };
            await change(act);
            acts.Enqueue(act with { Ended = Now() });
        }

        async Task<Bot?> FindAsync(int workspace, bool isBot, long leaseAskedAt)
        {
            var act = new CachingAct(number, workspace, null, 0) { IsLookup = true, LeaseAskedAt = leaseAskedAt, Began = Now() };
            var bot = isBot ? await store.FindBotAsync(Workspaces[workspace]) : (await store.FindInstallationAsync(Workspaces[workspace], UserId))!.ToBot();
            acts.Enqueue(act with { Ended = Now(), Token = bot?.BotToken });
            return bot;
        }
    }

    // The same clock for all processes of the machine. A stored time has whole microseconds.
    private static long Now() => (long)Stopwatch.GetElapsedTime(0).TotalMicroseconds * TimeSpan.TicksPerMicrosecond;

    private static Bot Bot(int workspace, string token, long installedAt) => new() { TeamId = Workspaces[workspace].TeamId, BotToken = token, InstalledAt = new DateTimeOffset(installedAt, TimeSpan.Zero) };
}

/// <summary>What a process did, and between which times, in ticks of one clock: it saved a bot, deleted it (no token), or looked it up.</summary>
/// <param name="Process">Which process.</param>
/// <param name="Workspace">Which workspace.</param>
/// <param name="Token">The token saved or found; null for a delete, and where none was found.</param>
/// <param name="InstalledAt">The saved bot's time; 0 for others.</param>
internal sealed record CachingAct(int Process, int Workspace, string? Token, long InstalledAt)
{
    internal bool IsLookup { get; init; }

    /// <summary>When the lease was asked for under which this lookup was made; 0 for others.</summary>
    internal long LeaseAskedAt { get; init; }

    internal long Began { get; init; }

    internal long Ended { get; init; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Process} {Workspace} {Token ?? "-"} {InstalledAt} {(IsLookup ? 1 : 0)} {LeaseAskedAt} {Began} {Ended}");

    internal static CachingAct Parse(string line)
    {
        var parts = line.Split(' ');
        return new(int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2] == "-" ? null : parts[2], Number(3))
        {
            IsLookup = parts[4] == "1", LeaseAskedAt = Number(5), Began = Number(6), Ended = Number(7),
        };

        long Number(int part) => long.Parse(parts[part], CultureInfo.InvariantCulture);
    }

    /// <summary>Whether what another act saved cannot be stored any more once this one has ended.</summary>
    internal bool Supersedes(CachingAct saved) => !IsLookup && Began > saved.Ended && (Token is null || InstalledAt >= saved.InstalledAt);
}
