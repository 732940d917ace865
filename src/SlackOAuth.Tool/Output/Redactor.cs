using System.Collections.Concurrent;

namespace SlackOAuth.Tool.Output;

/// <summary>Takes the passwords of a run out of texts that drivers wrote. The tool's own texts hold none.</summary>
internal sealed class Redactor
{
    private const string Mask = "***";

    private readonly ConcurrentDictionary<string, byte> _secrets = new(StringComparer.Ordinal);

    internal void Add(IEnumerable<string> secrets)
    {
        foreach (var secret in secrets)
        {
            _secrets.TryAdd(secret, 0);
            _secrets.TryAdd(Uri.EscapeDataString(secret), 0);
        }
    }

    /// <summary>The text without the secrets. The longest goes first: a connection before the password in it.</summary>
    internal string Redact(string text) => _secrets.Keys.OrderByDescending(secret => secret.Length).Aggregate(text, (rest, secret) => rest.Replace(secret, Mask, StringComparison.Ordinal));
}
