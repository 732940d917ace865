using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using Polly.Timeout;

namespace SlackOAuth;

/// <summary>
/// The methods of Slack's Web API that an OAuth flow needs. What Slack or the network does comes back as a <see cref="SlackResult{T}"/>; the only exceptions
/// are <see cref="ArgumentException"/> and, by the caller's token, <see cref="OperationCanceledException"/>. Thread-safe; may be kept for the life of the app.
/// </summary>
/// <remarks>
/// A rate limit is waited out within <see cref="SlackOAuthClientOptions.MaxRetryDelay"/>. A code, a refresh token and a trigger id work once; the calls that send one
/// are tried again only where Slack has certainly not seen it, so a <see cref="SlackErrorCodes.Timeout"/> of theirs leaves open whether it was used up.
/// <see cref="AuthTestAsync"/> and <see cref="GetUserInfoAsync"/> are tried again after every passing failure.
/// </remarks>
public sealed class SlackOAuthClient
{
    /// <summary>The name of the client in <see cref="IHttpClientFactory"/>.</summary>
    public const string HttpClientName = "SlackOAuth";

    private const int MaxCodeLength = 100;
    private const int MaxDetails = 8;
    private const int MaxDetailLength = 300;

    private readonly IHttpClientFactory _factory;
    private readonly SlackOAuthClientOptions _options;
    private readonly TimeProvider _time;
    private readonly SlackApiObserver _observer;
    private readonly Uri _baseUrl;

    internal SlackOAuthClient(IHttpClientFactory factory, IOptions<SlackOAuthClientOptions> options, TimeProvider time, SlackApiObserver observer)
    {
        (_factory, _options, _time, _observer) = (factory, options.Value, time, observer);
        var text = _options.ApiBaseUrl.AbsoluteUri;
        _baseUrl = new Uri(text.EndsWith('/') ? text : text + "/");
    }

    /// <summary>How long a call may take.</summary>
    internal TimeSpan LongestCall => _options.TotalTimeout;

    /// <summary>Exchanges the code of an install for tokens (<c>oauth.v2.access</c>). The code works once.</summary>
    /// <param name="code">The code that Slack sent the browser back with.</param>
    /// <param name="redirectUri">The redirect URI of the authorize URL, if one was given there.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The tokens and whom they belong to, with the installing user's id.</returns>
    public Task<SlackResult<OAuthAccess>> ExchangeCodeAsync(string code, string? redirectUri = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(code);
        return PostAsync(
            "oauth.v2.access",
            Basic(),
            Form(("code", code), ("redirect_uri", redirectUri)),
            SlackOAuthJsonContext.Default.OAuthAccess,
            static access => !string.IsNullOrEmpty(access.AuthedUser?.Id)
                && !(string.IsNullOrEmpty(access.AccessToken) && string.IsNullOrEmpty(access.AuthedUser.AccessToken))
                && !string.IsNullOrEmpty(access.IsEnterpriseInstall == true ? access.Enterprise?.Id : access.Team?.Id),
            repeatable: false,
            cancellationToken);
    }

    /// <summary>Exchanges a refresh token for new tokens (<c>oauth.v2.access</c>). The refresh token works once.</summary>
    /// <param name="refreshToken">The refresh token of a bot or a user.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The new access token, refresh token and expiry, of a bot or a user as <see cref="OAuthAccess.TokenType"/> says.</returns>
    public Task<SlackResult<OAuthAccess>> RefreshAsync(string refreshToken, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(refreshToken);
        return PostAsync(
            "oauth.v2.access",
            Basic(),
            Form(("grant_type", "refresh_token"), ("refresh_token", refreshToken)),
            SlackOAuthJsonContext.Default.OAuthAccess,
            static access => !string.IsNullOrEmpty(access.AccessToken),
            repeatable: false,
            cancellationToken);
    }

    /// <summary>Asks whom a token belongs to (<c>auth.test</c>).</summary>
    /// <param name="token">A bot or user token.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<SlackResult<AuthTest>> AuthTestAsync(string token, CancellationToken cancellationToken = default) =>
        PostAsync("auth.test", Bearer(token), Form(), SlackOAuthJsonContext.Default.AuthTest, static _ => true, repeatable: true, cancellationToken);

    /// <summary>Revokes a token (<c>auth.revoke</c>).</summary>
    /// <param name="token">A bot or user token.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Slack's <c>token_revoked</c> or <c>invalid_auth</c> is an error here, though the token is dead then too.</returns>
    public Task<SlackResult<AuthRevoke>> RevokeAsync(string token, CancellationToken cancellationToken = default) =>
        PostAsync("auth.revoke", Bearer(token), Form(), SlackOAuthJsonContext.Default.AuthRevoke, static _ => true, repeatable: false, cancellationToken);

    /// <summary>Exchanges the code of a sign-in (<c>openid.connect.token</c>). The code works once.</summary>
    /// <param name="code">The code that Slack sent the browser back with.</param>
    /// <param name="redirectUri">The redirect URI of the authorize URL.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The id_token, which <see cref="SlackIdTokenValidator"/> must see first, and the token for <see cref="GetUserInfoAsync"/>.</returns>
    public Task<SlackResult<OpenIdConnectToken>> ExchangeSignInCodeAsync(string code, string? redirectUri = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(code);
        return PostAsync(
            "openid.connect.token",
            Basic(),
            Form(("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectUri)),
            SlackOAuthJsonContext.Default.OpenIdConnectToken,
            static token => !string.IsNullOrEmpty(token.IdToken),
            repeatable: false,
            cancellationToken);
    }

    /// <summary>Asks who signed in (<c>openid.connect.userInfo</c>).</summary>
    /// <param name="token">The access token of <see cref="ExchangeSignInCodeAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<SlackResult<OpenIdConnectUserInfo>> GetUserInfoAsync(string token, CancellationToken cancellationToken = default) =>
        PostAsync(
            "openid.connect.userInfo",
            Bearer(token),
            Form(),
            SlackOAuthJsonContext.Default.OpenIdConnectUserInfo,
            static user => !string.IsNullOrEmpty(user.Subject),
            repeatable: true,
            cancellationToken);

    /// <summary>Opens a modal (<c>views.open</c>). The trigger id works once, and for three seconds.</summary>
    /// <param name="token">The workspace's bot token.</param>
    /// <param name="triggerId">The trigger id of the user's action.</param>
    /// <param name="view">The view: a JSON object (https://docs.slack.dev/reference/views/modal-views).</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<SlackResult<ViewsOpen>> OpenViewAsync(string token, string triggerId, JsonElement view, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(triggerId);
        if (view.ValueKind != JsonValueKind.Object)
        {
            throw new ArgumentException("A view is a JSON object; this is none. Pass the view itself, not its text.", nameof(view));
        }

        return PostAsync(
            "views.open",
            Bearer(token),
            Form(("trigger_id", triggerId), ("view", view.GetRawText())),
            SlackOAuthJsonContext.Default.ViewsOpen,
            static _ => true,
            repeatable: false,
            cancellationToken);
    }

    /// <summary>The type's name: secrets are shown to nobody.</summary>
    public override string ToString() => nameof(SlackOAuthClient);

    private static AuthenticationHeaderValue Bearer(string token)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        foreach (var character in token)
        {
            // A blank or a line break would end the header's value; HttpClient's own exception would quote the token.
            if (character is <= ' ' or > '~')
            {
                throw new ArgumentException("The token holds a character that no token has. Pass the token alone, without blanks or line breaks.", nameof(token));
            }
        }

        return new("Bearer", token);
    }

    private static KeyValuePair<string, string>[] Form(params ReadOnlySpan<(string Name, string? Value)> fields)
    {
        var form = new List<KeyValuePair<string, string>>(fields.Length);
        foreach (var (name, value) in fields)
        {
            if (!string.IsNullOrEmpty(value))
            {
                form.Add(new(name, value));
            }
        }

        return [.. form];
    }

    private AuthenticationHeaderValue Basic() =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_options.ClientId}:{_options.ClientSecret}")));

    private Task<SlackResult<T>> PostAsync<T>(
        string method,
        AuthenticationHeaderValue authorization,
        KeyValuePair<string, string>[] form,
        JsonTypeInfo<T> type,
        Func<T, bool> isComplete,
        bool repeatable,
        CancellationToken cancellationToken)
        where T : class =>
        _observer.ObserveAsync(method, () => SendAsync(method, authorization, form, type, isComplete, repeatable, cancellationToken));

    private async Task<SlackResult<T>> SendAsync<T>(
        string method,
        AuthenticationHeaderValue authorization,
        KeyValuePair<string, string>[] form,
        JsonTypeInfo<T> type,
        Func<T, bool> isComplete,
        bool repeatable,
        CancellationToken cancellationToken)
        where T : class
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_baseUrl, method));
            request.Headers.Authorization = authorization;
            request.Headers.Accept.Add(new("application/json"));
            request.Content = new FormUrlEncodedContent(form);
            if (repeatable)
            {
                SlackResilience.MarkRepeatable(request);
            }

            using var client = _factory.CreateClient(HttpClientName);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            return Read(response, body, type, isComplete);
        }
        catch (Exception exception) when (ToError(exception, cancellationToken) is { } error)
        {
            return error;
        }
    }

    private static SlackError? ToError(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException when cancellationToken.IsCancellationRequested => null,
        OperationCanceledException or TimeoutRejectedException => new() { Code = SlackErrorCodes.Timeout, IsTransient = true, Exception = exception },
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => new() { Code = SlackErrorCodes.ResponseTooLarge, Exception = exception },
        HttpRequestException or IOException => new() { Code = SlackErrorCodes.NetworkError, IsTransient = true, Exception = exception },
        _ => null,
    };

    private SlackResult<T> Read<T>(HttpResponseMessage response, byte[] body, JsonTypeInfo<T> type, Func<T, bool> isComplete)
        where T : class
    {
        var error = new SlackError
        {
            Code = SlackErrorCodes.InvalidResponse,
            StatusCode = (int)response.StatusCode,
            RetryAfter = RetryAfter.Read(response, _time),
        };
        var envelope = Parse(body, SlackOAuthJsonContext.Default.SlackEnvelope);
        if (RetryAfter.IsRateLimit(response))
        {
            return error with { Code = SlackErrorCodes.RateLimited, IsTransient = true };
        }

        if (envelope is { Ok: false, Error: { Length: > 0 } code })
        {
            return error with
            {
                Code = Bound(code, MaxCodeLength),
                IsTransient = IsTransient(code) || response.StatusCode >= HttpStatusCode.InternalServerError,
                Needed = envelope.Needed,
                Provided = envelope.Provided,
                Details = [.. (envelope.ResponseMetadata?.Messages ?? []).OfType<string>().Take(MaxDetails).Select(detail => Bound(detail, MaxDetailLength))],
            };
        }

        if (!response.IsSuccessStatusCode)
        {
            return error with { Code = SlackErrorCodes.HttpError, IsTransient = response.StatusCode >= HttpStatusCode.InternalServerError };
        }

        return envelope is { Ok: true } && Parse(body, type) is { } value && isComplete(value) ? value : error;
    }

    private static T? Parse<T>(byte[] body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            // The exception is not kept: its message may quote the answer.
            return null;
        }
    }

    /// <summary>Slack's errors that say "later": its own faults, its limits, and a workspace that is being moved into an organization.</summary>
    private static bool IsTransient(string code) => code is
        "ratelimited" or "rate_limited" or "internal_error" or "fatal_error" or "service_unavailable" or "request_timeout" or "accesslimited" or "team_added_to_org";

    /// <summary>Cuts a text of Slack's and takes its line breaks, so that it is one line of a log.</summary>
    private static string Bound(string text, int length)
    {
        var line = string.Create(Math.Min(text.Length, length), text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
        return text.Length <= length ? line : line + "…";
    }
}
