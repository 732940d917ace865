using System.Text;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>The tokens for one request. Immutable; at least one of the two tokens is there. <see cref="object.ToString"/> shows none.</summary>
/// <remarks>
/// A token that is about to expire has been exchanged for a new one (<see cref="TokenRotator"/>). One that has expired and could not be exchanged, since Slack refused it or cannot be reached, is given as it is
/// stored, and its <c>Is…Expired</c> says so: check it before you call Slack in an app with token rotation.
/// </remarks>
public sealed record SlackAuthorization
{
    /// <summary>The key under which the app was found, which may be the organization's for a request from one of its workspaces. The bot, which has its own ids, may be from another.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>The workspace's bot; null where the app has no bot scopes, or where the bot's token was revoked.</summary>
    /// <remarks>
    /// Its token, refresh token, expiry, scopes and ids are always those of the stored bot. With <see cref="UserTokenResolution.None"/> all of it is the stored bot. Where user tokens are looked up, the
    /// lookup is for the latest installation, and the app id, the names, <see cref="Stores.Bot.InstalledAt"/> and <see cref="Stores.Bot.CustomValues"/> are that installation's, unless the token was rotated
    /// just now: another lookup at each request would be the price of the others. Where they matter, ask <see cref="IInstallationStore.FindBotAsync"/>.
    /// </remarks>
    public Bot? Bot { get; init; }

    /// <summary>The bot token; null without a bot.</summary>
    public string? BotToken => Bot?.BotToken;

    /// <summary>Whether the bot token has expired, and could not be rotated.</summary>
    public bool IsBotTokenExpired { get; init; }

    /// <summary>
    /// The workspace's latest installation, without its user token unless its installer is the requesting user; null where only the bot was looked up
    /// (<see cref="UserTokenResolution.None"/>) or only the bot is left.
    /// </summary>
    public Installation? Installation { get; init; }

    /// <summary>The user whose token is <see cref="UserToken"/>; null without one.</summary>
    public string? UserId { get; init; }

    /// <summary>The requesting user's own token; null where that user has not installed the app, or no user token was asked for.</summary>
    public string? UserToken { get; init; }

    /// <summary>The scopes of <see cref="UserToken"/>.</summary>
    public ScopeList UserScopes { get; init; } = [];

    /// <summary>When the user token expires; null where it does not, and without one.</summary>
    public DateTimeOffset? UserTokenExpiresAt { get; init; }

    /// <summary>Whether the user token has expired, and could not be rotated.</summary>
    public bool IsUserTokenExpired { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Workspace = ").Append(Workspace).Append(", Bot = ").Append(Bot is null ? "none" : "***").Append(", User = ").Append(UserToken is null ? "none" : "***");
        return true;
    }
}
