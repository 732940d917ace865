using SlackOAuth.Stores;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands;

/// <summary>A workspace in a list: what its bot and its installations have in common, and no secret. Its properties are the fields of the JSON.</summary>
internal sealed class WorkspaceSummary(string clientId, WorkspaceId workspace)
{
    public string ClientId { get; } = clientId;

    /// <summary>As <c>show</c> and <c>delete</c> take it.</summary>
    public string Workspace { get; } = WorkspaceNotation.Format(workspace);

    public string? EnterpriseId { get; } = workspace.EnterpriseId;

    public string? EnterpriseName { get; private set; }

    public string? TeamId { get; } = workspace.TeamId;

    public string? TeamName { get; private set; }

    public bool IsEnterpriseInstall { get; } = workspace.IsEnterpriseInstall;

    public string? AppId { get; private set; }

    /// <summary>How many users have an installation.</summary>
    public int Users { get; private set; }

    /// <summary>When the newest installation or bot was installed; null where none can be read.</summary>
    public DateTimeOffset? InstalledAt { get; private set; }

    /// <summary>The bot token; null where there is none.</summary>
    public TokenSummary? Bot { get; private set; }

    /// <summary>The users' tokens; null where there are none.</summary>
    public TokenSummary? UserTokens { get; private set; }

    /// <summary>How many records cannot be read, the bot's included.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Whether the bot is one of them.</summary>
    internal bool IsBotUnreadable { get; private set; }

    internal void Add(SlackOAuthStoreException unreadable)
    {
        Unreadable++;
        IsBotUnreadable |= unreadable.UserId is null;
    }

    internal void Add(Bot bot)
    {
        Bot = new(1, bot.BotTokenExpiresAt, bot.BotRefreshToken is null ? 0 : 1);
        Describe(bot.InstalledAt, bot.AppId, bot.EnterpriseName, bot.TeamName);
    }

    internal void Add(Installation installation)
    {
        Users++;
        if (installation.UserToken is not null)
        {
            var (count, expiresAt, rotating) = UserTokens ?? new(0, null, 0);
            var first = expiresAt is null || installation.UserTokenExpiresAt < expiresAt ? installation.UserTokenExpiresAt ?? expiresAt : expiresAt;
            UserTokens = new(count + 1, first, rotating + (installation.UserRefreshToken is null ? 0 : 1));
        }

        Describe(installation.InstalledAt, installation.AppId, installation.EnterpriseName, installation.TeamName);
    }

    /// <summary>The newest record has the names of today.</summary>
    private void Describe(DateTimeOffset installedAt, string? appId, string? enterpriseName, string? teamName)
    {
        var isNewer = InstalledAt is not { } newest || installedAt >= newest;
        AppId = isNewer ? appId ?? AppId : AppId ?? appId;
        EnterpriseName = isNewer ? enterpriseName ?? EnterpriseName : EnterpriseName ?? enterpriseName;
        TeamName = isNewer ? teamName ?? TeamName : TeamName ?? teamName;
        InstalledAt = isNewer ? installedAt : InstalledAt;
    }
}

/// <summary>Tokens of one kind in a workspace.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="ExpiresAt">When the first of them expires; null where none does.</param>
/// <param name="Rotating">How many have a refresh token.</param>
internal sealed record TokenSummary(int Count, DateTimeOffset? ExpiresAt, int Rotating);
