using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace SlackOAuth.Testing;

/// <summary>The RSA keys of the id_tokens. A key is made when it is first needed, since making one costs some tens of milliseconds.</summary>
internal sealed class IdTokenSigner : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<SigningKey> _published = [];
    private readonly Queue<IdTokenDefect> _defects = new();
    private SigningKey? _unpublished;

    public void Script(IdTokenDefect defect, int times)
    {
        lock (_gate)
        {
            for (var i = 0; i < times; i++)
            {
                _defects.Enqueue(defect);
            }
        }
    }

    public void Rotate(bool keepPrevious)
    {
        lock (_gate)
        {
            if (!keepPrevious)
            {
                _published.ForEach(key => key.Rsa.Dispose());
                _published.Clear();
            }

            _published.Insert(0, new());
        }
    }

    public JsonObject KeySet()
    {
        lock (_gate)
        {
            _ = Current();
            return new() { ["keys"] = new JsonArray([.. _published.Select(key => key.PublicKey())]) };
        }
    }

    /// <summary>Signs the claims, or spoils the token as the script says.</summary>
    public string Sign(JsonObject claims)
    {
        lock (_gate)
        {
            var key = Current();
            if (!_defects.TryDequeue(out var defect))
            {
                return key.Sign(claims, key);
            }

            switch (defect)
            {
                case IdTokenDefect.WrongNonce:
                    claims["nonce"] = Ids.Secret(32);
                    break;
                case IdTokenDefect.MissingNonce:
                    claims.Remove("nonce");
                    break;
                case IdTokenDefect.WrongAudience:
                    claims["aud"] = "9999999999.9999999999";
                    break;
                case IdTokenDefect.WrongIssuer:
                    claims["iss"] = "https://issuer.example";
                    break;
                case IdTokenDefect.Expired:
                    claims["exp"] = (long)claims["iat"]! - 3_600;
                    claims["iat"] = (long)claims["exp"]! - 300;
                    claims["auth_time"] = (long)claims["iat"]!;
                    break;
                case IdTokenDefect.UnknownKey:
                    _unpublished ??= new();
                    return _unpublished.Sign(claims, _unpublished);
                case IdTokenDefect.WrongSignature:
                    _unpublished ??= new();
                    return _unpublished.Sign(claims, key);
                case IdTokenDefect.NoSignature:
                    return $"{Encode(new JsonObject { ["alg"] = "none", ["typ"] = "JWT" })}.{Encode(claims)}.";
            }

            return key.Sign(claims, key);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _published.ForEach(key => key.Rsa.Dispose());
            _published.Clear();
            _unpublished?.Rsa.Dispose();
        }
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private SigningKey Current()
    {
        if (_published.Count == 0)
        {
            _published.Add(new());
        }

        return _published[0];
    }

    private sealed class SigningKey
    {
        public RSA Rsa { get; } = RSA.Create(2048);

        private string Id { get; } = Ids.Secret(43);

        public JsonObject PublicKey()
        {
            var parameters = Rsa.ExportParameters(includePrivateParameters: false);
            return new()
            {
                ["kty"] = "RSA",
                ["use"] = "sig",
                ["alg"] = "RS256",
                ["kid"] = Id,
                ["n"] = Base64Url.EncodeToString(parameters.Modulus),
                ["e"] = Base64Url.EncodeToString(parameters.Exponent),
            };
        }

        public string Sign(JsonObject claims, SigningKey named)
        {
            var input = $"{Encode(new JsonObject { ["alg"] = "RS256", ["typ"] = "JWT", ["kid"] = named.Id })}.{Encode(claims)}";
            var signature = Rsa.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return $"{input}.{Base64Url.EncodeToString(signature)}";
        }
    }
}
