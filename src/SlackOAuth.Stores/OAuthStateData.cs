using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace SlackOAuth.Stores;

/// <summary>What a state carries from the start of a flow to its callback.</summary>
/// <remarks>Immutable; compared by content. It holds neither the state nor the nonce itself, and <see cref="object.ToString"/> shows only the purpose.</remarks>
public sealed record OAuthStateData
{
    /// <summary>The most that <see cref="AppData"/> may take, in bytes of its UTF-8 JSON text.</summary>
    public const int MaxAppDataBytes = 4096;

    private readonly JsonPayload _appData;

    /// <summary>What the state is for.</summary>
    public OAuthStatePurpose Purpose { get; init; }

    /// <summary>The workspace that the installation was started for; null where the user chooses it.</summary>
    public string? TeamId { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>The bot scopes asked for (of a sign-in, the OpenID Connect scopes).</summary>
    public ScopeList Scopes { get; init => field = value ?? ScopeList.Empty; } = ScopeList.Empty;

    /// <summary>The user scopes asked for.</summary>
    public ScopeList UserScopes { get; init => field = value ?? ScopeList.Empty; } = ScopeList.Empty;

    /// <summary>The redirect URI given at the start, which the code's exchange must repeat; null where none was given.</summary>
    public Uri? RedirectUri { get; init; }

    /// <summary>The hash of the nonce that the id_token must hold; null where none was issued.</summary>
    public string? NonceHash { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>The app's own JSON; null where it has none. At most <see cref="MaxAppDataBytes"/> bytes.</summary>
    /// <remarks>What a store is given was measured here, and is not measured again: a decorator that encrypts puts all of the data here, which makes it longer. [21]</remarks>
    /// <exception cref="ArgumentException">The JSON text is longer than <see cref="MaxAppDataBytes"/>, is nested deeper than 64 levels, or holds half of a surrogate pair.</exception>
    public JsonElement? AppData
    {
        get => _appData.Element;
        init
        {
            if (value is { ValueKind: not JsonValueKind.Undefined } given && JsonMarshal.GetRawUtf8Value(given).Length is var length and > MaxAppDataBytes)
            {
                throw new ArgumentException($"{nameof(AppData)} takes {length} bytes as JSON, and a state carries {MaxAppDataBytes} at most. Keep the data yourself and put its key here.", nameof(AppData));
            }

            if (value is { ValueKind: not JsonValueKind.Undefined } json && JsonPayload.FindFault(json) is { } fault)
            {
                throw new ArgumentException($"{nameof(AppData)} {fault}. Keep the data yourself and put its key here.", nameof(AppData));
            }

            _appData = new JsonPayload(value);
        }
    }

    /// <summary>What a store held, or is to hold: it was measured when it was given, and takes more room where a store writes it with escapes or a decorator encrypts it.</summary>
    internal JsonElement? StoredAppData { init => _appData = new JsonPayload(value); }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Purpose = ").Append(Purpose);
        return true;
    }
}
