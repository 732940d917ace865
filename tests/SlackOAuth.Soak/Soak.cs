using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using SlackOAuth.Stores.TestBackends;
using SlackOAuth.Testing;

namespace SlackOAuth.Soak;

/// <summary>Installs, lookups, rotations, uninstalls, kills and restarts at random, for a time.</summary>
internal sealed class Soak : IAsyncDisposable
{
    private const int Processes = 3;
    private const int Workspaces = 60;
    private const int LookupWorkers = 8;
    private const int ChangeWorkers = 3;
    private const string Grid = "E000";

    private readonly FakeSlack _slack;
    private readonly FakeSlackApp _registration;
    private readonly SoakEngine _engine;
    private readonly AppProcess[] _apps;
    private readonly SoakedWorkspace[] _workspaces;
    private readonly Tally _tally = new();
    private readonly Outages _outages = new();
    private readonly Judge _judge;
    private readonly SoakChoice _choice;
    private readonly List<HeldMemory> _memory = [];

    private Soak(FakeSlack slack, FakeSlackApp registration, SoakEngine engine, SoakedWorkspace[] workspaces, SoakChoice choice)
    {
        (_slack, _registration, _engine, _workspaces, _choice) = (slack, registration, engine, workspaces, choice);
        _judge = new Judge(slack, _tally, choice.RotatesAhead);
        string[] settings =
        [
            .. engine.Settings,
            $"--Slack:SlackUrl={slack.BaseAddress}",
            $"--Slack:ClientId={registration.ClientId}",
            $"--Slack:ClientSecret={registration.ClientSecret}",
            $"--Slack:SigningSecret={registration.SigningSecret}",
            "--Slack:Scopes=chat:write,commands",
            "--Slack:UserScopes=search:read",
            "--Slack:RateLimits:Enabled=false",
            $"--{nameof(SoakChoice.RotatesAhead)}={choice.RotatesAhead}",
            $"--{nameof(SoakChoice.ProtectsTokens)}={choice.ProtectsTokens}",
            $"--{nameof(SoakChoice.CachesLookups)}={choice.CachesLookups}",
        ];
        _apps = [.. Enumerable.Range(0, Processes).Select(_ => new AppProcess(EngineContainer.FreePort(), settings))];
    }

    /// <returns>0 where nothing happened that must not, else 1.</returns>
    internal static async Task<int> RunAsync(SoakChoice choice, TimeSpan duration)
    {
        var cached = choice.CachesLookups ? SoakApp.CacheExpiration : TimeSpan.Zero;
        var workspaces = Enumerable.Range(0, Workspaces).Select(number => new SoakedWorkspace(string.Create(CultureInfo.InvariantCulture, $"T{number:000}"), Processes, cached)).ToArray();
        var registration = new FakeSlackApp { TokenRotation = true, TokenLifetime = SoakApp.TokenLifetime, RedirectUris = [new("http://127.0.0.1/slack/oauth_redirect")] };
        await using var slack = await FakeSlack.StartAsync(new()
        {
            Apps = [registration],
            Enterprises = [new() { Id = Grid }],
            Workspaces =
            [
                .. workspaces.Select(workspace => new FakeWorkspace
                {
                    Id = workspace.TeamId,
                    Users = [.. Enumerable.Range(0, SoakedWorkspace.Users).Select(number => new FakeUser { Id = workspace.User(number) })],
                }),
            ],
        });
        await using var engine = await SoakEngine.StartAsync(choice.Engine);
        if (choice.ProtectsTokens)
        {
            engine.CreateKey();
        }

        await using var soak = new Soak(slack, registration, engine, workspaces, choice);
        return await soak.RunAsync(duration);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }

        _judge.Dispose();
    }

    private async Task<int> RunAsync(TimeSpan duration)
    {
        await Task.WhenAll(_apps.Select(app => app.StartAsync()));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{duration.TotalMinutes:0.#} minutes on {_choice}: {Processes} processes, {Workspaces} workspaces, tokens that last {SoakApp.TokenLifetime.TotalSeconds:0} s."));

        var started = Stopwatch.GetTimestamp();
        using var ended = new CancellationTokenSource(duration);
        List<Task> work =
        [
            .. Enumerable.Range(0, LookupWorkers).Select(_ => RepeatAsync(LookUpAsync, (0, 30), ended.Token)),
            .. Enumerable.Range(0, ChangeWorkers).Select(_ => RepeatAsync(ChangeAsync, (500, 3_000), ended.Token)),
            RepeatAsync(KillProcessAsync, (15_000, 25_000), ended.Token),
            RepeatAsync(MeasureMemoryAsync, (10_000, 10_000), ended.Token),
            RepeatAsync(() => TellAsync(started), (30_000, 30_000), ended.Token),
        ];
        if (_engine.IsServer)
        {
            work.Add(RepeatAsync(KillEngineAsync, (40_000, 60_000), ended.Token));
        }

        await Task.WhenAll(work);
        CheckMemory();
        return Summarize(duration);
    }

    private static async Task RepeatAsync(Func<Task> step, (int From, int To) pause, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            await Task.Delay(Random.Shared.Next(pause.From, pause.To + 1), ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!ended.IsCancellationRequested)
            {
                await step();
            }
        }
    }

    private Task LookUpAsync() => LookUpAsync(Any(_workspaces));

    private async Task LookUpAsync(SoakedWorkspace workspace)
    {
        var userId = workspace.User(Random.Shared.Next(SoakedWorkspace.Users));
        var process = Random.Shared.Next(Processes);
        var (app, times) = (_apps[process], workspace.LookupsIn(process));
        var (known, life) = (workspace.Know(), app.Life);
        var (lookup, began, readSince) = times.Begin();
        LookedUp? found = null;
        try
        {
            found = await app.Client.GetFromJsonAsync($"soak/lookup?team={workspace.TeamId}&user={userId}{(workspace.EnterpriseId is { } enterprise ? $"&enterprise={enterprise}" : "")}", SoakJson.Default.LookedUp);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            // Nothing answered.
        }
        finally
        {
            times.End(lookup);
        }

        var answered = DateTimeOffset.UtcNow;
        if (found is null)
        {
            if (!app.WasUpSince(life))
            {
                workspace.Killed(userId, answered);
            }

            NoteFailure("lookup", app.WasUpSince(life), began);
        }
        else if (workspace.Recall(process, readSince - BackgroundReads) is var kept && (known.IsUncertain || kept.Any(one => one.IsUncertain) || workspace.Know().Version != known.Version))
        {
            _tally.Count("lookups beside a change, not judged");
        }
        else
        {
            // What was not found is kept from when it was asked for, and for less long.
            var missed = workspace.Recall(process, Later(readSince, began - SoakApp.NegativeCacheExpiration));
            _tally.Count("lookups judged");
            await _judge.CheckAsync(workspace, process, began, kept, missed, userId, found, answered);
        }
    }

    /// <summary>What a rotation in the background reads is cached too, and no lookup of the checker's says when it began. It takes milliseconds.</summary>
    private TimeSpan BackgroundReads => _choice is { RotatesAhead: true, CachesLookups: true } ? TimeSpan.FromSeconds(1) : TimeSpan.Zero;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private async Task ChangeAsync()
    {
        var workspace = _workspaces.FirstOrDefault(one => one.NeedsInstall) ?? Any(_workspaces);
        if (!await workspace.Changing.WaitAsync(0))
        {
            return;
        }

        try
        {
            var known = workspace.Know();
            var chance = Random.Shared.Next(100);
            if (!known.IsInstalled || known.IsUncertain || workspace.NeedsInstall || chance < 60)
            {
                await InstallAsync(workspace);
            }
            else if (chance < 80)
            {
                await UninstallAsync(workspace);
            }
            else if (_choice.JoinsGrid && workspace.EnterpriseId is null)
            {
                await JoinAsync(workspace);
            }
            else
            {
                await RevokeAsync(workspace, known);
            }
        }
        finally
        {
            workspace.Changing.Release();
        }
    }

    private async Task InstallAsync(SoakedWorkspace workspace)
    {
        var userId = workspace.User(Random.Shared.Next(SoakedWorkspace.Users));
        var (since, starter) = (DateTimeOffset.UtcNow, Any(_apps));
        var life = starter.Life;
        workspace.Begin();
        var lives = _apps.Select(app => app.Life).ToArray();
        var begun = await TryAsync(() => starter.Client.GetAsync($"slack/install?team={workspace.TeamId}"));
        if (begun is not { StatusCode: HttpStatusCode.Redirect, Headers.Location: { IsAbsoluteUri: true } authorizeUrl })
        {
            workspace.Unchanged();
            NoteFailure("install page", starter.WasUpSince(life), since);
            return;
        }

        // Finished by several processes at once, or by one: the browser's back goes anywhere behind a load balancer.
        var back = _slack.Authorize(authorizeUrl, AuthorizeDecision.Allow(workspace.TeamId, userId));
        var cookies = string.Join("; ", begun.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
        int[] finishers = Random.Shared.Next(4) == 0 ? [.. Enumerable.Range(0, Processes)] : [Random.Shared.Next(Processes)];
        var answers = await Task.WhenAll(finishers.Select(process => FinishAsync(_apps[process], back, cookies)));
        var successes = answers.Count(answer => answer == Success);
        _tally.Count("callbacks", answers.Length);
        if (successes > 1 || answers.Contains(OAuthFailureReasons.InvalidCode))
        {
            _tally.Violation(Tally.Kinds.StateTwice, $"{workspace.TeamId}: {string.Join(", ", answers)}");
        }

        if (successes == 0)
        {
            workspace.Unknown();
            NoteFailure($"callback ({string.Join(", ", answers.Distinct())})", _apps.Zip(lives).All(app => app.First.WasUpSince(app.Second)), since);
            return;
        }

        workspace.NeedsInstall = false;
        workspace.Installed(userId, since, maker: finishers[Array.IndexOf(answers, Success)]);
        _tally.Count("installs");
        if (Random.Shared.Next(3) == 0 && await FinishAsync(Any(_apps), back, cookies) is Success or OAuthFailureReasons.InvalidCode)
        {
            _tally.Violation(Tally.Kinds.StateTwice, $"{workspace.TeamId}: a used state was accepted later");
        }
    }

    private async Task UninstallAsync(SoakedWorkspace workspace)
    {
        workspace.Begin();
        var makers = new Dictionary<string, IReadOnlyCollection<int>>(StringComparer.Ordinal);
        foreach (var slackEvent in _slack.Uninstall(workspace.TeamId).OrderBy(_ => Random.Shared.Next()))
        {
            makers[slackEvent.Type] = await DeliverAsync(slackEvent);
        }

        // The other event, of the revoked tokens, may leave the last of them to this one.
        workspace.Uninstalled(makers["app_uninstalled"]);
        _tally.Count("uninstalls");
    }

    /// <summary>What is stored is moved by the next requests: here some at once, and now and then a process is killed in the midst of them.</summary>
    private async Task JoinAsync(SoakedWorkspace workspace)
    {
        workspace.Begin();
        _slack.JoinEnterprise(workspace.TeamId, Grid);
        workspace.Joined(Grid);
        _tally.Count("workspaces that joined a Grid");
        await Task.WhenAll(Enumerable.Range(0, LookupWorkers).Select(_ => LookUpAsync(workspace)).Append(KillSoonAsync()));

        async Task KillSoonAsync()
        {
            if (Random.Shared.Next(3) == 0)
            {
                await Task.Delay(Random.Shared.Next(30));
                await KillProcessAsync();
                _tally.Count("workspaces that joined a Grid while a process was killed");
            }
        }
    }

    private async Task RevokeAsync(SoakedWorkspace workspace, SoakedWorkspace.Knowledge known)
    {
        if (known.Users.FirstOrDefault() is not { } userId)
        {
            return;
        }

        workspace.Begin();
        workspace.Revoked(userId, await DeliverAsync(_slack.RevokeTokens(workspace.TeamId, [userId])));
        _tally.Count("revoked user tokens");
    }

    /// <summary>As Slack does, until the app has answered; and now and then once more.</summary>
    /// <returns>The processes that have answered.</returns>
    private async Task<IReadOnlyCollection<int>> DeliverAsync(SlackEvent slackEvent)
    {
        var answered = new HashSet<int>();
        while (answered.Count == 0 || Random.Shared.Next(5) == 0)
        {
            var process = Random.Shared.Next(Processes);
            var answer = await TryAsync(() => _slack.DeliverEventAsync(_apps[process].Client, "slack/events", slackEvent));
            if (answer is { StatusCode: HttpStatusCode.OK })
            {
                answered.Add(process);
            }

            if (answered.Count == 0)
            {
                await Task.Delay(200);
            }
        }

        return answered;
    }

    private async Task KillProcessAsync()
    {
        // While the engine is down, a process may have new tokens that it cannot save yet. To kill it then is to lose them, as it would be anywhere.
        if (_outages.IsNow)
        {
            return;
        }

        // The first one lives from start to end: its memory is measured.
        _judge.Killed(DateTimeOffset.UtcNow);
        await _apps[Random.Shared.Next(1, Processes)].KillAndStartAsync();
        _tally.Count("processes killed and started");
    }

    private async Task KillEngineAsync()
    {
        await _outages.DuringAsync(() => _engine.KillAndStartAsync(TimeSpan.FromMilliseconds(Random.Shared.Next(200, 3_000))));
        _tally.Count("engine killed and started");
    }

    private async Task MeasureMemoryAsync() => _memory.Add((await _apps[0].Client.GetFromJsonAsync("soak/memory", SoakJson.Default.HeldMemory))!);

    private Task TellAsync(long started)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Stopwatch.GetElapsedTime(started):mm\\:ss}  {_tally.Of("lookups judged"):N0} lookups, {_tally.Of("installs"):N0} installs, {Rotations:N0} rotations, {_tally.Of("processes killed and started")} processes and {_tally.Of("engine killed and started")} engines killed"));
        return Task.CompletedTask;
    }

    /// <summary>A leak grows for as long as it runs; what is loaded and cached at the start does not.</summary>
    private void CheckMemory()
    {
        if (_memory.Count < 8)
        {
            return;
        }

        var held = _memory.ConvertAll(memory => memory.Bytes);
        var (early, late) = (Median(held[(held.Count / 4)..(held.Count / 2)]), Median(held[(held.Count * 3 / 4)..]));
        if (late > early * 1.25 + 2_000_000)
        {
            _tally.Violation(Tally.Kinds.Memory, $"{Megabytes(early)} in the second quarter, {Megabytes(late)} in the last");
        }
    }

    private int Summarize(TimeSpan duration)
    {
        _tally.Count("rotations", Rotations);
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMinutes:0.#} minutes on {_choice}:"));
        _tally.Print("  ");
        if (_memory.Count > 0)
        {
            Console.WriteLine($"  live heap of the process that ran throughout: {Megabytes(_memory[0].Bytes)} at first, {Megabytes(_memory[_memory.Count / 2].Bytes)} in the middle, {Megabytes(_memory[^1].Bytes)} at the end");
        }

        if (_memory.Count > 0 && _choice.CachesLookups)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  its cache answered {_memory[^1].CacheHits:N0} of {_memory[^1].CachedLookups:N0} lookups"));
        }

        Console.WriteLine("What must not be:");
        _tally.PrintViolations("  ");
        return _tally.HasViolations ? 1 : 0;
    }

    private int Rotations => _slack.CountCalls("oauth.v2.access", "refresh_token");

    private const string Success = "success";

    private static async Task<string> FinishAsync(AppProcess app, Uri back, string cookies)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"slack/oauth_redirect{back.Query}");
        request.Headers.Add("Cookie", cookies);
        var answer = await TryAsync(() => app.Client.SendAsync(request));
        return answer switch
        {
            null => "no answer",
            { StatusCode: HttpStatusCode.OK } => Success,
            { Headers.Location.OriginalString: var location } => location[(location.IndexOf("reason=", StringComparison.Ordinal) + "reason=".Length)..],
            _ => answer.StatusCode.ToString(),
        };
    }

    private void NoteFailure(string what, bool wasUp, DateTimeOffset began)
    {
        if (!wasUp || _outages.MayHaveMet(began))
        {
            _tally.Count("failures while a process or the engine was down");
        }
        else
        {
            _tally.Violation(Tally.Kinds.Unavailable, what);
        }
    }

    private static async Task<HttpResponseMessage?> TryAsync(Func<Task<HttpResponseMessage>> request)
    {
        try
        {
            return await request();
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            return null;
        }
    }

    private static T Any<T>(IReadOnlyList<T> list) => list[Random.Shared.Next(list.Count)];

    private static long Median(IEnumerable<long> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");
}
