using SlackOAuth.Stores;
using SlackOAuth.Tool.Copying;

namespace SlackOAuth.Tool.Tests.Copying;

public sealed class CredentialCopierTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // At: installed-at; expires: minutes, -1 for never.
    public static TheoryData<string, int, int, string, int, int, string, bool, string> Verdicts
    {
        get
        {
            var data = new TheoryData<string, int, int, string, int, int, string, bool, string>();
            foreach (var kind in (string[])["bot", "user"])
            {
                data.Add(kind, 2, 720, "s", 1, 720, "d", false, "Updated");
                data.Add(kind, 2, 719, "s", 1, 720, "d", false, "Differs");
                data.Add(kind, 2, 719, "s", 1, 720, "d", true, "Updated");
                data.Add(kind, 2, -1, "s", 1, 720, "d", false, "Updated");
                data.Add(kind, 1, 720, "s", 2, 720, "d", false, "NewerThere");
                data.Add(kind, 1, 720, "s", 2, 100, "d", true, "NewerThere");
                data.Add(kind, 1, 720, "same", 1, 720, "same", false, "Same");
                data.Add(kind, 1, 720, "same", 1, 720, "same", true, "Same");
                data.Add(kind, 1, 721, "s", 1, 720, "d", false, "Updated");
                data.Add(kind, 1, 719, "s", 1, 720, "d", false, "NewerThere");
                data.Add(kind, 1, 719, "s", 1, 720, "d", true, "NewerThere");
                data.Add(kind, 1, 720, "s", 1, 720, "d", false, "Differs");
                data.Add(kind, 1, 720, "s", 1, 720, "d", true, "Updated");
                data.Add(kind, 1, -1, "s", 1, -1, "d", false, "Differs");
                data.Add(kind, 1, 720, "s", 1, -1, "d", false, "Updated");
                data.Add(kind, 1, -1, "s", 1, 720, "d", false, "NewerThere");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Verdicts))]
    public async Task The_newer_record_wins_and_is_what_the_destination_holds_then(
        string kind, int sourceAt, int sourceExpires, string sourceTag, int storedAt, int storedExpires, string storedTag, bool overwrites, string expected)
    {
        var source = Make(kind, sourceAt, sourceExpires, sourceTag);
        var stored = Make(kind, storedAt, storedExpires, storedTag);
        var destination = new HookedStore(Records.Store());
        await stored.SaveAsync(destination, Cancellation);

        foreach (var isDryRun in (bool[])[true, false])
        {
            var outcome = await new CredentialCopier(overwrites, isDryRun, TimeProvider.System).CopyAsync(source, destination, Cancellation);

            Assert.Equal(expected, outcome.ToString());
            var isWritten = !isDryRun && expected == "Updated";
            var found = await source.FindAsync(destination, Cancellation);
            Assert.True(found!.HasContentOf(isWritten ? source : stored));
            Assert.Equal(isWritten ? 2 : 1, destination.Saves);
        }
    }

    [Theory]
    [InlineData("bot")]
    [InlineData("user")]
    public async Task What_is_missing_is_written(string kind)
    {
        var source = Make(kind, 1, 720, "s");
        var destination = new HookedStore(Records.Store());

        Assert.Equal(CopyOutcome.Written, await new CredentialCopier(false, isDryRun: true, TimeProvider.System).CopyAsync(source, destination, Cancellation));
        Assert.Null(await source.FindAsync(destination, Cancellation));
        Assert.Equal(CopyOutcome.Written, await Copier().CopyAsync(source, destination, Cancellation));
        Assert.True((await source.FindAsync(destination, Cancellation))!.HasContentOf(source));
    }

    [Fact]
    public async Task An_installation_brings_no_bot_along()
    {
        var destination = Records.Store();

        await Copier().CopyAsync(Credential.Of(Records.App, Records.Installation("T1", "U1", 1)), destination, Cancellation);

        Assert.Null(await destination.FindBotAsync(Records.Workspace("T1"), Cancellation));
        Assert.Equal(Records.Installation("T1", "U1", 1).WithBot(null), await destination.FindInstallationAsync(Records.Workspace("T1"), "U1", Cancellation));
    }

    [Theory]
    [InlineData("bot")]
    [InlineData("user")]
    public async Task A_rotation_that_comes_between_the_look_and_the_lease_is_not_overwritten(string kind)
    {
        var (destination, app) = await DestinationAsync(Make(kind, 1, 720, "before"));
        var rotated = Make(kind, 1, 900, "rotated-there");
        destination.Before = call => call == nameof(IRotationLeasing.TryAcquireLeaseAsync) ? rotated.SaveAsync(app, Cancellation) : ValueTask.CompletedTask;

        var outcome = await Copier().CopyAsync(Make(kind, 1, 800, "rotated-here"), destination, Cancellation);

        Assert.Equal(CopyOutcome.NewerThere, outcome);
        Assert.True((await rotated.FindAsync(app, Cancellation))!.HasContentOf(rotated));
        Assert.NotNull(await app.TryAcquireLeaseAsync(Records.Workspace("T1"), rotated.UserId, TimeSpan.FromMinutes(1), Cancellation));
    }

    [Theory]
    [InlineData("bot")]
    [InlineData("user")]
    public async Task A_rotation_that_is_going_on_is_waited_for(string kind)
    {
        var before = Make(kind, 1, 720, "before");
        var (destination, app) = await DestinationAsync(before);
        var rotated = Make(kind, 1, 900, "rotated-there");
        var lease = await app.TryAcquireLeaseAsync(Records.Workspace("T1"), before.UserId, TimeSpan.FromMinutes(10), Cancellation);
        var asked = 0;
        destination.Before = async call =>
        {
            // The third time that the copy asks for the lease, the app has its tokens from Slack.
            if (call == nameof(IRotationLeasing.TryAcquireLeaseAsync) && ++asked == 3)
            {
                Assert.True(await rotated.TrySaveAsync(app, lease!, Cancellation));
                await app.ReleaseLeaseAsync(lease!, Cancellation);
            }
        };

        var outcome = await new CredentialCopier(false, false, new HurriedTime()).CopyAsync(Make(kind, 1, 800, "rotated-here"), destination, Cancellation);

        Assert.Equal(CopyOutcome.NewerThere, outcome);
        Assert.True((await rotated.FindAsync(app, Cancellation))!.HasContentOf(rotated));
    }

    [Fact]
    public async Task A_lease_that_does_not_end_is_given_up_on()
    {
        var (destination, app) = await DestinationAsync(Make("bot", 1, 720, "before"));
        await app.TryAcquireLeaseAsync(Records.Workspace("T1"), null, TimeSpan.FromHours(10), Cancellation);
        var time = new HurriedTime();

        Assert.Equal(CopyOutcome.Leased, await new CredentialCopier(false, false, time).CopyAsync(Make("bot", 1, 800, "here"), destination, Cancellation));
        Assert.InRange(time.Waited, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(3));
        Assert.Equal(0, destination.Saves);
    }

    [Fact]
    public async Task A_destination_without_leases_is_written_to_all_the_same()
    {
        var inner = Records.Store();
        await Make("bot", 1, 720, "before").SaveAsync(inner, Cancellation);
        var after = Make("bot", 1, 800, "after");

        Assert.Equal(CopyOutcome.Updated, await Copier().CopyAsync(after, new Leaseless(inner), Cancellation));
        Assert.True((await after.FindAsync(inner, Cancellation))!.HasContentOf(after));
    }

    private static CredentialCopier Copier() => new(overwrites: false, isDryRun: false, TimeProvider.System);

    private static async Task<(HookedStore Destination, InMemoryInstallationStore App)> DestinationAsync(Credential stored)
    {
        var data = new InMemoryStoreData();
        var app = Records.Store(data);
        await stored.SaveAsync(app, Cancellation);
        return (new HookedStore(Records.Store(data)), app);
    }

    private static Credential Make(string kind, int at, int expires, string tag) => kind == "bot"
        ? Credential.Of(Records.App, Records.Bot("T1", at, tag, expires < 0 ? null : expires))
        : Credential.Of(Records.App, Records.Installation("T1", "U1", at, tag, expires < 0 ? null : expires));

    private sealed class Leaseless(IInstallationStore inner) : IInstallationStore
    {
        public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default) => inner.SaveAsync(installation, cancellationToken);

        public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default) => inner.SaveBotAsync(bot, cancellationToken);

        public ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => inner.FindBotAsync(workspace, cancellationToken);

        public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
            inner.FindInstallationAsync(workspace, userId, cancellationToken);

        public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => inner.DeleteBotAsync(workspace, cancellationToken);

        public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
            inner.DeleteInstallationAsync(workspace, userId, cancellationToken);

        public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => inner.DeleteAllAsync(workspace, cancellationToken);
    }
}
