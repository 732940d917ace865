namespace SlackOAuth.Testing;

/// <summary>What is wrong with an id_token that a correct app refuses.</summary>
public enum IdTokenDefect
{
    /// <summary>The nonce is another than the authorize request gave.</summary>
    WrongNonce,

    /// <summary>The nonce claim is not there.</summary>
    MissingNonce,

    /// <summary>The token was issued to another client.</summary>
    WrongAudience,

    /// <summary>The token was issued by somebody else.</summary>
    WrongIssuer,

    /// <summary>The token expired an hour ago.</summary>
    Expired,

    /// <summary>The token is signed with a key that was never published.</summary>
    UnknownKey,

    /// <summary>The token names a published key, and the signature is not that key's.</summary>
    WrongSignature,

    /// <summary>The token says <c>alg: none</c> and has no signature.</summary>
    NoSignature,
}
