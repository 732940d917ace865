using SlackOAuth.Stores;
using SlackOAuth.Tool.Copying;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Tests.Copying;

public sealed class CopyRunTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_record_of_every_app_is_copied_and_a_second_run_writes_nothing()
    {
        var data = new InMemoryStoreData();
        var stores = new Dictionary<string, HookedStore>
        {
            ["1.1"] = new(Records.Store(data)),
            ["2.2"] = new(Records.Store(data, app: "2.2")),
        };
        var source = new ListSource([.. OfApp("1.1"), .. OfApp("2.2")]);

        var first = await RunAsync(source, clientId => stores[clientId]);
        var second = await RunAsync(source, clientId => stores[clientId]);

        Assert.Equal(600, first.Source.Read);
        Assert.Equal(600, first.Count(CopyOutcome.Written));
        Assert.Equal(600, second.Count(CopyOutcome.Same));
        Assert.Equal(600, second.Done);
        Assert.Equal(600, stores.Values.Sum(store => store.Saves));
        foreach (var (_, store) in stores)
        {
            Assert.Equal(100, await store.ListBotsAsync(Cancellation).CountAsync(Cancellation));
            Assert.Equal(200, await store.ListInstallationsAsync(Cancellation).CountAsync(Cancellation));
        }

        static IEnumerable<SourceRecord> OfApp(string app) => Enumerable.Range(0, 100).SelectMany(n => (SourceRecord[])
        [
            new SourceRecord.OfBot(app, Records.Bot("T" + n, 1)),
            new SourceRecord.OfInstallation(app, Records.Installation("T" + n, "U1", 1)),
            new SourceRecord.OfInstallation(app, Records.Installation("T" + n, "U2", 2)),
        ]);
    }

    [Fact]
    public async Task A_users_records_are_written_oldest_first_however_many_are_in_flight()
    {
        var destination = Records.Store(keepsHistory: true);

        await RunAsync(
            new ListSource(Enumerable.Range(1, 8).SelectMany(at => Enumerable.Range(0, 20).Select(n => new SourceRecord.OfInstallation(Records.App, Records.Installation("T" + n, "U1", at))))),
            _ => destination);

        for (var n = 0; n < 20; n++)
        {
            var history = await destination.ListInstallationHistoryAsync(Records.Workspace("T" + n), "U1", Cancellation).ToArrayAsync(Cancellation);
            Assert.Equal(Enumerable.Range(1, 8).Reverse().Select(Records.At), history.Select(installation => installation.InstalledAt));
        }
    }

    [Fact]
    public async Task What_cannot_be_read_or_kept_is_named_and_the_rest_goes_on()
    {
        var destination = Records.Store();

        var tally = await RunAsync(
            new ListSource(
            [
                new SourceRecord.Refused("T1/bot-latest", "it is no JSON"),
                new SourceRecord.OfBot(Records.App, Records.Bot("T\u0007\u001b[2J", 1)),
                new SourceRecord.OfInstallation(Records.App, Records.Installation("T1", "", 1)),
                new SourceRecord.OfInstallation(Records.App, Records.Installation("T1", "U1", 1)),
            ]),
            _ => destination);

        Assert.Equal((4, 3, 1), (tally.Source.Read, tally.Source.Refused, tally.Count(CopyOutcome.Written)));
        Assert.Equal(new Refusal("T1/bot-latest", "it is no JSON"), tally.Source.Refusals[0]);
        Assert.Equal("the bot in T\uFFFD\uFFFD[2J of E1, app 1.1", tally.Source.Refusals[1].Where);
        Assert.StartsWith("TeamId holds a control character at position 1.", tally.Source.Refusals[1].Reason, StringComparison.Ordinal);
        Assert.StartsWith("UserId is empty.", tally.Source.Refusals[2].Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", tally.Source.Refusals[2].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_twenty_refusals_are_named_and_the_others_counted()
    {
        var tally = await RunAsync(new ListSource(Enumerable.Range(0, 50).Select(n => new SourceRecord.Refused($"file {n}", "it is empty"))), _ => Records.Store());

        Assert.Equal(50, tally.Source.Refused);
        Assert.Equal(Enumerable.Range(0, 20).Select(n => $"file {n}"), tally.Source.Refusals.Select(refusal => refusal.Where));
    }

    [Fact]
    public async Task A_destination_that_is_away_for_a_while_is_waited_for()
    {
        var destination = new HookedStore(Records.Store());
        var calls = 0;
        destination.Before = call => Interlocked.Increment(ref calls) <= 7 ? throw Failure(call, isTransient: true) : ValueTask.CompletedTask;

        var tally = await RunAsync(Bots(10), _ => destination, new HurriedTime());

        Assert.Equal(10, tally.Count(CopyOutcome.Written));
    }

    [Fact]
    public async Task A_destination_that_stays_away_ends_the_run()
    {
        var destination = new HookedStore(Records.Store());
        var time = new HurriedTime();
        destination.Before = call => call == nameof(IInstallationStore.SaveBotAsync) ? throw Failure(call, isTransient: true) : ValueTask.CompletedTask;

        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(() => RunAsync(Bots(1), _ => destination, time));

        Assert.True(failure.IsTransient);
        Assert.Equal(8, destination.Saves);
        Assert.InRange(time.Waited, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_record_that_the_destination_does_not_take_is_refused_and_the_rest_goes_on()
    {
        var inner = new HookedStore(Records.Store());
        var saves = 0;
        inner.Before = call => call == nameof(IInstallationStore.SaveBotAsync) && Interlocked.Increment(ref saves) == 3 ? throw Failure(call, isTransient: false) : ValueTask.CompletedTask;

        var tally = await RunAsync(Bots(10), _ => inner);

        Assert.Equal((9, 1), (tally.Count(CopyOutcome.Written), tally.Source.Refused));
        Assert.Contains("SaveBotAsync failed in the Test store", Assert.Single(tally.Source.Refusals).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_destination_that_takes_nothing_ends_the_run()
    {
        var destination = new HookedStore(Records.Store()) { Before = call => call == nameof(IInstallationStore.SaveBotAsync) ? throw Failure(call, isTransient: false) : ValueTask.CompletedTask };

        await Assert.ThrowsAsync<SlackOAuthStoreException>(() => RunAsync(Bots(1000), _ => destination));
        Assert.InRange(destination.Saves, 20, 20 + CopyRun.DefaultConcurrency);
    }

    [Fact]
    public async Task A_destination_that_cannot_be_asked_ends_the_run_at_its_first_call()
    {
        var destination = new HookedStore(Records.Store()) { Before = call => throw Failure(call, isTransient: false) };

        await Assert.ThrowsAsync<SlackOAuthStoreException>(() => RunAsync(Bots(2), _ => destination));
    }

    private static ListSource Bots(int count) => new(Enumerable.Range(0, count).Select(n => new SourceRecord.OfBot(Records.App, Records.Bot("T" + n, 1))));

    private static SlackOAuthStoreException Failure(string call, bool isTransient) => new("Test", call, "it is switched off", isTransient);

    private static async Task<CopyTally> RunAsync(IRecordSource source, Func<string, IInstallationStore> destination, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        var tally = new CopyTally();
        await new CopyRun(destination, new CredentialCopier(overwrites: false, isDryRun: false, time), time).RunAsync(source, tally, CopyRun.DefaultConcurrency, Cancellation);
        return tally;
    }
}
