using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Caching.Hybrid;
using SlackOAuth.Stores.Protection;

namespace SlackOAuth.Stores.Caching;

/// <summary>What a distributed cache is given of a lookup: ciphertext, with the question's key inside, so that no entry can stand for another.</summary>
/// <remarks>A <see cref="HybridCache"/> also asks for the bytes of what it keeps in memory alone, for their number: it gets as many blank ones, and no tokens are left in its buffers.</remarks>
/// <param name="cipher">Encrypts and decrypts; null where no distributed cache is used.</param>
/// <param name="options">The options.</param>
internal sealed class CachedLookupSerializer(TokenCipher? cipher, LookupCacheOptions options) : IHybridCacheSerializer<CachedLookup>
{
    private const string Field = "cached_lookup";

    public void Serialize(CachedLookup value, IBufferWriter<byte> target)
    {
        var plaintext = Write(value);
        try
        {
            if (cipher is not null)
            {
                target.Write(cipher.Encrypt(plaintext, Field));
                return;
            }
        }
        catch (Exception)
        {
            // Another process finds nothing in blank bytes and asks the store; the lookup itself has succeeded.
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }

        target.Write(plaintext);
    }

    public CachedLookup Deserialize(ReadOnlySequence<byte> source)
    {
        try
        {
            return cipher is null ? Nothing() : Read(cipher.Decrypt(source.ToArray(), Field));
        }
        catch (Exception)
        {
            // The keys are others, or it is none of ours: the store is asked.
            return Nothing();
        }
    }

    private static byte[] Write(CachedLookup value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("key", value.Key);
            writer.WriteNumber("read_at", value.ReadAt.UtcTicks);
            switch (value.Record)
            {
                case Bot bot:
                    writer.WritePropertyName("bot");
                    writer.WriteRawValue(StoreJson.Serialize(bot), skipInputValidation: true);
                    break;
                case Installation installation:
                    writer.WritePropertyName("installation");
                    writer.WriteRawValue(StoreJson.Serialize(installation), skipInputValidation: true);
                    break;
            }

            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private CachedLookup Read(byte[] plaintext)
    {
        try
        {
            using var json = JsonDocument.Parse(plaintext, new JsonDocumentOptions { MaxDepth = 128 });
            object? record = json.RootElement.TryGetProperty("bot", out var bot)
                ? StoreJson.ReadBot(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(bot))
                : json.RootElement.TryGetProperty("installation", out var installation)
                    ? StoreJson.ReadInstallation(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(installation))
                    : null;
            var readAt = new DateTimeOffset(json.RootElement.GetProperty("read_at").GetInt64(), TimeSpan.Zero);
            return new CachedLookup(json.RootElement.GetProperty("key").GetString()!, record, readAt, CachedLookup.Unknown, options);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    // No question has this key.
    private CachedLookup Nothing() => new("", null, DateTimeOffset.UnixEpoch, CachedLookup.Unknown, options);
}
