using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace SlackOAuth;

/// <summary>
/// The nonce of a sign-in. The browser carries the nonce through Slack; what is stored with the state is its hash only
/// (<c>OAuthStateData.NonceHash</c>), so that a leak of the store forges no id_token.
/// </summary>
public static class OpenIdConnectNonce
{
    /// <summary>Gives a new nonce: 256 bits of a cryptographic generator in base64url, 43 characters.</summary>
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Gives the hash that is stored with the state: base64url of the nonce's SHA-256, 43 characters.</summary>
    /// <exception cref="ArgumentException"><paramref name="nonce"/> is null or empty.</exception>
    public static string Hash(string nonce)
    {
        ArgumentException.ThrowIfNullOrEmpty(nonce);
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(nonce)));
    }

    /// <summary>Says, in constant time, whether a nonce has a hash. Never throws; a null or empty nonce has none.</summary>
    public static bool Matches(string? nonce, string nonceHash) =>
        !string.IsNullOrEmpty(nonce)
        && nonceHash is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Hash(nonce)), Encoding.UTF8.GetBytes(nonceHash));
}
