using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SlackOAuth;

/// <summary>
/// The cookie that ties a state to the browser that began the flow, so that nobody finishes a flow in another's browser.
/// Builds <c>Set-Cookie</c> values and checks a request's <c>Cookie</c> headers. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// Each pending flow has a cookie of its own, named <c>slack-app-oauth-state-</c> and 16 hexadecimal digits of the state's SHA-256: two installs
/// open in one browser, even ones begun in the same instant, neither overwrite nor delete each other's. Growth is bounded: an issue deletes all but
/// the newest <see cref="MaxPending"/> - 1 of those the browser sent, and each dies with its state. The newest flow's state is also in a cookie of the bare
/// name, the one that the Slack SDKs set and that proxies and consent lists which know cookies by name let through.
/// </remarks>
public sealed class OAuthStateCookie
{
    /// <summary>The cookie's name, and the prefix of the name of each pending flow's.</summary>
    public const string DefaultName = "slack-app-oauth-state";

    /// <summary>
    /// The prefix of a name that browsers take only with <c>Secure</c>, <c>Path=/</c> and no <c>Domain</c>, so that no other host of the domain can set it, nor a page over plain http
    /// (RFC 6265bis, section 4.1.3.2). A name that begins with it says <c>Secure</c> always.
    /// </summary>
    public const string HostPrefix = "__Host-";

    /// <summary>How many flows may be pending in one browser.</summary>
    public const int MaxPending = 8;

    // A browser sends at most some hundred cookies; a hostile client's are not worth a response header each.
    private const int MaxDeletions = 32;
    private const int MaxStateLength = 512;
    private const int HashedNameDigits = 16;

    // RFC 6265, section 4.1.1: cookie-octet, and the token of RFC 9110 for the name.
    private static readonly SearchValues<char> CookieOctets = SearchValues.Create(
        "!#$%&'()*+-./0123456789:<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    private static readonly SearchValues<char> LowercaseHex = SearchValues.Create("0123456789abcdef");

    private readonly string _prefix;
    private readonly bool _hasPrefix;

    /// <summary>Creates the cookie of a flow.</summary>
    /// <param name="lifetime">How long the browser keeps it: the state's lifetime. At least one second.</param>
    /// <param name="name">The cookie's name; two apps on one host need two names only if both use the same state store.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no cookie name, or <paramref name="lifetime"/> is under a second.</exception>
    public OAuthStateCookie(TimeSpan lifetime, string name = DefaultName)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, TimeSpan.FromSeconds(1));
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.AsSpan().ContainsAnyExcept(TokenCharacters))
        {
            throw new ArgumentException("The state cookie's name holds a character that a cookie name cannot have. Use letters, digits and '-'.", nameof(name));
        }

        Name = name;
        Lifetime = lifetime;
        _prefix = name + "-";
        _hasPrefix = name.StartsWith(HostPrefix, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The cookie's name, and the prefix of the name of each pending flow's.</summary>
    public string Name { get; }

    /// <summary>How long the browser keeps the cookie.</summary>
    public TimeSpan Lifetime { get; }

    /// <summary>Gives the <c>Set-Cookie</c> values that begin a flow: the new state's two, then deletions of the oldest where too many flows are pending.</summary>
    /// <param name="state">The state issued.</param>
    /// <param name="secure">
    /// Whether to say <c>Secure</c>. Pass false for a request over plain http on loopback alone, where a browser would drop the cookie; true everywhere else. A name with
    /// <see cref="HostPrefix"/> says it in any case.
    /// </param>
    /// <param name="requestCookies">The values of the request's <c>Cookie</c> headers; null for none.</param>
    /// <exception cref="ArgumentException"><paramref name="state"/> is empty, over 512 characters, or holds characters that a cookie cannot.</exception>
    public IReadOnlyList<string> Issue(string state, bool secure = true, IEnumerable<string?>? requestCookies = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(state);
        if (state.Length > MaxStateLength || state.AsSpan().ContainsAnyExcept(CookieOctets))
        {
            throw new ArgumentException(
                "The state store issued a state that no cookie can hold. A state is at most 512 characters of A-Z, a-z, 0-9, '-', '.', '_' and '~'.", nameof(state));
        }

        var name = NameOf(state);
        var rest = $"={state}; Max-Age={((long)Lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture)}{Attributes(secure)}";
        List<string> values = [Name + rest, name + rest];

        // Browsers send the oldest first (RFC 6265, section 5.4).
        var pending = new List<string>();
        foreach (var (sent, _) in Read(requestCookies))
        {
            if (IsFlowName(sent) && sent != name && !pending.Contains(sent))
            {
                pending.Add(sent);
            }
        }

        var surplus = Math.Min(pending.Count - (MaxPending - 1), MaxDeletions);
        for (var i = 0; i < surplus; i++)
        {
            values.Add(Deletion(pending[i], secure));
        }

        return values;
    }

    /// <summary>Gives the <c>Set-Cookie</c> values that end a flow; the cookies of other pending flows stay.</summary>
    /// <param name="state">The state of the request that ended it, which may be anything a client sent; null or empty where there was none, and then the result is empty.</param>
    /// <param name="secure">As it was for <see cref="Issue"/>.</param>
    /// <param name="requestCookies">The values of the request's <c>Cookie</c> headers; null for none.</param>
    public IReadOnlyList<string> Delete(string? state, bool secure = true, IEnumerable<string?>? requestCookies = null)
    {
        if (string.IsNullOrEmpty(state) || state.Length > MaxStateLength)
        {
            return [];
        }

        var values = new List<string> { Deletion(NameOf(state), secure) };
        foreach (var (sent, value) in Read(requestCookies))
        {
            if (sent == Name && FixedTimeEquals(value, state))
            {
                values.Add(Deletion(Name, secure));
                break;
            }
        }

        return values;
    }

    /// <summary>Says whether the browser that sent the request is the one that began the flow of a state. Compares in constant time; never throws.</summary>
    /// <param name="state">The state of the request, which may be anything a client sent; null for none.</param>
    /// <param name="requestCookies">The values of the request's <c>Cookie</c> headers; null for none.</param>
    public bool Holds(string? state, IEnumerable<string?>? requestCookies)
    {
        if (string.IsNullOrEmpty(state) || state.Length > MaxStateLength)
        {
            return false;
        }

        var name = NameOf(state);
        var found = false;
        foreach (var (sent, value) in Read(requestCookies))
        {
            if (sent == name || sent == Name)
            {
                found |= FixedTimeEquals(value, state);
            }
        }

        return found;
    }

    private string Attributes(bool secure) => secure || _hasPrefix ? "; Path=/; Secure; HttpOnly; SameSite=Lax" : "; Path=/; HttpOnly; SameSite=Lax";

    private string Deletion(string name, bool secure) => $"{name}=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT{Attributes(secure)}";

    private static bool FixedTimeEquals(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    private static IEnumerable<(string Name, string Value)> Read(IEnumerable<string?>? headers)
    {
        foreach (var header in headers ?? [])
        {
            foreach (var pair in (header ?? "").Split(';', StringSplitOptions.TrimEntries))
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0)
                {
                    var value = pair.AsSpan(equals + 1).Trim();
                    value = value.Length >= 2 && value[0] == '"' && value[^1] == '"' ? value[1..^1] : value;
                    yield return (pair[..equals].TrimEnd(), value.ToString());
                }
            }
        }
    }

    private bool IsFlowName(string name) =>
        name.Length == _prefix.Length + HashedNameDigits
        && name.StartsWith(_prefix, StringComparison.Ordinal)
        && !name.AsSpan(_prefix.Length).ContainsAnyExcept(LowercaseHex);

    private string NameOf(string state) =>
        _prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)).AsSpan(0, HashedNameDigits / 2));
}
