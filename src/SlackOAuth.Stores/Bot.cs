using System.Text;
using System.Text.Json;

namespace SlackOAuth.Stores;

/// <summary>The bot credential of a workspace, or of an organization that installed the app org-wide.</summary>
/// <remarks>
/// <para>The bot record is the one source of a workspace's bot credential: the bot fields of every <see cref="Installation"/> that a store returns are those
/// of the current bot.</para>
/// <para>Immutable; compared by content. An empty string is the same as an absent one (null) in ids and tokens. <see cref="object.ToString"/> shows no secret.
/// The fields are those of <c>slack_sdk</c>'s <c>Bot</c>.</para>
/// </remarks>
public sealed record Bot
{
    private readonly JsonPayload _customValues;

    /// <summary>The app id (<c>A…</c>); null where it is not known.</summary>
    public string? AppId { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>The enterprise id (<c>E…</c>); null outside an Enterprise Grid.</summary>
    public string? EnterpriseId { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>The name of the enterprise; null where it is not known.</summary>
    public string? EnterpriseName { get; init; }

    /// <summary>The team id (<c>T…</c>); null for an org-wide installation, which drops one that is given.</summary>
    public string? TeamId { get; init => field = IsEnterpriseInstall ? null : RecordValue.NullIfEmpty(value); }

    /// <summary>The name of the workspace; null where it is not known.</summary>
    public string? TeamName { get; init; }

    /// <summary>The bot token (<c>xoxb-…</c>); <see cref="IInstallationStore.SaveBotAsync"/> refuses an empty one.</summary>
    public required string BotToken { get; init; }

    /// <summary>The bot id (<c>B…</c>), which <c>auth.test</c> gives; null where it is not known.</summary>
    public string? BotId { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>The bot's user id (<c>U…</c>); null where it is not known.</summary>
    public string? BotUserId { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>The scopes granted to the bot token.</summary>
    public ScopeList BotScopes { get; init => field = value ?? ScopeList.Empty; } = ScopeList.Empty;

    /// <summary>The single-use refresh token (<c>xoxe-…</c>); null where token rotation is off.</summary>
    public string? BotRefreshToken { get; init => field = RecordValue.NullIfEmpty(value); }

    /// <summary>When the bot token expires, in UTC and whole seconds (a fraction is dropped); null where token rotation is off.</summary>
    public DateTimeOffset? BotTokenExpiresAt { get; init => field = RecordValue.Seconds(value); }

    /// <summary>Whether the app was installed org-wide. Then the record is keyed by the enterprise alone and has no team id.</summary>
    public bool IsEnterpriseInstall
    {
        get;
        init
        {
            field = value;
            if (value)
            {
                TeamId = null;
            }
        }
    }

    /// <summary>When the workspace was installed, in UTC and whole microseconds. Of two bots of one workspace the later one wins.</summary>
    public required DateTimeOffset InstalledAt { get; init => field = RecordValue.Microseconds(value); }

    /// <summary>What the app keeps with the bot: a JSON object, nested 64 levels at most; null where it keeps nothing.</summary>
    public JsonElement? CustomValues { get => _customValues.Element; init => _customValues = new JsonPayload(value); }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("EnterpriseId = ").Append(EnterpriseId).Append(", TeamId = ").Append(TeamId)
            .Append(", AppId = ").Append(AppId).Append(", InstalledAt = ").Append(InstalledAt.ToString("O"));
        RecordValue.PrintPresence(builder, nameof(BotToken), RecordValue.NullIfEmpty(BotToken));
        RecordValue.PrintPresence(builder, nameof(BotRefreshToken), BotRefreshToken);
        return true;
    }
}
