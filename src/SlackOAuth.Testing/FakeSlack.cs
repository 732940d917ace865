using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.TestHost;

namespace SlackOAuth.Testing;

/// <summary>A stand-in for Slack, for tests of Slack apps that need no network: authorize pages, OAuth and OpenID Connect methods, <c>auth.test</c>,
/// <c>views.open</c>, and signed commands, interactions and events sent to the app. It listens on loopback, or on no socket at all; both ways answer
/// alike. Thread-safe. Everything is kept in memory until it is disposed of.</summary>
public sealed class FakeSlack : IAsyncDisposable
{
    private readonly FakeSlackOptions _options;
    private readonly FakeDirectory _directory;
    private readonly Ledger _ledger;
    private readonly CallLog _calls = new();
    private readonly IdTokenSigner _signer = new();
    private readonly MessageHooks _hooks;
    private readonly WebMethods _web;
    private readonly AuthorizeEndpoint _authorize;
    private readonly Payloads _payloads;
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _inMemory;
    private readonly WebApplication? _listener;
    private int _disposed;

    private FakeSlack(FakeSlackOptions options)
    {
        _options = options;
        _directory = new(options);
        _ledger = new(options.TimeProvider);
        _hooks = new(() => BaseAddress);
        _web = new(options, _ledger, _hooks);
        _authorize = new(options, _directory, _ledger);
        _payloads = new(options, _directory, _ledger, _hooks);
        var oauth = new OAuthMethods(options, _directory, _ledger, _signer, _hooks);
        var server = new SlackServer(options, _calls, _authorize, oauth, _web, _signer, _hooks, () => BaseAddress, _stopping.Token);
        _inMemory = Build(host => host.UseTestServer(), server.HandleAsync);
        if (options.Port is { } port)
        {
            _listener = Build(host => host.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port)), server.HandleAsync);
        }
    }

    /// <summary>Where this Slack is: <c>http://127.0.0.1:{port}/</c>, or <c>https://slack.com/</c> where it has no port and stands for the real one behind <see cref="CreateHandler"/>.</summary>
    public Uri BaseAddress { get; private set; } = new("https://slack.com/");

    /// <summary>Every request that arrived, in order of arrival.</summary>
    public IReadOnlyList<SlackCall> Calls => _calls.Calls;

    /// <summary>Every modal that an app opened, in order.</summary>
    public IReadOnlyList<OpenedView> OpenedViews => _web.OpenedViews;

    /// <summary>Every message that an app posted, in order.</summary>
    public IReadOnlyList<PostedMessage> PostedMessages => _hooks.Messages;

    /// <summary>Starts a Slack.</summary>
    /// <param name="options">What it knows; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <returns>The running Slack. Dispose of it to stop it.</returns>
    /// <exception cref="ArgumentException">An option is wrong; the message names it.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<FakeSlack> StartAsync(FakeSlackOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Validate();
        var slack = new FakeSlack(options);
        try
        {
            await slack._inMemory.StartAsync(cancellationToken).ConfigureAwait(false);
            if (slack._listener is not null)
            {
                await slack._listener.StartAsync(cancellationToken).ConfigureAwait(false);
                slack.BaseAddress = new(slack._listener.Urls.Single());
            }
        }
        catch
        {
            await slack.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return slack;
    }

    /// <summary>A handler that reaches this Slack in memory, whatever host the request names. It follows no redirects and keeps no cookies.</summary>
    /// <returns>The handler, for <c>ConfigurePrimaryHttpMessageHandler</c> or an <see cref="HttpClient"/>.</returns>
    public HttpMessageHandler CreateHandler() => new InMemoryHandler(_inMemory.GetTestServer().CreateHandler());

    /// <summary>A client over <see cref="CreateHandler"/> with <see cref="BaseAddress"/>.</summary>
    /// <returns>The client.</returns>
    public HttpClient CreateClient() => new(CreateHandler()) { BaseAddress = BaseAddress };

    /// <summary>Registers one more redirect URL, as on the app's configuration page: for apps whose port is known only once they run.</summary>
    /// <param name="redirectUri">An absolute http or https address.</param>
    /// <param name="clientId">The app; null for the first.</param>
    public void AddRedirectUri(Uri redirectUri, string? clientId = null)
    {
        ArgumentNullException.ThrowIfNull(redirectUri);
        if (!FakeSlackOptions.IsWebAddress(redirectUri))
        {
            throw new ArgumentException("The redirect URI is not an absolute http or https address.", nameof(redirectUri));
        }

        _directory.AddRedirectUri(_directory.RequireApp(clientId), redirectUri);
    }

    /// <summary>Takes the decision of an authorize page without its HTML.</summary>
    /// <param name="authorizeUri">The address that the app sends the browser to, of either authorize page, on any host.</param>
    /// <param name="decision">The decision; null allows with what the page preselects.</param>
    /// <returns>Where the browser is sent back to: the redirect URI with <c>code</c> and <c>state</c>, or <c>error=access_denied</c> and <c>state</c>.</returns>
    /// <exception cref="ArgumentException">The page would show an error, which the message names, or does not offer what is decided.</exception>
    public Uri Authorize(Uri authorizeUri, AuthorizeDecision? decision = null)
    {
        ArgumentNullException.ThrowIfNull(authorizeUri);
        return _authorize.Decide(authorizeUri, decision ?? AuthorizeDecision.Allow());
    }

    /// <summary>How many requests of a method arrived.</summary>
    /// <param name="method">The method, as in <see cref="SlackCall.Method"/>.</param>
    /// <param name="grantType">Counts only this <c>grant_type</c>, for example <c>refresh_token</c>; null for all.</param>
    /// <returns>The count.</returns>
    public int CountCalls(string method, string? grantType = null)
    {
        CallLog.RequireKnown(method);
        return Calls.Count(call => call.Method == method && (grantType is null || call.GrantType == grantType));
    }

    /// <summary>Waits until that many requests of a method have arrived since the start.</summary>
    /// <param name="method">The method, as in <see cref="SlackCall.Method"/>.</param>
    /// <param name="count">The count.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>When they have arrived; they need not have been answered.</returns>
    public Task WaitForCallsAsync(string method, int count, CancellationToken cancellationToken = default)
    {
        CallLog.RequireKnown(method);
        return _calls.WaitAsync(method, count, cancellationToken);
    }

    /// <summary>Makes the next calls of a method end as scripted. Scripts of one method are used in the order they were given.</summary>
    /// <param name="method">The method, as in <see cref="SlackCall.Method"/>.</param>
    /// <param name="answer">How the calls end.</param>
    /// <param name="times">How many calls.</param>
    public void Script(string method, ScriptedAnswer answer, int times = 1)
    {
        CallLog.RequireKnown(method);
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(times);
        _calls.Script(method, answer, times);
    }

    /// <summary>Spoils the next id_tokens.</summary>
    /// <param name="defect">What is wrong with them.</param>
    /// <param name="times">How many.</param>
    public void ScriptIdToken(IdTokenDefect defect, int times = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(times);
        _signer.Script(defect, times);
    }

    /// <summary>Signs id_tokens with a new key from now on.</summary>
    /// <param name="keepPrevious">Whether the keys of before stay published.</param>
    public void RotateSigningKey(bool keepPrevious = true) => _signer.Rotate(keepPrevious);

    /// <summary>
    /// Moves a workspace into an Enterprise Grid organization, as when a customer upgrades: installs and tokens stay as they are, and what Slack sends and answers names the organization too from now on.
    /// </summary>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="enterpriseId">The organization, one of <see cref="FakeSlackOptions.Enterprises"/>.</param>
    public void JoinEnterprise(string workspaceId, string enterpriseId)
    {
        ArgumentNullException.ThrowIfNull(workspaceId);
        ArgumentNullException.ThrowIfNull(enterpriseId);
        _ledger.Replace(_directory.Join(workspaceId, enterpriseId));
    }

    /// <summary>Removes an app from a workspace or organization: its tokens answer <c>account_inactive</c> from now on.</summary>
    /// <param name="tenantId">The workspace or, for an org-wide install, the enterprise; null for the first workspace.</param>
    /// <param name="clientId">The app; null for the first.</param>
    /// <returns>The events that Slack then sends, in no promised order: <c>tokens_revoked</c> where there were tokens, and <c>app_uninstalled</c>. Deliver them with <see cref="DeliverEventAsync"/>.</returns>
    public IReadOnlyList<SlackEvent> Uninstall(string? tenantId = null, string? clientId = null)
    {
        var (app, tenant) = (_directory.RequireApp(clientId), _directory.RequireTenant(tenantId));
        var ended = _ledger.End(app, tenant, TokenState.Inactive, _ => true);
        _ledger.MarkUninstalled(app, tenant);
        var uninstalled = About(SlackEvent.AppUninstalled(), app, tenant);
        return ended.Count == 0 ? [uninstalled] : [Revoked(ended, app, tenant), uninstalled];
    }

    /// <summary>Revokes tokens of an app: they answer <c>token_revoked</c> from now on.</summary>
    /// <param name="tenantId">The workspace or, for an org-wide install, the enterprise; null for the first workspace.</param>
    /// <param name="userIds">The users whose user tokens are revoked; null or empty for none.</param>
    /// <param name="bot">Whether the bot token is revoked.</param>
    /// <param name="clientId">The app; null for the first.</param>
    /// <returns>The event that Slack then sends. Deliver it with <see cref="DeliverEventAsync"/>.</returns>
    public SlackEvent RevokeTokens(string? tenantId = null, IReadOnlyCollection<string>? userIds = null, bool bot = false, string? clientId = null)
    {
        var (app, tenant) = (_directory.RequireApp(clientId), _directory.RequireTenant(tenantId));
        var ended = _ledger.End(app, tenant, TokenState.Revoked, credential => credential.User is null ? bot : userIds?.Contains(credential.User.Id) == true);
        return Revoked(ended, app, tenant);
    }

    /// <summary>Sends a slash command to the app.</summary>
    /// <param name="app">A client that reaches the app.</param>
    /// <param name="requestUri">The app's request URL, absolute or relative to the client's base address.</param>
    /// <param name="command">The command.</param>
    /// <param name="signature">How it is signed.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The app's answer; the caller disposes of it.</returns>
    public Task<HttpResponseMessage> DeliverCommandAsync(
        HttpClient app, [StringSyntax(StringSyntaxAttribute.Uri)] string requestUri, SlashCommand command, DeliverySignature signature = DeliverySignature.Valid, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return DeliverFormAsync(app, requestUri, command.ClientId, _payloads.Command(command), signature, cancellationToken);
    }

    /// <summary>Sends an interaction to the app.</summary>
    /// <param name="app">A client that reaches the app.</param>
    /// <param name="requestUri">The app's request URL, absolute or relative to the client's base address.</param>
    /// <param name="interaction">The interaction.</param>
    /// <param name="signature">How it is signed.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The app's answer; the caller disposes of it.</returns>
    public Task<HttpResponseMessage> DeliverInteractionAsync(
        HttpClient app, [StringSyntax(StringSyntaxAttribute.Uri)] string requestUri, SlackInteraction interaction, DeliverySignature signature = DeliverySignature.Valid, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(interaction);
        return DeliverFormAsync(app, requestUri, interaction.ClientId, [new("payload", _payloads.Interaction(interaction).ToJsonString())], signature, cancellationToken);
    }

    /// <summary>Sends an event to the app.</summary>
    /// <param name="app">A client that reaches the app.</param>
    /// <param name="requestUri">The app's request URL, absolute or relative to the client's base address.</param>
    /// <param name="slackEvent">The event.</param>
    /// <param name="signature">How it is signed.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The app's answer; the caller disposes of it.</returns>
    public Task<HttpResponseMessage> DeliverEventAsync(
        HttpClient app, [StringSyntax(StringSyntaxAttribute.Uri)] string requestUri, SlackEvent slackEvent, DeliverySignature signature = DeliverySignature.Valid, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(slackEvent);
        var body = Encoding.UTF8.GetBytes(_payloads.Event(slackEvent).ToJsonString());
        return DeliverAsync(app, requestUri, slackEvent.ClientId, body, "application/json", signature, cancellationToken);
    }

    /// <summary>Stops this Slack; requests that are still held or unanswered are dropped.</summary>
    /// <returns>When it has stopped.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_listener is not null)
        {
            await _listener.DisposeAsync().ConfigureAwait(false);
        }

        await _inMemory.DisposeAsync().ConfigureAwait(false);
        _signer.Dispose();
        _stopping.Dispose();
    }

    private static WebApplication Build(Action<IWebHostBuilder> server, RequestDelegate handle)
    {
        // The empty builder reads no configuration and logs nowhere: a test's Slack depends on nothing of the machine, and no token can be logged.
        var builder = WebApplication.CreateEmptyBuilder(new());
        server(builder.WebHost);
        var app = builder.Build();
        app.Run(handle);
        return app;
    }

    private SlackEvent About(SlackEvent slackEvent, FakeSlackApp app, Tenant tenant)
        => slackEvent with { TenantId = tenant.Id, ClientId = app.ClientId, IsEnterpriseInstall = tenant.IsOrgWide, OccurredAt = _options.TimeProvider.GetUtcNow() };

    private SlackEvent Revoked(IReadOnlyList<Credential> ended, FakeSlackApp app, Tenant tenant)
        => About(
            SlackEvent.TokensRevoked(
                ended.Where(credential => credential.User is not null).Select(credential => credential.User!.Id).Distinct(),
                ended.Where(credential => credential.User is null).Select(credential => credential.Installation.BotUserId)),
            app,
            tenant);

    private async Task<HttpResponseMessage> DeliverFormAsync(
        HttpClient app, string requestUri, string? clientId, IEnumerable<KeyValuePair<string, string>> fields, DeliverySignature signature, CancellationToken cancellationToken)
    {
        using var form = new FormUrlEncodedContent(fields);
        var body = await form.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return await DeliverAsync(app, requestUri, clientId, body, "application/x-www-form-urlencoded", signature, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> DeliverAsync(
        HttpClient app, string requestUri, string? clientId, byte[] body, string contentType, DeliverySignature signature, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(app);
        using var request = new HttpRequestMessage(HttpMethod.Post, requestUri) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new(contentType);
        request.Headers.UserAgent.ParseAdd("Slackbot/1.0");
        RequestSigner.Sign(request, body, _directory.RequireApp(clientId), signature, _options.TimeProvider.GetUtcNow());
        return await app.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
