using Microsoft.Extensions.Logging;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>Every message of this package. No id, token, state, code, nonce, secret or body is in any of them; event ids stay as they are.</summary>
internal static partial class Log
{
    /// <inheritdoc cref="LogText.Word" />
    internal static string Word(string word) => LogText.Word(word);

    /// <inheritdoc cref="LogText.Cause" />
    internal static string Cause(Exception exception) => LogText.Cause(exception);

    [LoggerMessage(1, LogLevel.Debug, "{Purpose} begins: the browser is sent to Slack.")]
    internal static partial void FlowBegins(ILogger logger, OAuthStatePurpose purpose);

    [LoggerMessage(2, LogLevel.Information, "The app was installed and the installation is saved.")]
    internal static partial void Installed(ILogger logger);

    [LoggerMessage(3, LogLevel.Warning, "{Purpose} failed: {Reason}.")]
    internal static partial void FlowFailed(ILogger logger, OAuthStatePurpose purpose, string reason);

    [LoggerMessage(4, LogLevel.Warning, "{Purpose} failed: {Reason}. Slack answered {Error} (may pass: {IsTransient}).")]
    internal static partial void FlowRefused(ILogger logger, OAuthStatePurpose purpose, string reason, string error, bool isTransient);

    [LoggerMessage(5, LogLevel.Error, "{Purpose} failed: {Reason}. {Cause}")]
    internal static partial void FlowFailedByException(ILogger logger, OAuthStatePurpose purpose, string reason, string cause);

    [LoggerMessage(6, LogLevel.Warning, "auth.test answered {Error} to a new token: the installation is saved without what it would have told (the bot id; the address of an organization).")]
    internal static partial void AuthTestFailed(ILogger logger, string error);

    [LoggerMessage(7, LogLevel.Warning, "State verification is off: anybody can make another's browser finish an install. Set SlackOAuthOptions.StateVerificationEnabled to true unless installs begin at Slack.")]
    internal static partial void StateVerificationIsOff(ILogger logger);

    [LoggerMessage(8, LogLevel.Information, "Somebody signed in with Slack.")]
    internal static partial void SignedIn(ILogger logger);

    [LoggerMessage(9, LogLevel.Debug, "{Purpose}: Slack has exchanged the code for tokens.")]
    internal static partial void Exchanged(ILogger logger, OAuthStatePurpose purpose);

    [LoggerMessage(10, LogLevel.Warning, "{Count} requests to the install and sign-in paths were refused with 429 since the last message of this kind, too many from one address. If these are many users behind a proxy, let the ForwardedHeaders middleware apply what it says of them; else raise SlackOAuthOptions.RateLimits.")]
    internal static partial void RateLimited(ILogger logger, long count);

    [LoggerMessage(11, LogLevel.Warning, "A new installation could not be saved, and saving is tried again. {Cause}")]
    internal static partial void SaveFailed(ILogger logger, string cause);

    [LoggerMessage(20, LogLevel.Warning, "A request was refused, its signature is not Slack's: {Finding}.")]
    internal static partial void SignatureRefused(ILogger logger, SlackSignatureVerification finding);

    [LoggerMessage(21, LogLevel.Information, "A signed request was answered with 400: its body is none that Slack sends.")]
    internal static partial void BodyRefused(ILogger logger);

    [LoggerMessage(22, LogLevel.Warning, "A signed request ({Kind}) was answered with 404: no handler is registered for it.")]
    internal static partial void NoHandler(ILogger logger, SlackRequestKind kind);

    [LoggerMessage(23, LogLevel.Information, "A signed request ({Kind}) came from where the app is not installed.")]
    internal static partial void NotInstalled(ILogger logger, SlackRequestKind kind);

    [LoggerMessage(24, LogLevel.Error, "A signed request ({Kind}) was answered with 500: the store failed. {Cause}")]
    internal static partial void StoreFailed(ILogger logger, SlackRequestKind kind, string cause);

    [LoggerMessage(25, LogLevel.Debug, "A signed request came: {Kind} {Type}.")]
    internal static partial void RequestReceived(ILogger logger, SlackRequestKind kind, string? type);

    [LoggerMessage(30, LogLevel.Information, "The app was uninstalled: what was stored of the workspace or organization until then is deleted.")]
    internal static partial void Uninstalled(ILogger logger);

    [LoggerMessage(31, LogLevel.Information, "Tokens were revoked, of {Users} users, and of the bot: {Bot}. What they were installed with is deleted.")]
    internal static partial void TokensRevoked(ILogger logger, int users, bool bot);

    [LoggerMessage(32, LogLevel.Information, "A workspace found under its key of before a Grid upgrade was re-keyed, with {Installations} installations.")]
    internal static partial void Rekeyed(ILogger logger, int installations);

    [LoggerMessage(33, LogLevel.Warning, "A workspace found under its key of before a Grid upgrade could not be re-keyed; it is served from there, and the next request tries again. {Cause}")]
    internal static partial void RekeyFailed(ILogger logger, string cause);

    [LoggerMessage(34, LogLevel.Warning, "That a workspace uses the app could not be noted, and the next request tries again: retention takes it for less used than it is. {Cause}")]
    internal static partial void UseNotNoted(ILogger logger, string cause);

    [LoggerMessage(35, LogLevel.Information, "An event that ends tokens came after a newer install of the same workspace: what was installed since it happened is kept.")]
    internal static partial void NewerInstallKept(ILogger logger);

    [LoggerMessage(36, LogLevel.Warning, "When a workspace used the app under its key of before a Grid upgrade could not be forgotten. It stays among the noted uses, and does no harm. {Cause}")]
    internal static partial void UseNotForgotten(ILogger logger, string cause);
}
