using System.Globalization;
using System.Web;
using SlackOAuth.Testing;
using Xunit;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>Token rotation over one store and two processes, against a Slack that counts and refuses a second use of a refresh token.</summary>
/// <typeparam name="TProcess">The provider's process.</typeparam>
public abstract class RotationProofTests<TProcess> : IAsyncLifetime
    where TProcess : RotatingProcess, new()
{
    private const string ClientId = "1234567890.1234567890";
    private const string Installer = "U0FAKEUSER1";
    private const string Other = "U0FAKEUSER2";
    private const int Requests = 32;

    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T0FAKETEAM1");

    private FakeSlack _slack = null!;
    private IReadOnlyList<string> _place = [];
    private IInstallationStore _store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private int Refreshes => _slack.CountCalls("oauth.v2.access", "refresh_token");

    /// <summary>A part of the engine that is this test's own, as <see cref="RotatingProcess.OpenAsync"/> takes it.</summary>
    protected abstract ValueTask<IReadOnlyList<string>> PlaceAsync();

    /// <inheritdoc />
    public virtual async ValueTask InitializeAsync()
    {
        _place = await PlaceAsync();
        _store = await new TProcess().OpenAsync(new SlackOAuthStoresOptions { ClientId = ClientId }, _place);
        _slack = await FakeSlack.StartAsync(
            new() { Apps = [new() { TokenRotation = true }], Workspaces = [new() { Users = [new(), new() { Id = Other, Name = "bob" }] }] }, Cancellation);
    }

    /// <inheritdoc />
    public virtual async ValueTask DisposeAsync()
    {
        if (_slack is not null)
        {
            await _slack.DisposeAsync();
        }

        switch (_store)
        {
            case IAsyncDisposable store:
                await store.DisposeAsync();
                break;
            case IDisposable store:
                store.Dispose();
                break;
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>One call reaches Slack.</summary>
    [Fact]
    public async Task Of_64_requests_in_two_processes_that_meet_an_expired_token_one_refreshes_it_and_all_get_the_new_one()
    {
        var expired = await InstallAsync(Installer);
        var (begin, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        _slack.Script("auth.test", ScriptedAnswer.Held(begin.Task), 2);
        _slack.Script("oauth.v2.access", ScriptedAnswer.Held(answer.Task));
        var calls = Calls;

        var processes = new[] { RunAsync(""), RunAsync("") };
        await ReachedAsync(2, processes);
        begin.SetResult();
        await ReachedAsync(4, processes);
        await _slack.WaitForCallsAsync("oauth.v2.access", calls + 1, Cancellation);
        answer.SetResult();
        var tokens = (await Task.WhenAll(processes)).SelectMany(lines => lines).ToArray();

        Assert.Equal(1, Refreshes);
        var stored = (await _store.FindBotAsync(Workspace, Cancellation))!.BotToken;
        Assert.NotEqual(expired.BotToken, stored);
        Assert.Equal(Enumerable.Repeat(stored, 2 * Requests), tokens);
        Assert.True(await IsGoodAsync(stored));
    }

    /// <summary>The call of the process that was killed is not carried out by Slack; a second one is, when the lease has run out.</summary>
    [Fact]
    public async Task When_the_holder_is_killed_in_the_middle_another_process_refreshes_and_64_requests_get_the_new_token()
    {
        var expired = await InstallAsync(Installer);
        var (begin, never, calls) = (new TaskCompletionSource(), new TaskCompletionSource(), Calls);
        _slack.Script("auth.test", ScriptedAnswer.Held(begin.Task), 2);
        var processes = new[] { RunAsync(""), RunAsync("") };
        await ReachedAsync(2, processes);

        _slack.Script("oauth.v2.access", ScriptedAnswer.Held(never.Task));
        using var kill = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var killed = SecondProcess.RunUntilKilledAsync<TProcess>(kill.Token, Arguments("", 1));
        await _slack.WaitForCallsAsync("oauth.v2.access", calls + 1, Cancellation);
        begin.SetResult();
        await ReachedAsync(5, processes);
        await kill.CancelAsync();
        await killed;
        var tokens = (await Task.WhenAll(processes)).SelectMany(lines => lines).ToArray();

        Assert.Equal(2, Refreshes);
        var stored = (await _store.FindBotAsync(Workspace, Cancellation))!.BotToken;
        Assert.NotEqual(expired.BotToken, stored);
        Assert.Equal(Enumerable.Repeat(stored, 2 * Requests), tokens);
        Assert.True(await IsGoodAsync(stored));
    }

    /// <summary>Each of the three credentials is refreshed once, and is its own afterwards.</summary>
    [Fact]
    public async Task The_installers_user_token_is_never_lost_while_another_user_is_served()
    {
        var other = await InstallAsync(Other);
        var installer = await InstallAsync(Installer);
        var begin = new TaskCompletionSource();
        _slack.Script("auth.test", ScriptedAnswer.Held(begin.Task), 2);

        // First the other user alone, in two processes: the installer's token is due as well, and is left as it is.
        var processes = new[] { RunAsync(Other), RunAsync(Other) };
        await ReachedAsync(2, processes);
        begin.SetResult();
        var lines = (await Task.WhenAll(processes)).SelectMany(line => line).ToArray();
        var (bot, served, kept) = (await _store.FindBotAsync(Workspace, Cancellation), await FindAsync(Other), await FindAsync(Installer));
        Assert.Equal(2, Refreshes);
        Assert.Equal(Enumerable.Repeat($"{bot!.BotToken} {served.UserToken}", 2 * Requests), lines);
        Assert.NotEqual(other.UserToken, served.UserToken);
        Assert.Equal((installer.UserToken, installer.UserRefreshToken), (kept.UserToken, kept.UserRefreshToken));

        // Then both at once.
        await ExpireAsync(Other);
        await _store.SaveBotAsync((await _store.FindBotAsync(Workspace, Cancellation))! with { BotTokenExpiresAt = Expired }, Cancellation);
        processes = [RunAsync(Installer), RunAsync(Other)];
        var (installers, others) = (await processes[0], await processes[1]);
        (bot, served, kept) = (await _store.FindBotAsync(Workspace, Cancellation), await FindAsync(Other), await FindAsync(Installer));
        Assert.Equal(5, Refreshes);
        Assert.Equal(Enumerable.Repeat($"{bot!.BotToken} {kept.UserToken}", Requests), installers);
        Assert.Equal(Enumerable.Repeat($"{bot.BotToken} {served.UserToken}", Requests), others);
        Assert.NotEqual(installer.UserToken, kept.UserToken);
        Assert.NotEqual(kept.UserToken, served.UserToken);
        foreach (var token in new[] { bot.BotToken, kept.UserToken, served.UserToken })
        {
            Assert.True(await IsGoodAsync(token!));
        }
    }

    private static DateTimeOffset Expired => DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1);

    private int Calls => _slack.CountCalls("oauth.v2.access");

    private string[] Arguments(string userId, int requests) =>
        [_slack.BaseAddress.AbsoluteUri, ClientId, Workspace.TeamId!, userId, requests.ToString(CultureInfo.InvariantCulture), .. _place];

    private Task<IReadOnlyList<string>> RunAsync(string userId) => SecondProcess.RunAsync<TProcess>(Arguments(userId, Requests));

    /// <summary>Waits until the processes have told Slack so often how far they are; one that fails is heard at once.</summary>
    private async Task ReachedAsync(int signals, Task<IReadOnlyList<string>>[] processes)
    {
        var reached = _slack.WaitForCallsAsync("auth.test", signals, Cancellation);
        var first = await Task.WhenAny([reached, .. processes]);
        await first;
        await reached;
    }

    /// <summary>Installs the app; what is stored says that its tokens have expired, while Slack still takes the refresh tokens.</summary>
    private async Task<Installation> InstallAsync(string userId)
    {
        var back = _slack.Authorize(new Uri($"https://slack.com/oauth/v2/authorize?client_id={ClientId}&scope=commands&user_scope=search:read&state=s"), AuthorizeDecision.Allow(userId: userId));
        using var client = _slack.CreateClient();
        using var form = new FormUrlEncodedContent(
            [new("client_id", ClientId), new("client_secret", "fake-client-secret"), new("code", HttpUtility.ParseQueryString(back.Query)["code"]!)]);
        using var answer = await client.PostAsync(new Uri("api/oauth.v2.access", UriKind.Relative), form, Cancellation);
        var access = System.Text.Json.JsonSerializer.Deserialize<OAuthAccess>(await answer.Content.ReadAsStringAsync(Cancellation))!;
        var installation = SlackInstallationFactory.Create(access, null, DateTimeOffset.UtcNow) with { BotTokenExpiresAt = Expired, UserTokenExpiresAt = Expired };
        await _store.SaveAsync(installation, Cancellation);
        return installation;
    }

    private async Task ExpireAsync(string userId) => await _store.SaveAsync((await FindAsync(userId)).WithBot(null) with { UserTokenExpiresAt = Expired }, Cancellation);

    private async Task<Installation> FindAsync(string userId) => (await _store.FindInstallationAsync(Workspace, userId, Cancellation))!;

    private async Task<bool> IsGoodAsync(string token)
    {
        using var client = _slack.CreateClient();
        using var form = new FormUrlEncodedContent([new("token", token)]);
        using var answer = await client.PostAsync(new Uri("api/auth.test", UriKind.Relative), form, Cancellation);
        return (await answer.Content.ReadAsStringAsync(Cancellation)).Contains("\"ok\":true", StringComparison.Ordinal);
    }
}
