namespace SlackOAuth;

/// <summary>The codes of <see cref="SlackError.Code"/> that are this package's own. All others are Slack's.</summary>
public static class SlackErrorCodes
{
    /// <summary>Slack limits the rate and the wait it asks for is over <see cref="SlackOAuthClientOptions.MaxRetryDelay"/>, or the attempts are used up. Slack's own code.</summary>
    public const string RateLimited = "ratelimited";

    /// <summary>No answer came in time. Whether Slack has done what was asked is not known.</summary>
    public const string Timeout = "timeout";

    /// <summary>Slack could not be reached, or the connection broke.</summary>
    public const string NetworkError = "network_error";

    /// <summary>Slack answered with an HTTP status that is no success, and without an error that can be read.</summary>
    public const string HttpError = "http_error";

    /// <summary>The answer is no JSON, or not of the shape that Slack documents.</summary>
    public const string InvalidResponse = "invalid_response";

    /// <summary>The answer is over <see cref="SlackOAuthClientOptions.MaxResponseBytes"/>.</summary>
    public const string ResponseTooLarge = "response_too_large";

    /// <summary>The id_token is no token that can be read, or says no subject.</summary>
    public const string IdTokenMalformed = "id_token_malformed";

    /// <summary>The id_token is not signed by one of Slack's keys with RS256.</summary>
    public const string IdTokenSignature = "id_token_signature";

    /// <summary>The id_token is another's: not Slack's.</summary>
    public const string IdTokenIssuer = "id_token_issuer";

    /// <summary>The id_token is for another app.</summary>
    public const string IdTokenAudience = "id_token_audience";

    /// <summary>The id_token has expired, or is not valid yet.</summary>
    public const string IdTokenExpired = "id_token_expired";

    /// <summary>The id_token does not repeat the nonce.</summary>
    public const string IdTokenNonce = "id_token_nonce";

    /// <summary>The keys that Slack publishes could not be fetched.</summary>
    public const string KeysUnavailable = "keys_unavailable";
}
