using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using static SlackOAuth.Testing.Tests.SlackFixture;

namespace SlackOAuth.Testing.Tests;

public sealed class LifecycleTests
{
    [Fact]
    public async Task On_a_port_only_loopback_is_bound_and_freed_again()
    {
        await using var slack = await FakeSlack.StartAsync(cancellationToken: Cancellation);
        var port = slack.BaseAddress.Port;

        Assert.Equal($"http://127.0.0.1:{port}/", slack.BaseAddress.AbsoluteUri);
        var bound = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(listener => listener.Port == port).ToList();
        Assert.Equal([IPAddress.Loopback], bound.Select(listener => listener.Address));

        await slack.DisposeAsync();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Throws<SocketException>(() => socket.Connect(IPAddress.Loopback, port));
    }

    [Fact]
    public async Task A_taken_port_is_an_IOException_that_names_it()
    {
        await using var first = await FakeSlack.StartAsync(cancellationToken: Cancellation);

        var taken = await Assert.ThrowsAsync<IOException>(() => FakeSlack.StartAsync(new() { Port = first.BaseAddress.Port }, Cancellation));

        Assert.Contains($"{first.BaseAddress.Port}", taken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_port_it_stands_for_slack_com()
    {
        await using var slack = await FakeSlack.StartAsync(new() { Port = null }, Cancellation);
        using var client = new HttpClient(slack.CreateHandler());

        using var response = await client.GetAsync(new Uri("https://slack.com/api/auth.test"), Cancellation);

        Assert.Equal("https://slack.com/", slack.BaseAddress.AbsoluteUri);
        Assert.Equal("""{"ok":false,"error":"not_authed"}""", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task On_a_port_the_handler_reaches_the_same_Slack()
    {
        await using var fixture = await StartAsync(Mode.OnPort);
        using var inMemory = fixture.Slack.CreateClient();
        var token = (string)(await fixture.InstallAsync())["access_token"]!;
        inMemory.DefaultRequestHeaders.Authorization = new("Bearer", token);

        var answer = await inMemory.GetStringAsync(new Uri("/api/auth.test", UriKind.Relative), Cancellation);

        Assert.StartsWith("""{"ok":true""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_Slacks_share_nothing()
    {
        await using var one = await StartAsync(Mode.InMemory);
        await using var other = await StartAsync(Mode.InMemory);

        var answer = await other.ExchangeAsync(one.Code(InstallPath()));

        CodeExchangeTests.AssertError("invalid_code", answer);
        Assert.Empty(one.Slack.Calls);
    }

    [Fact]
    public async Task Disposing_twice_does_nothing_more()
    {
        var slack = await FakeSlack.StartAsync(cancellationToken: Cancellation);
        await slack.DisposeAsync();

        Assert.Null(await Record.ExceptionAsync(async () => await slack.DisposeAsync()));
    }

    public static TheoryData<FakeSlackOptions, string> WrongOptions => new()
    {
        { new() { Port = -1 }, "Port" },
        { new() { Port = 65536 }, "Port" },
        { new() { Apps = [] }, "Apps" },
        { new() { Apps = [new(), new()] }, "ClientId" },
        { new() { Apps = [new() { ClientSecret = "" }] }, "secret" },
        { new() { Apps = [new() { RedirectUris = [new("ftp://x/")] }] }, "redirect" },
        { new() { Workspaces = [] }, "Workspaces" },
        { new() { Workspaces = [new(), new()] }, "T0FAKETEAM1" },
        { new() { Workspaces = [new() { Id = "" }] }, "Workspaces" },
        { new() { Workspaces = [new() { Users = [] }] }, "T0FAKETEAM1" },
        { new() { Workspaces = [new() { Users = [new(), new()] }] }, "U0FAKEUSER1" },
        { new() { Workspaces = [new() { EnterpriseId = "E1" }] }, "Enterprises" },
        { new() { Issuer = "" }, "Issuer" },
    };

    [Theory]
    [MemberData(nameof(WrongOptions), DisableDiscoveryEnumeration = true)]
    public async Task A_wrong_option_is_named_at_the_start(FakeSlackOptions options, string named)
    {
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => FakeSlack.StartAsync(options, Cancellation));

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Theory, CombinatorialModes]
    public async Task Nothing_prints_a_secret(Mode mode)
    {
        var app = new FakeSlackApp { ClientSecret = "client-secret-1", SigningSecret = "signing-secret-1" };
        await using var slack = await FakeSlack.StartAsync(new() { Port = mode == Mode.OnPort ? 0 : null, Apps = [app] }, Cancellation);
        using var receiver = new CapturingApp();
        var location = slack.Authorize(new(InstallPath(), UriKind.Relative));
        using var client = slack.CreateClient();
        using var form = new FormUrlEncodedContent([new("client_id", app.ClientId), new("client_secret", app.ClientSecret), new("code", Query(location, "code")), new("redirect_uri", RedirectUri)]);
        using var exchanged = await client.PostAsync(new Uri("/api/oauth.v2.access", UriKind.Relative), form, Cancellation);
        Assert.Contains("xoxb-", await exchanged.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        using var delivered = await slack.DeliverCommandAsync(receiver.Client, "/", new() { Command = "/x" }, cancellationToken: Cancellation);

        var printed = string.Join('\n', new object[] { app, slack, slack.Calls[0], slack.Uninstall()[0], AuthorizeDecision.Allow(), ScriptedAnswer.MalformedJson });

        foreach (var secret in (string[])["xox", "secret-1", Query(location, "code"), "state-1", receiver.Form["trigger_id"]!])
        {
            Assert.DoesNotContain(secret, printed, StringComparison.Ordinal);
        }
    }

    [Theory, CombinatorialModes]
    public async Task Unknown_addresses_are_404(Mode mode)
    {
        await using var fixture = await StartAsync(mode);

        using var response = await fixture.Client.GetAsync(new Uri("/nothing", UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
