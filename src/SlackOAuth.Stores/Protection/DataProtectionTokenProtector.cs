using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace SlackOAuth.Stores.Protection;

/// <summary>Encrypts by ASP.NET Core Data Protection, whose key ring is rotated and kept where the app says. The context is the purpose.</summary>
internal sealed class DataProtectionTokenProtector(IDataProtectionProvider provider) : ITokenProtector
{
    private readonly IDataProtector _root = provider.CreateProtector("SlackOAuth.Stores.TokenProtector");

    public byte[] Protect(ReadOnlySpan<byte> plaintext, TokenProtectionContext context)
    {
        var copy = plaintext.ToArray();
        try
        {
            return _root.CreateProtector(context.ToPurpose()).Protect(copy);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    public byte[] Unprotect(ReadOnlySpan<byte> ciphertext, TokenProtectionContext context) => _root.CreateProtector(context.ToPurpose()).Unprotect(ciphertext.ToArray());
}
