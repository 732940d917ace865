namespace SlackOAuth.Stores;

/// <summary>How <c>ProtectTokens</c> treats what is stored.</summary>
public sealed class TokenProtectionOptions
{
    /// <summary>Whether a secret that is stored unencrypted is refused with a <see cref="SlackOAuthStoreException"/>.</summary>
    /// <value>False by default: plain records are read, and encrypted at their next save. Turn it on once all are encrypted; from then on nobody who can write to the engine
    /// can slip a token of their own into it.</value>
    public bool RefusePlain { get; set; }
}
