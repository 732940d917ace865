using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace SlackOAuth.Stores;

/// <summary>How states are made and what is stored of them, for authors of stores.</summary>
public static class OAuthState
{
    /// <summary>The length of a state, in characters: 256 bits in base64url.</summary>
    public const int Length = 43;

    private const int RandomBytes = 32;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Makes a new state. [16]</summary>
    public static string Create()
    {
        Span<byte> random = stackalloc byte[RandomBytes];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }

    /// <summary>What is stored in place of a state: a SHA-256 over the client id, the purpose and the state. [20, 21]</summary>
    /// <returns>64 lowercase hexadecimal characters, legal in any key, column or file name; null where no store can have issued such a state. [19]</returns>
    /// <param name="state">What the callback brought, in any form.</param>
    /// <param name="clientId">The client id that the store is bound to.</param>
    /// <param name="purpose">What the state has to be for.</param>
    public static string? ComputeKey(string? state, string clientId, OAuthStatePurpose purpose)
    {
        ArgumentException.ThrowIfNullOrEmpty(clientId);
        if (state is null || state.Length != Length || state.AsSpan().ContainsAnyExcept(Alphabet))
        {
            return null;
        }

        // The state comes first and has a fixed length, so that no other split of the bytes gives the same text.
        var clientIdBytes = Encoding.UTF8.GetByteCount(clientId);
        Span<byte> text = clientIdBytes <= 256 ? stackalloc byte[Length + 1 + 256] : new byte[Length + 1 + clientIdBytes];
        Encoding.ASCII.GetBytes(state, text);
        text[Length] = (byte)purpose;
        Encoding.UTF8.GetBytes(clientId, text[(Length + 1)..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..(Length + 1 + clientIdBytes)], hash);
        return Convert.ToHexStringLower(hash);
    }
}
