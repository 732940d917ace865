using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Output;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands.Doctor;

/// <summary>Examines a store: by the contracts, under a client id of its own whose records it removes again; and by the engine's probe.</summary>
internal sealed class Examination(StoreLocation location, ToolHost host)
{
    /// <summary>The client id of the doctor's own records.</summary>
    internal const string ClientId = "slackoauth-doctor";

    private const int Lookups = 20;

    // The engine's clock removes garbage alone; a minute is what MongoDB and DynamoDB wait for before they do.
    private static readonly TimeSpan SmallSkew = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan GreatSkew = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SlowLookup = TimeSpan.FromMilliseconds(50);

    private readonly WorkspaceId _workspace = WorkspaceId.ForTeam("TDOCTOR" + RandomNumberGenerator.GetHexString(16));

    /// <summary>The checks, each when it is done. What cannot be reached is examined no further.</summary>
    /// <param name="cancellationToken">Ends the examination; the doctor's records are removed all the same.</param>
    internal async IAsyncEnumerable<DoctorCheck> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var store = OpenedStore.Open(location, ClientId, host.Time);
        await using var storeLifetime = store.ConfigureAwait(false);
        var probe = EngineProbes.Open(store);
        await using var probeLifetime = probe.ConfigureAwait(false);

        var reached = await ReachAsync(store, probe, cancellationToken).ConfigureAwait(false);
        yield return reached;
        if (reached.Status == DoctorStatus.Fail)
        {
            yield break;
        }

        var prepared = await TryAsync("prepared", "nothing is missing", async () => await store.Installations.FindBotAsync(_workspace, cancellationToken).ConfigureAwait(false), PrepareHint()).ConfigureAwait(false);
        yield return prepared;
        if (prepared.Status == DoctorStatus.Ok)
        {
            var saved = await CheckInstallationRightsAsync(store, cancellationToken).ConfigureAwait(false);
            yield return saved;
            if (saved.Status == DoctorStatus.Ok)
            {
                yield return location.KeyFolder is null
                    ? DoctorCheck.Ok("encryption", "not looked at: no --keys")
                    : DoctorCheck.Ok("encryption", "what was saved was encrypted, and decrypted with the keys");
            }

            yield return await CheckStateRightsAsync(store, cancellationToken).ConfigureAwait(false);
            yield return await MeasureAsync(store, cancellationToken).ConfigureAwait(false);
        }

        foreach (var check in await LookAtEngineAsync(probe, cancellationToken).ConfigureAwait(false))
        {
            yield return check;
        }
    }

    private async ValueTask<List<DoctorCheck>> LookAtEngineAsync(IEngineProbe probe, CancellationToken cancellationToken)
    {
        var checks = new List<DoctorCheck>();
        try
        {
            if (await CheckClockAsync(probe, cancellationToken).ConfigureAwait(false) is { } clock)
            {
                checks.Add(clock);
            }

            await foreach (var check in probe.CheckAsync(cancellationToken).ConfigureAwait(false))
            {
                checks.Add(check);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Each driver has exceptions of its own, and what was found before is worth showing.
            checks.Add(DoctorCheck.Warn("engine", host.Redactor.Redact(exception.Message.TrimEnd('.')), "See the engine's log, and whether this user may look at its settings."));
        }

        return checks;
    }

    private async ValueTask<DoctorCheck> ReachAsync(OpenedStore store, IEngineProbe probe, CancellationToken cancellationToken)
    {
        try
        {
            return DoctorCheck.Ok("reached", $"{await probe.ReachAsync(cancellationToken).ConfigureAwait(false)} at {store.Description}");
        }
        catch (IOException exception) when (location.Notation.Scheme is StoreScheme.File or StoreScheme.Sqlite)
        {
            return DoctorCheck.Fail("reached", exception.Message.TrimEnd('.'), "Check the path, or let the app make it at its first call.");
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The store knows the driver's errors, and what to do about them.
            var told = await TryAsync("reached", "", async () => await store.Installations.FindBotAsync(_workspace, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            return told.Status == DoctorStatus.Fail ? told : DoctorCheck.Fail("reached", host.Redactor.Redact(exception.Message.TrimEnd('.')), "Check the connection.");
        }
    }

    private async ValueTask<DoctorCheck> CheckInstallationRightsAsync(OpenedStore store, CancellationToken cancellationToken)
    {
        var installation = new Installation
        {
            TeamId = _workspace.TeamId,
            UserId = "UDOCTOR",
            BotToken = "xoxb-of-no-use",
            UserToken = "xoxp-of-no-use",
            InstalledAt = host.Time.GetUtcNow(),
        };
        try
        {
            return await TryAsync("privileges", "installations are saved, found and deleted", async () =>
            {
                await store.Installations.SaveAsync(installation, cancellationToken).ConfigureAwait(false);
                var found = await store.Installations.FindInstallationAsync(_workspace, cancellationToken: cancellationToken).ConfigureAwait(false);
                if (found?.BotToken != installation.BotToken || found?.UserToken != installation.UserToken)
                {
                    throw new ToolException(ExitCodes.Problems, "what was saved was not found as it was saved");
                }

                await store.Installations.DeleteAllAsync(_workspace, cancellationToken).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        finally
        {
            await CleanAsync(() => store.Installations.DeleteAllAsync(_workspace, CancellationToken.None)).ConfigureAwait(false);
        }
    }

    private async ValueTask<DoctorCheck> CheckStateRightsAsync(OpenedStore store, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAsync("privileges", "states are issued and consumed", async () =>
            {
                var state = await store.States.IssueAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
                if (await store.States.ConsumeAsync(state, cancellationToken: cancellationToken).ConfigureAwait(false) is null)
                {
                    throw new ToolException(ExitCodes.Problems, "a state that was issued could not be consumed");
                }
            }).ConfigureAwait(false);
        }
        finally
        {
            await CleanAsync(PurgeAsync).ConfigureAwait(false);
        }
    }

    /// <summary>Some stores keep what was consumed until it would have expired: to a store whose clock is ahead, it has.</summary>
    private async ValueTask PurgeAsync()
    {
        var later = OpenedStore.Open(location, ClientId, new LaterTime(host.Time));
        await using (later.ConfigureAwait(false))
        {
            if (later.States.GetCapability<IExpiredStatePurging>() is { } purging)
            {
                await purging.PurgeExpiredAsync().ConfigureAwait(false);
            }
        }
    }

    private ValueTask<DoctorCheck> MeasureAsync(OpenedStore store, CancellationToken cancellationToken) => TryAsync("latency", async () =>
    {
        var times = new List<TimeSpan>(Lookups);
        for (var lookup = 0; lookup < Lookups; lookup++)
        {
            var start = host.Time.GetTimestamp();
            await store.Installations.FindBotAsync(_workspace, cancellationToken).ConfigureAwait(false);
            times.Add(host.Time.GetElapsedTime(start));
        }

        times.Sort();
        var (median, longest) = (times[Lookups / 2], times[^1]);
        var finding = string.Create(CultureInfo.InvariantCulture, $"a lookup takes {median.TotalMilliseconds:0.0} ms, the longest of {Lookups} took {longest.TotalMilliseconds:0.0} ms");
        return median < SlowLookup
            ? DoctorCheck.Ok("latency", finding)
            : DoctorCheck.Warn("latency", finding, "Slack waits 3 s for an answer: run the app near the store, or cache lookups (CacheLookups).");
    });

    private async ValueTask<DoctorCheck?> CheckClockAsync(IEngineProbe probe, CancellationToken cancellationToken)
    {
        var before = host.Time.GetUtcNow();
        if (await probe.ReadClockAsync(cancellationToken).ConfigureAwait(false) is not { } theirs)
        {
            return null;
        }

        // Told somewhere between the two readings of this clock.
        var after = host.Time.GetUtcNow();
        var skew = theirs < before ? before - theirs : theirs > after ? theirs - after : TimeSpan.Zero;
        var finding = string.Create(CultureInfo.InvariantCulture, $"the engine's and this machine's differ by {(skew < TimeSpan.FromSeconds(1) ? "less than a second" : $"{skew.TotalSeconds:0} s")}");
        return skew < SmallSkew ? DoctorCheck.Ok("clock", finding)
            : skew < GreatSkew ? DoctorCheck.Warn("clock", finding, "Let NTP set both.")
            : DoctorCheck.Fail("clock", finding, "Let NTP set both: expired states are removed by the engine's clock and judged by the app's.");
    }

    private ValueTask<DoctorCheck> TryAsync(string check, string finding, Func<ValueTask> act, string? nextStep = null) => TryAsync(
        check,
        async () =>
        {
            await act().ConfigureAwait(false);
            return DoctorCheck.Ok(check, finding);
        },
        nextStep);

    private async ValueTask<DoctorCheck> TryAsync(string check, Func<ValueTask<DoctorCheck>> act, string? nextStep = null)
    {
        try
        {
            return await act().ConfigureAwait(false);
        }
        catch (SlackOAuthStoreException exception)
        {
            var (reason, ownStep) = StoreFailureText.Split(exception);
            return DoctorCheck.Fail(check, host.Redactor.Redact(reason), nextStep ?? ownStep ?? "See the engine's log.");
        }
        catch (ToolException exception)
        {
            return DoctorCheck.Fail(check, exception.Message, "Report this: no store of this family should do so.");
        }
    }

    private static async ValueTask CleanAsync(Func<ValueTask> clean)
    {
        try
        {
            await clean().ConfigureAwait(false);
        }
        catch (SlackOAuthStoreException)
        {
            // The check has said so already, and what is left is of no use to anybody.
        }
    }

    private string PrepareHint() => location.Notation.Scheme is StoreScheme.File or StoreScheme.Redis
        ? "Check the rights to it, and the options given by --set."
        : $"Run the script that 'slackoauth schema {location.Notation.Scheme.Name()}' prints, or let the app do so at its first call (PrepareOnFirstUse); check the names given by --set.";

    private sealed class LaterTime(TimeProvider time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + TimeSpan.FromDays(2);
    }
}
