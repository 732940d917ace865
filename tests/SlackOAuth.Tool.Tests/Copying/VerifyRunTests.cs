using System.Text.Json;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Copying;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Tests.Copying;

public sealed class VerifyRunTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<bool> Lookups => [true, false];

    [Theory]
    [MemberData(nameof(Lookups))]
    public async Task Equal_sides_have_no_difference(bool canBeAsked)
    {
        var tally = await VerifyAsync(Side("a"), Side("a"), canBeAsked);

        Assert.Equal((0, 30, 30, 30), (tally.Different, tally.Same, tally.Source.Read, tally.Destination.Read));

        static SourceRecord[] Side(string tag) =>
        [
            .. Enumerable.Range(0, 10).SelectMany(n => (SourceRecord[])
            [
                new SourceRecord.OfBot(Records.App, Records.Bot("T" + n, 1, tag)),
                new SourceRecord.OfInstallation(Records.App, Records.Installation("T" + n, "U1", 1, tag)),
                new SourceRecord.OfInstallation(Records.App, Records.Installation("T" + n, "U2", 1, tag)),
            ]),
        ];
    }

    [Theory]
    [MemberData(nameof(Lookups))]
    public async Task Each_kind_of_difference_is_named_with_its_fields_and_without_a_secret(bool canBeAsked)
    {
        var tally = await VerifyAsync(
            [
                new SourceRecord.OfBot(Records.App, Records.Bot("T1", 1, "here")),
                new SourceRecord.OfInstallation(Records.App, Records.Installation("T1", "U1", 1) with { TeamName = "Old name" }),
                new SourceRecord.OfInstallation(Records.App, Records.Installation("T1", "U2", 1)),
                new SourceRecord.OfInstallation(Records.App, Records.Installation("T1", "U3", 1)),
            ],
            [
                new SourceRecord.OfBot(Records.App, Records.Bot("T1", 1, "there")),
                new SourceRecord.OfInstallation(Records.App, Records.Installation("T1", "U1", 2)),
                new SourceRecord.OfInstallation(Records.App, Records.Installation("T1", "U3", 1)),
                new SourceRecord.OfInstallation(Records.App, Records.Installation("T1", "U4", 1)),
            ],
            canBeAsked);

        Assert.Equal(
            [
                new Difference("the bot in T1 of E1, app 1.1", DifferenceKind.Content, "bot_token, bot_refresh_token"),
                new Difference("the installation of U1 in T1 of E1, app 1.1", DifferenceKind.Content, "team_name, installed_at"),
                new Difference("the installation of U2 in T1 of E1, app 1.1", DifferenceKind.OnlyInSource, ""),
                new Difference("the installation of U4 in T1 of E1, app 1.1", DifferenceKind.OnlyInDestination, ""),
            ],
            tally.Differences.OrderBy(difference => difference.Where));
        Assert.Equal((1, 4), (tally.Same, tally.Different));
        Assert.DoesNotContain(tally.Differences, difference => difference.ToString().Contains(Records.SecretWord, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_record_that_the_destination_cannot_read_is_a_difference()
    {
        var destination = new HookedStore(Records.Store());
        await destination.SaveBotAsync(Records.Bot("T1", 1), Cancellation);
        var finds = 0;
        destination.Before = call => call == nameof(IInstallationStore.FindBotAsync) && ++finds == 2 ? throw new SlackOAuthStoreException("Test", call, "the record is damaged", false) : ValueTask.CompletedTask;
        SourceRecord[] records = [new SourceRecord.OfBot(Records.App, Records.Bot("T1", 1))];
        var tally = new VerifyTally();

        await new VerifyRun(new ListSource(records), new ListSource(records), _ => destination, TimeProvider.System).RunAsync(tally, 4, Cancellation);

        Assert.Equal(DifferenceKind.Unreadable, Assert.Single(tally.Differences).Kind);
        Assert.Contains("the record is damaged", tally.Differences[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_is_away_for_a_while_when_it_is_asked_is_waited_for()
    {
        var store = new HookedStore(Records.Store());
        await store.SaveBotAsync(Records.Bot("T1", 1), Cancellation);
        var calls = 0;
        store.Before = call => ++calls <= 7 ? throw new SlackOAuthStoreException("Test", call, "it is switched off", isTransient: true) : ValueTask.CompletedTask;
        SourceRecord[] records = [new SourceRecord.OfBot(Records.App, Records.Bot("T1", 1))];
        var tally = new VerifyTally();

        await new VerifyRun(new AskableSource(records, store), new ListSource(records), _ => Filled(records), new HurriedTime()).RunAsync(tally, 4, Cancellation);

        Assert.Equal((0, 1), (tally.Different, tally.Same));
        Assert.True(calls > 7);
    }

    [Theory]
    [InlineData("""{"a":1,"b":[1,{"c":2,"d":null}]}""", """{ "b" : [1.0, {"d":null,"c":20e-1}], "a" : 0.1E1 }""", true)]
    [InlineData("""{"a":-0.0}""", """{"a":0}""", true)]
    [InlineData("""{"a":"\u0041/"}""", """{"a":"A\/"}""", true)]
    [InlineData("""{"a":100}""", """{"a":1e2}""", true)]
    [InlineData("""{"a":100}""", """{"a":1e3}""", false)]
    [InlineData("""{"a":12}""", """{"a":-12}""", false)]
    [InlineData("""{"a":12345678901234567890123456789012345678901}""", """{"a":12345678901234567890123456789012345678902}""", false)]
    [InlineData("""{"a":1e999999999999999999999999999999}""", """{"a":10e999999999999999999999999999998}""", true)]
    [InlineData("""{"a":"1"}""", """{"a":1}""", false)]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""", false)]
    [InlineData("""{"a":null}""", """{}""", false)]
    public void The_hash_is_of_what_the_custom_values_mean(string one, string other, bool isSame)
    {
        var (first, second) = (With(one), With(other));

        Assert.Equal(isSame, RecordDigest.Of(first).SequenceEqual(RecordDigest.Of(second)));
        Assert.Equal(isSame ? [] : ["custom_values"], RecordDigest.FindDifferences(first, second));

        static Credential With(string json) => Credential.Of(Records.App, Records.Bot("T1", 1) with { CustomValues = JsonElement.Parse(json) });
    }

    private static async Task<VerifyTally> VerifyAsync(SourceRecord[] source, SourceRecord[] destination, bool canBeAsked)
    {
        var (store, tally) = (Filled(destination), new VerifyTally());
        await new VerifyRun(canBeAsked ? new AskableSource(source, Filled(source)) : new ListSource(source), new ListSource(destination), _ => store, TimeProvider.System).RunAsync(tally, 4, Cancellation);
        return tally;
    }

    /// <summary>A store in memory, which needs no waiting for.</summary>
    private static InMemoryInstallationStore Filled(SourceRecord[] records)
    {
        var store = Records.Store();
        foreach (var record in records)
        {
            var saving = record is SourceRecord.OfBot bot ? store.SaveBotAsync(bot.Bot, Cancellation) : store.SaveAsync(((SourceRecord.OfInstallation)record).Installation.WithBot(null), Cancellation);
            Assert.True(saving.IsCompletedSuccessfully);
        }

        return store;
    }

    private sealed class AskableSource(SourceRecord[] records, IInstallationStore store) : ListSource(records), IRecordLookup
    {
        public IInstallationStore Open(string clientId) => store;
    }
}
