using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace SlackOAuth;

/// <summary>
/// Validates the id_token of Sign in with Slack: the signature (RS256 only) by the keys that Slack publishes, issuer, audience, expiry and nonce.
/// Thread-safe; to be kept, since it caches the keys.
/// </summary>
/// <remarks>
/// The keys are fetched on first use, again in the background after about 12 hours, and at once where a token names a key that is unknown, once a minute at most.
/// </remarks>
public sealed class SlackIdTokenValidator
{
    private static readonly TimeSpan MinRefreshInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    private readonly SlackOAuthClientOptions _options;
    private readonly TimeProvider _time;
    private readonly SlackKeyRetriever _retriever;
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private Keys _keys;

    internal SlackIdTokenValidator(IHttpClientFactory factory, IOptions<SlackOAuthClientOptions> options, TimeProvider time)
    {
        (_options, _time, _retriever) = (options.Value, time, new SlackKeyRetriever(factory));
        _keys = new Keys(CreateManager(), DateTimeOffset.MinValue);
    }

    /// <summary>Validates an id_token.</summary>
    /// <param name="idToken">The token; may be anything.</param>
    /// <param name="nonceHash">
    /// The hash of the nonce that the sign-in began with (<see cref="OpenIdConnectNonce.Hash"/>), which the token must repeat; null where it began without, and then the token's must be absent or empty.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Who signed in; else an error with one of the codes <c>id_token_…</c> of <see cref="SlackErrorCodes"/>, or <see cref="SlackErrorCodes.KeysUnavailable"/>, which is passing.</returns>
    public async Task<SlackResult<SlackIdToken>> ValidateAsync(string? idToken, string? nonceHash, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (string.IsNullOrEmpty(idToken) || !_handler.CanReadToken(idToken))
        {
            return new SlackError { Code = SlackErrorCodes.IdTokenMalformed };
        }

        var keys = Volatile.Read(ref _keys);
        if (await FetchAsync(keys, cancellationToken).ConfigureAwait(false) is not { } configuration)
        {
            return new SlackError { Code = SlackErrorCodes.KeysUnavailable, IsTransient = true };
        }

        var result = await _handler.ValidateTokenAsync(idToken, Parameters(configuration)).ConfigureAwait(false);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException
            && await RefreshAsync(keys, cancellationToken).ConfigureAwait(false) is { } refreshed)
        {
            result = await _handler.ValidateTokenAsync(idToken, Parameters(refreshed)).ConfigureAwait(false);
        }

        if (!result.IsValid)
        {
            return new SlackError { Code = Code(result.Exception) };
        }

        var token = (JsonWebToken)result.SecurityToken;
        if (Text(token, "sub") is not { } subject)
        {
            return new SlackError { Code = SlackErrorCodes.IdTokenMalformed };
        }

        var nonce = Text(token, "nonce");
        if (nonceHash is null ? nonce is not null : !OpenIdConnectNonce.Matches(nonce, nonceHash))
        {
            return new SlackError { Code = SlackErrorCodes.IdTokenNonce };
        }

        return new SlackIdToken
        {
            Subject = subject,
            UserId = Text(token, "https://slack.com/user_id"),
            TeamId = Text(token, "https://slack.com/team_id"),
            TeamName = Text(token, "https://slack.com/team_name"),
            TeamDomain = Text(token, "https://slack.com/team_domain"),
            EnterpriseId = Text(token, "https://slack.com/enterprise_id"),
            Email = Text(token, "email"),
            EmailVerified = token.TryGetPayloadValue<bool>("email_verified", out var verified) && verified,
            Name = Text(token, "name"),
            GivenName = Text(token, "given_name"),
            FamilyName = Text(token, "family_name"),
            Picture = Text(token, "picture"),
            Locale = Text(token, "locale"),
            ExpiresAt = token.ValidTo,
        };
    }

    /// <summary>The type's name.</summary>
    public override string ToString() => nameof(SlackIdTokenValidator);

    private static string Code(Exception? exception) => exception switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNoExpirationException => SlackErrorCodes.IdTokenExpired,
        SecurityTokenInvalidIssuerException => SlackErrorCodes.IdTokenIssuer,
        SecurityTokenInvalidAudienceException => SlackErrorCodes.IdTokenAudience,
        SecurityTokenInvalidSignatureException or SecurityTokenInvalidAlgorithmException => SlackErrorCodes.IdTokenSignature,
        _ => SlackErrorCodes.IdTokenMalformed,
    };

    private static string? Text(JsonWebToken token, string claim) =>
        token.TryGetPayloadValue<string>(claim, out var value) && !string.IsNullOrEmpty(value) ? value : null;

    private ConfigurationManager<OpenIdConnectConfiguration> CreateManager() =>
        new(_options.OpenIdConfigurationUrl.AbsoluteUri, new OpenIdConnectConfigurationRetriever(), _retriever);

    private TokenValidationParameters Parameters(OpenIdConnectConfiguration configuration) => new()
    {
        ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
        IssuerSigningKeys = configuration.SigningKeys,
        TryAllIssuerSigningKeys = false,
        ValidIssuer = configuration.Issuer,
        // The only audience, too: OpenID Connect Core, 3.1.3.7, forbids others that are not trusted.
        AudienceValidator = (audiences, _, _) => audiences.SequenceEqual([_options.ClientId]),
        RequireExpirationTime = true,
        LifetimeValidator = (notBefore, expires, _, _) =>
        {
            var now = _time.GetUtcNow().UtcDateTime;
            return expires > now - ClockSkew && (notBefore is not { } from || from <= now + ClockSkew);
        },
    };

    private static async Task<OpenIdConnectConfiguration?> FetchAsync(Keys keys, CancellationToken cancellationToken)
    {
        try
        {
            return await keys.Manager.GetConfigurationAsync(cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>
    /// Fetches the keys anew where those used do not have the one asked for; null where they were fetched in the last minute, or cannot be.
    /// A manager of its own, because the one in use would refresh in the background, and fail the sign-in that asked.
    /// </summary>
    private async Task<OpenIdConnectConfiguration?> RefreshAsync(Keys used, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        if (now - used.Since >= MinRefreshInterval)
        {
            Interlocked.CompareExchange(ref _keys, new Keys(CreateManager(), now), used);
        }

        var current = Volatile.Read(ref _keys);
        if (ReferenceEquals(current, used))
        {
            return null;
        }

        var configuration = await FetchAsync(current, cancellationToken).ConfigureAwait(false);
        if (configuration is null)
        {
            // The keys of before still serve the tokens that name them.
            Interlocked.CompareExchange(ref _keys, used with { Since = now }, current);
        }

        return configuration;
    }

    private sealed record Keys(ConfigurationManager<OpenIdConnectConfiguration> Manager, DateTimeOffset Since);
}
