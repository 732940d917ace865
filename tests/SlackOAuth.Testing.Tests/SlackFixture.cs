using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Time.Testing;
using SlackOAuth.Testing;

namespace SlackOAuth.Testing.Tests;

/// <summary>How a Slack is reached. Every behaviour is tested both ways.</summary>
public enum Mode
{
    InMemory,
    OnPort,
}

/// <summary>A running Slack, a client that reaches it, and the steps that most tests begin with.</summary>
public sealed class SlackFixture : IAsyncDisposable
{
    public const string ClientId = "1234567890.1234567890";
    public const string ClientSecret = "fake-client-secret";
    public const string SigningSecret = "fake-signing-secret";
    public const string RedirectUri = "http://localhost/slack/oauth_redirect";

    private SlackFixture(FakeSlack slack, HttpClient client, FakeTimeProvider time)
    {
        Slack = slack;
        Client = client;
        Time = time;
    }

    public FakeSlack Slack { get; }

    public HttpClient Client { get; }

    public FakeTimeProvider Time { get; }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<SlackFixture> StartAsync(
        Mode mode,
        IReadOnlyList<FakeSlackApp>? apps = null,
        IReadOnlyList<FakeWorkspace>? workspaces = null,
        IReadOnlyList<FakeEnterprise>? enterprises = null)
    {
        var time = new FakeTimeProvider(new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));
        var slack = await FakeSlack.StartAsync(
            new()
            {
                Port = mode == Mode.OnPort ? 0 : null,
                TimeProvider = time,
                Apps = apps ?? [new()],
                Workspaces = workspaces ?? [new()],
                Enterprises = enterprises ?? [],
            },
            Cancellation);
        var client = mode == Mode.OnPort
            ? new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = slack.BaseAddress }
            : slack.CreateClient();
        return new(slack, client, time);
    }

    /// <summary>A workspace of an organization, and the organization.</summary>
    public static Task<SlackFixture> StartGridAsync(Mode mode, bool rotation = false) => StartAsync(
        mode,
        [new() { OrgWideInstalls = true, TokenRotation = rotation }],
        [new() { Id = "T0GRID", Name = "Grid Workspace", EnterpriseId = "E0GRID" }, new() { Id = "T0ALONE", Name = "Alone" }],
        [new() { Id = "E0GRID", Name = "Grid", Domain = "grid" }]);

    public static string InstallPath(string scope = "commands,chat:write", string? userScope = null, string state = "state-1", string? team = null, string? redirectUri = RedirectUri)
        => QueryHelpers.AddQueryString("/oauth/v2/authorize", new Dictionary<string, string?>
        {
            ["client_id"] = ClientId,
            ["scope"] = scope,
            ["user_scope"] = userScope,
            ["state"] = state,
            ["team"] = team,
            ["redirect_uri"] = redirectUri,
        }.Where(pair => pair.Value is not null));

    public static string SignInPath(string? nonce = "nonce-1", string scope = "openid email profile")
        => QueryHelpers.AddQueryString("/openid/connect/authorize", new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = ClientId,
            ["scope"] = scope,
            ["state"] = "state-1",
            ["nonce"] = nonce,
            ["redirect_uri"] = RedirectUri,
        }.Where(pair => pair.Value is not null));

    public static string Query(Uri uri, string name) => QueryHelpers.ParseQuery(uri.Query)[name].ToString();

    public string Code(string authorizePath, AuthorizeDecision? decision = null) => Query(Slack.Authorize(new(authorizePath, UriKind.Relative), decision), "code");

    public async Task<JsonObject> CallAsync(string method, Dictionary<string, string>? form = null, string? token = null, bool basic = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/{method}") { Content = new FormUrlEncodedContent(form ?? []) };
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        if (basic)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ClientId}:{ClientSecret}")));
        }

        using var response = await Client.SendAsync(request, Cancellation);
        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!.AsObject();
    }

    public Task<JsonObject> ExchangeAsync(string code, string? redirectUri = RedirectUri, string method = "oauth.v2.access")
    {
        var form = new Dictionary<string, string> { ["code"] = code };
        if (redirectUri is not null)
        {
            form["redirect_uri"] = redirectUri;
        }

        return CallAsync(method, form, basic: true);
    }

    public Task<JsonObject> RefreshAsync(string refreshToken)
        => CallAsync("oauth.v2.access", new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken }, basic: true);

    public async Task<JsonObject> InstallAsync(AuthorizeDecision? decision = null, string scope = "commands,chat:write", string? userScope = null)
    {
        var answer = await ExchangeAsync(Code(InstallPath(scope, userScope), decision));
        Assert.True((bool)answer["ok"]!, answer.ToJsonString());
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Slack.DisposeAsync();
    }
}
