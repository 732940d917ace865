namespace SlackOAuth;

/// <summary>The reasons for which a flow fails, as the failure page and the hooks name them. Slack's own (<c>error=…</c>) come beside these.</summary>
public static class OAuthFailureReasons
{
    /// <summary>Slack's reason where the installer pressed Cancel.</summary>
    public const string AccessDenied = "access_denied";

    /// <summary>The browser does not hold the state's cookie: another browser began the flow, or the cookie has gone.</summary>
    public const string InvalidBrowser = "invalid_browser";

    /// <summary>The state is unknown, used or expired.</summary>
    public const string InvalidState = "invalid_state";

    /// <summary>Slack sent the browser back without a code.</summary>
    public const string MissingCode = "missing_code";

    /// <summary>Slack refused the code, or could not be asked.</summary>
    public const string InvalidCode = "invalid_code";

    /// <summary>The installation could not be saved.</summary>
    public const string StorageError = "storage_error";

    /// <summary>Too many requests came from the browser's address: nothing of this one was looked at, and the same one works again later.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>The id_token of a sign-in is not Slack's, not this app's, or has expired.</summary>
    public const string InvalidIdToken = "invalid_id_token";

    /// <summary>The id_token of a sign-in does not repeat the nonce it was asked to.</summary>
    public const string InvalidNonce = "invalid_nonce";
}
