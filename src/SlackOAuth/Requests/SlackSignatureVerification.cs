namespace SlackOAuth;

/// <summary>What <see cref="SlackSignatureVerifier"/> found. Everything but <see cref="Valid"/> is answered with 401.</summary>
public enum SlackSignatureVerification
{
    /// <summary>The timestamp or the signature is missing. The default, so that a result nobody set lets nobody in.</summary>
    MissingHeader = 0,

    /// <summary>The request is Slack's.</summary>
    Valid,

    /// <summary>The timestamp or the signature was sent more than once.</summary>
    RepeatedHeader,

    /// <summary>The timestamp is no number of seconds, or the signature is not <c>v0=</c> and 64 lowercase hexadecimal digits.</summary>
    Malformed,

    /// <summary>The timestamp is more than 300 seconds off, in either direction: a replay, or a clock that is wrong.</summary>
    Expired,

    /// <summary>The body is over <see cref="SlackSignatureVerifier.MaxBodyBytes"/>.</summary>
    BodyTooLarge,

    /// <summary>The signature is another's, or the body was changed, or the signing secret is another app's.</summary>
    Mismatch,
}
