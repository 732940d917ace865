using Microsoft.Extensions.Logging;

namespace SlackOAuth;

/// <summary>The messages of retention. No id and no secret is in any of them; event ids stay as they are.</summary>
internal static partial class RetentionLog
{
    [LoggerMessage(70, LogLevel.Information, "Retention removed {ExpiredStates} expired states and {Workspaces} unused workspaces.")]
    internal static partial void Swept(ILogger logger, int expiredStates, int workspaces);

    [LoggerMessage(71, LogLevel.Error, "Retention could not finish {Part}; what is removed stays removed, and the next sweep goes on. {Cause}")]
    internal static partial void Failed(ILogger logger, string part, string cause);

    [LoggerMessage(73, LogLevel.Error, "Retention cannot tell which workspaces there are: the installation store lists nothing. Set SlackRetentionOptions.UnusedAfter to null, or use a store that can.")]
    internal static partial void CannotList(ILogger logger);

    [LoggerMessage(72, LogLevel.Error, "Retention removed no workspace: {Unused} of {Workspaces} look unused, more than SlackRetentionOptions.MaxUnusedShare allows in one sweep. "
        + "Look whether the clock is right and activity is noted; if it is so, raise MaxUnusedShare.")]
    internal static partial void TooManyUnused(ILogger logger, int unused, int workspaces);
}
