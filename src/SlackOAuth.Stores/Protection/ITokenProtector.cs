namespace SlackOAuth.Stores;

/// <summary>Encrypts what a store keeps: tokens, refresh tokens, webhook addresses, and what a state carries. <c>ProtectTokens</c> puts it between the app and its stores.</summary>
/// <remarks>
/// <para>Where there is none of the app's own, ASP.NET Core Data Protection does it. An own one has to encrypt and authenticate (AES-GCM, not AES-CBC alone), and to bind the
/// result to the context: what was encrypted in one is refused in any other. Keep older keys for reading as long as anything that they encrypted is stored.</para>
/// <para>It is called for each secret of each record that is saved or found, by many threads at once, and is not asynchronous: where keys live in a remote vault, keep a data key in memory
/// and have the vault encrypt that one.</para>
/// </remarks>
public interface ITokenProtector
{
    /// <summary>Encrypts.</summary>
    /// <returns>The ciphertext, with all that <see cref="Unprotect"/> needs but the key and the context.</returns>
    /// <param name="plaintext">The secret. It is cleared after the call, and not to be kept.</param>
    /// <param name="context">What the secret is, and where it is stored.</param>
    byte[] Protect(ReadOnlySpan<byte> plaintext, TokenProtectionContext context);

    /// <summary>Decrypts what <see cref="Protect"/> gave in the same context.</summary>
    /// <returns>The secret, in an array of the caller's own.</returns>
    /// <param name="ciphertext">The ciphertext.</param>
    /// <param name="context">What the secret is, and where it was found.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The key is not there, the ciphertext was changed, or it is of another context. The message must not hold any of the secret.</exception>
    byte[] Unprotect(ReadOnlySpan<byte> ciphertext, TokenProtectionContext context);
}
