using System.Globalization;

namespace SlackOAuth.Stores;

/// <summary>What a secret is and where it is stored. A ciphertext is bound to it, so that one that was copied to another row or field is refused.</summary>
/// <remarks>Immutable. It holds no secret.</remarks>
public sealed record TokenProtectionContext
{
    /// <summary>The client id of the app.</summary>
    public required string ClientId { get; init; }

    /// <summary>The workspace or organization; null for what belongs to none, such as a state.</summary>
    public WorkspaceId? Workspace { get; init; }

    /// <summary>The user whose secret it is; null for that of a workspace's bot, and for what belongs to no user.</summary>
    public string? UserId { get; init; }

    /// <summary>The field, such as <c>bot_token</c>.</summary>
    public required string Field { get; init; }

    /// <summary>The whole context as one text, for a purpose or for associated data. Two contexts never give the same text, and a context gives the same one in every version.</summary>
    public string ToPurpose() =>
        string.Join('|', "SlackOAuth.Stores/1", Part(ClientId), Part(Workspace?.EnterpriseId), Part(Workspace?.TeamId), Part(UserId), Part(Field));

    // The length comes first, so that no id can look like two.
    private static string Part(string? value) => value is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{value.Length}:{value}");
}
