using Microsoft.Extensions.Logging;

namespace SlackOAuth;

/// <summary>Every message of this package. No id, token or secret is in any of them; event ids stay as they are.</summary>
internal static partial class Log
{
    /// <inheritdoc cref="LogText.Word" />
    internal static string Word(string word) => LogText.Word(word);

    /// <inheritdoc cref="LogText.Cause" />
    internal static string Cause(Exception exception) => LogText.Cause(exception);

    [LoggerMessage(50, LogLevel.Information, "A {TokenType} token was rotated, and the new one is saved.")]
    internal static partial void Rotated(ILogger logger, string tokenType);

    [LoggerMessage(51, LogLevel.Information, "What a rotation of a {TokenType} token gave was not needed: the record was deleted, installed anew or rotated by another process meanwhile.")]
    internal static partial void Superseded(ILogger logger, string tokenType);

    [LoggerMessage(52, LogLevel.Warning, "A {TokenType} token could not be rotated: {Error}. The stored one is served, and a later request tries again.")]
    internal static partial void Failed(ILogger logger, string tokenType, string error);

    [LoggerMessage(53, LogLevel.Error, "Slack refused the refresh token of a {TokenType}: {Error}. The record is kept; the app has to be installed again there.")]
    internal static partial void Refused(ILogger logger, string tokenType, string error);

    [LoggerMessage(54, LogLevel.Error, "A new {TokenType} token could not be saved, and the stored refresh token is spent. It serves this process, and saving is tried again. {Cause}")]
    internal static partial void NotSaved(ILogger logger, string tokenType, string cause);

    [LoggerMessage(55, LogLevel.Critical, "A new {TokenType} token was never saved and is lost: the app has to be installed again there. {Cause}")]
    internal static partial void Lost(ILogger logger, string tokenType, string cause);

    [LoggerMessage(56, LogLevel.Warning, "A {TokenType} token could not be rotated, the store failed. The stored one is served, and a later request tries again. {Cause}")]
    internal static partial void StoreFailed(ILogger logger, string tokenType, string cause);

    [LoggerMessage(57, LogLevel.Warning, "A rotation lease could not be released; it ends by itself. {Cause}")]
    internal static partial void NotReleased(ILogger logger, string cause);

    [LoggerMessage(58, LogLevel.Error, "TokenRotationOptions.Failed threw {ExceptionType}.")]
    internal static partial void HookFailed(ILogger logger, string exceptionType);

    [LoggerMessage(59, LogLevel.Warning, "The installation store is no IRotationLeasing: tokens are rotated once within this process, and perhaps twice by two. Run one process, or choose a store with leases, if the app has token rotation.")]
    internal static partial void NoLeases(ILogger logger);

    [LoggerMessage(60, LogLevel.Warning, "Tokens are not rotated in the background: the installation store is no IInstallationListing. Requests rotate them.")]
    internal static partial void NoListing(ILogger logger);

    [LoggerMessage(61, LogLevel.Warning, "Tokens could not be looked for in the background, the store failed; the next time tries again. {Cause}")]
    internal static partial void SweepFailed(ILogger logger, string cause);

    [LoggerMessage(62, LogLevel.Debug, "{Count} due tokens were looked after in the background.")]
    internal static partial void Swept(ILogger logger, int count);

    [LoggerMessage(63, LogLevel.Warning, "{Count} records that were looked at in the background cannot be read, and are passed over: their tokens are not rotated. Of the first: {Cause}")]
    internal static partial void RecordsPassedOver(ILogger logger, int count, string cause);

    [LoggerMessage(70, LogLevel.Information, "Retention removed {ExpiredStates} expired states, {Workspaces} unused workspaces and {HistoryRecords} records of history.")]
    internal static partial void RetentionSwept(ILogger logger, int expiredStates, int workspaces, int historyRecords);

    [LoggerMessage(71, LogLevel.Error, "Retention could not finish {Part}; what is removed stays removed, and the next sweep goes on. {Cause}")]
    internal static partial void RetentionFailed(ILogger logger, string part, string cause);

    [LoggerMessage(72, LogLevel.Error, "Retention removed no workspace: {Unused} of {Workspaces} look unused, more than SlackRetentionOptions.MaxUnusedShare allows in one sweep. Look whether the clock is right and activity is noted; if it is so, raise MaxUnusedShare.")]
    internal static partial void TooManyUnused(ILogger logger, int unused, int workspaces);

    [LoggerMessage(73, LogLevel.Error, "Retention cannot tell which workspaces there are: the installation store lists nothing. Set SlackRetentionOptions.{Option} to null, or use a store that can.")]
    internal static partial void CannotListWorkspaces(ILogger logger, string option);

    [LoggerMessage(74, LogLevel.Warning, "{Count} records cannot be read, and retention keeps them. Delete them with the tool (slackoauth), or give this process their keys. Of the first: {Cause}")]
    internal static partial void RecordsKept(ILogger logger, int count, string cause);

    [LoggerMessage(75, LogLevel.Error, "Retention cannot remove old history: the installation store is no IHistoryTrimming. Set SlackRetentionOptions.HistoryOlderThan to null, or use a store that is one.")]
    internal static partial void CannotTrimHistory(ILogger logger);
}
