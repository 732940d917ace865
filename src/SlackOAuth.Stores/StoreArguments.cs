using System.Text.Json;

namespace SlackOAuth.Stores;

/// <summary>The checks that every store makes of its arguments, for authors of stores. [9]</summary>
/// <remarks>An id that is saved has 1 to <see cref="MaxIdLength"/> characters (UTF-16 code units), no control character and no unpaired surrogate.</remarks>
public static class StoreArguments
{
    /// <summary>The greatest length of an id, in characters.</summary>
    public const int MaxIdLength = 255;

    private static readonly DateTimeOffset LastMicrosecond = DateTimeOffset.MaxValue.AddTicks(-TimeSpan.TicksPerMicrosecond);

    /// <summary>Checks an installation that is to be saved.</summary>
    /// <returns>The key it is saved under.</returns>
    /// <exception cref="ArgumentException">An id cannot be saved, both the enterprise and the team id are absent, or the custom values are no JSON object, are nested deeper than 64 levels, or hold half of a surrogate pair.</exception>
    public static WorkspaceId Validate(Installation installation)
    {
        ArgumentNullException.ThrowIfNull(installation);
        ThrowIfInvalid(installation.UserId, nameof(Installation.UserId), nameof(installation));
        ThrowIfInvalidOptional(installation.AppId, nameof(Installation.AppId), nameof(installation));
        ThrowIfInvalidOptional(installation.BotId, nameof(Installation.BotId), nameof(installation));
        ThrowIfInvalidOptional(installation.BotUserId, nameof(Installation.BotUserId), nameof(installation));
        ThrowIfInvalidOptional(installation.IncomingWebhookChannelId, nameof(Installation.IncomingWebhookChannelId), nameof(installation));
        ThrowIfUnstorable(installation.CustomValues, nameof(installation));
        return ValidateWorkspace(installation.EnterpriseId, installation.TeamId, installation.IsEnterpriseInstall, nameof(installation));
    }

    /// <summary>Checks a bot that is to be saved.</summary>
    /// <returns>The key it is saved under.</returns>
    /// <exception cref="ArgumentException">The bot token is absent, an id cannot be saved, both the enterprise and the team id are absent, or the custom values are no JSON object, are nested deeper than 64 levels, or hold half of a surrogate pair.</exception>
    public static WorkspaceId Validate(Bot bot)
    {
        ArgumentNullException.ThrowIfNull(bot);
        if (string.IsNullOrEmpty(bot.BotToken))
        {
            throw new ArgumentException($"{nameof(Bot.BotToken)} is absent, and a bot without a token is none. To remove a bot, call {nameof(IInstallationStore.DeleteBotAsync)}.", nameof(bot));
        }

        ThrowIfInvalidOptional(bot.AppId, nameof(Bot.AppId), nameof(bot));
        ThrowIfInvalidOptional(bot.BotId, nameof(Bot.BotId), nameof(bot));
        ThrowIfInvalidOptional(bot.BotUserId, nameof(Bot.BotUserId), nameof(bot));
        ThrowIfUnstorable(bot.CustomValues, nameof(bot));
        return ValidateWorkspace(bot.EnterpriseId, bot.TeamId, bot.IsEnterpriseInstall, nameof(bot));
    }

    /// <summary>Checks a bot that is to be saved under a lease. [30]</summary>
    /// <returns>The key it is saved under.</returns>
    /// <exception cref="ArgumentException">The lease is of another credential, or the bot cannot be saved.</exception>
    public static WorkspaceId Validate(RotationLease lease, Bot bot)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var workspace = Validate(bot);
        return lease.Workspace == workspace && lease.UserId is null ? workspace : throw OfAnother(nameof(bot));
    }

    /// <summary>Checks an installation that is to be saved under a lease. [30]</summary>
    /// <returns>The key it is saved under.</returns>
    /// <exception cref="ArgumentException">The lease is of another credential, or the installation cannot be saved.</exception>
    public static WorkspaceId Validate(RotationLease lease, Installation installation)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var workspace = Validate(installation);
        return lease.Workspace == workspace && lease.UserId == installation.UserId ? workspace : throw OfAnother(nameof(installation));
    }

    /// <summary>Checks how long a lease is to last: more than nothing, and a day at most. [28]</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static void ValidateLeaseDuration(TimeSpan duration)
    {
        if (duration <= TimeSpan.Zero || duration > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(nameof(duration), duration, "A lease lasts longer than nothing and a day at most. A few times the timeout of a call to Slack is right.");
        }
    }

    /// <summary>Whether anything can have been saved under these ids. A find or delete for which this is false finds and deletes nothing, and need not ask the engine.</summary>
    /// <param name="workspace">The workspace or organization.</param>
    /// <param name="userId">The user; null for none in particular.</param>
    public static bool CanBeStored(WorkspaceId workspace, string? userId = null)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        return (workspace.EnterpriseId is null || IsId(workspace.EnterpriseId))
            && (workspace.TeamId is null || IsId(workspace.TeamId))
            && (userId is null || IsId(userId));
    }

    /// <summary>The first whole microsecond, in UTC, that is not before a time. Installed-at is kept in whole ones: what was installed before the one was installed before the other, also on an
    /// engine whose own type of times holds no more. [34]</summary>
    /// <param name="olderThan">The time.</param>
    public static DateTimeOffset WholeMicroseconds(DateTimeOffset olderThan)
    {
        var floor = RecordValue.Microseconds(olderThan);
        return floor == olderThan || floor > LastMicrosecond ? floor : floor.AddTicks(TimeSpan.TicksPerMicrosecond);
    }

    internal static bool IsId(string value) => FindFault(value) is null;

    internal static string? FindFault(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "is empty";
        }

        if (value.Length > MaxIdLength)
        {
            return $"has {value.Length} characters";
        }

        for (var i = 0; i < value.Length; i++)
        {
            if (char.IsControl(value[i]))
            {
                return $"holds a control character at position {i}";
            }

            if (!char.IsSurrogate(value[i]))
            {
                continue;
            }

            if (!char.IsHighSurrogate(value[i]) || i + 1 == value.Length || !char.IsLowSurrogate(value[++i]))
            {
                return $"holds an unpaired surrogate at position {i}";
            }
        }

        return null;
    }

    private static ArgumentException OfAnother(string parameter) =>
        new("The lease is of another credential; nothing was saved. Save a bot under the lease of its workspace's bot, and an installation under that of its user.", parameter);

    private static WorkspaceId ValidateWorkspace(string? enterpriseId, string? teamId, bool isEnterpriseInstall, string parameter)
    {
        ThrowIfInvalidOptional(enterpriseId, nameof(Installation.EnterpriseId), parameter);
        ThrowIfInvalidOptional(teamId, nameof(Installation.TeamId), parameter);
        if (enterpriseId is null && (teamId is null || isEnterpriseInstall))
        {
            throw new ArgumentException(
                isEnterpriseInstall
                    ? $"{nameof(Installation.EnterpriseId)} is absent, and an org-wide installation is keyed by it. Take it from the answer of oauth.v2.access."
                    : $"{nameof(Installation.EnterpriseId)} and {nameof(Installation.TeamId)} are both absent. Take them from the answer of oauth.v2.access.",
                parameter);
        }

        return new WorkspaceId(enterpriseId, teamId, isEnterpriseInstall);
    }

    private static void ThrowIfInvalidOptional(string? value, string field, string parameter)
    {
        if (value is not null)
        {
            ThrowIfInvalid(value, field, parameter);
        }
    }

    private static void ThrowIfInvalid(string? value, string field, string parameter)
    {
        if (FindFault(value) is { } fault)
        {
            throw new ArgumentException($"{field} {fault}. An id has 1 to {MaxIdLength} characters and no control character; nothing was saved. Pass the id as Slack gave it.", parameter);
        }
    }

    private static void ThrowIfUnstorable(JsonElement? customValues, string parameter)
    {
        if (customValues is { ValueKind: not JsonValueKind.Object } json)
        {
            throw new ArgumentException($"{nameof(Installation.CustomValues)} is a JSON {json.ValueKind}, and has to be an object; nothing was saved. Wrap the value in an object.", parameter);
        }

        if (customValues is { } values && JsonPayload.FindFault(values) is { } fault)
        {
            throw new ArgumentException($"{nameof(Installation.CustomValues)} {fault}; nothing was saved. Keep such data as a text of your own encoding.", parameter);
        }
    }
}
